using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PodGate.TestKit;

/// <summary>What a command of the CLI did.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public JsonNode Json => JsonNode.Parse(Output) ?? throw new JsonException("null");
}

/// <summary>A real gate: the executable as a process of its own, with a configuration file and a state directory of its own.</summary>
public sealed partial class GateProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private readonly StringBuilder _output = new();
    private readonly bool _keep;
    private Process? _process;

    // The one that has taken over from the one that was started; what it prints goes where that one's output goes.
    private int? _successor;

    public GateProcess(string? directory = null, TestNamespace? inside = null)
    {
        Inside = inside;
        _keep = directory is not null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("podgate-").FullName;
    }

    public TestNamespace? Inside { get; }

    public string Directory { get; }

    public string ConfigFile => Path.Combine(Directory, "podgate.json");

    /// <summary>As the configuration file says.</summary>
    public string StateDirectory =>
        Path.Combine(Directory, (string?)JsonNode.Parse(File.ReadAllText(ConfigFile))!["StateDirectory"] ?? "state");

    public string TokenFile => Path.Combine(StateDirectory, "operator.token");

    public Uri Data { get; private set; } = null!;

    public Uri Admin { get; private set; } = null!;

    /// <summary>Environment variables of its own, from the next start on.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Sockets that it is handed as systemd would, with the names they have there, from the next start on.</summary>
    public List<(string Name, System.Net.Sockets.Socket Socket)> HandedSockets { get; } = [];

    public int Pid => _successor ?? _process?.Id ?? throw new InvalidOperationException("the gate is not running");

    /// <summary>Everything the gate has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>A configuration on free ports for these pods; change it before starting.</summary>
    public static JsonObject Configuration(IEnumerable<(string Name, Uri Address)> pods)
    {
        var list = new JsonObject();
        foreach (var (name, address) in pods) list[name] = new JsonObject { ["Address"] = address.ToString(), ["Health"] = "/health" };
        return new JsonObject
        {
            ["Listen"] = new JsonArray("http://127.0.0.1:0"),
            ["Admin"] = new JsonObject { ["Listen"] = "http://127.0.0.1:0" },
            ["StateDirectory"] = "state",
            ["Pods"] = list,
        };
    }

    public void Write(JsonObject configuration) =>
        File.WriteAllText(ConfigFile, configuration.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task StartAsync(params string[] more)
    {
        var process = Launch(["serve", "--config", ConfigFile, .. more]);
        _process = process;
        var deadline = DateTime.UtcNow + LongestStart;
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException($"the gate ended with {process.ExitCode} at the start:\n{Output}");
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"the gate did not start within {LongestStart}:\n{Output}");
            if (TryRead()) return;
            await Task.Delay(20).ConfigureAwait(false);
        }
    }

    /// <summary>Starts it in the expectation that it refuses; returns its exit code and what it said.</summary>
    public async Task<CommandResult> StartRefusedAsync(params string[] more)
    {
        using var process = Launch(["serve", "--config", ConfigFile, .. more]);
        using var limit = new CancellationTokenSource(LongestStart);
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"the gate was expected to refuse, and runs:\n{Output}");
        }

        return new CommandResult(process.ExitCode, Output, Output);
    }

    /// <summary>An HTTP client of the admin port with the administrator's token.</summary>
    public HttpClient AdminClient()
    {
        var client = SourceClient.From(IPAddress.Loopback, Admin, TimeSpan.FromSeconds(20), Inside);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(TokenFile).Trim());
        return client;
    }

    /// <summary>A pod as the API shows it.</summary>
    public async Task<JsonNode> PodAsync(string name)
    {
        using var client = AdminClient();
        return (await client.GetFromJsonAsync<JsonNode>($"/api/v1/pods/{name}").ConfigureAwait(false))!;
    }

    public async Task<string> StateAsync(string name) => (string)(await PodAsync(name).ConfigureAwait(false))["state"]!;

    /// <summary>Waits until a pod is in one of the states; fails with what it is instead.</summary>
    public async Task<TimeSpan> UntilAsync(string pod, string state, double seconds = 20)
    {
        var watch = Stopwatch.StartNew();
        string last;
        do
        {
            last = await StateAsync(pod).ConfigureAwait(false);
            if (state.Split('|').Contains(last)) return watch.Elapsed;
            await Task.Delay(20).ConfigureAwait(false);
        }
        while (watch.Elapsed < TimeSpan.FromSeconds(seconds));
        throw new TimeoutException($"{pod} is {last} and did not become {state} within {seconds} s; the gate said:\n{Output}");
    }

    /// <summary>Runs a command of the CLI against this gate.</summary>
    public Task<CommandResult> CliAsync(params string[] arguments) => RunAsync([.. arguments, "--url", Admin.ToString().TrimEnd('/'), "--token-file", TokenFile]);

    /// <summary>Lets a new process take over, which is the gate from then on.</summary>
    /// <returns>The id of the process before, which may still have connections.</returns>
    public async Task<int> UpgradeAsync(params string[] more)
    {
        var result = await CliAsync(["upgrade", "--json", .. more]).ConfigureAwait(false);
        if (result.ExitCode != 0) throw new InvalidOperationException($"nobody took over ({result.ExitCode}): {result.Output}{result.Error}\n{Output}");
        _successor = (int)result.Json["pid"]!;
        return (int)result.Json["before"]!;
    }

    /// <summary>Waits until a process is not there any more, or only its exit code is.</summary>
    public async Task UntilGoneAsync(int pid, double seconds = 40)
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (IsThere(pid))
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"process {pid} did not end within {seconds} s; the gate said:\n{Output}");
            await Task.Delay(20).ConfigureAwait(false);
        }
    }

    public static bool IsThere(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Enables a pod as soon as the gate finds it well; anything but "not well" ends the waiting.</summary>
    public async Task<CommandResult> UntilEnabledAsync(string pod, double seconds = 20)
    {
        var deadline = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            var result = await CliAsync("enable", pod, "--reason", "looked at it").ConfigureAwait(false);
            if (result.ExitCode != 1 || DateTime.UtcNow > deadline) return result;
        }
    }

    /// <summary>Runs the executable with just these arguments.</summary>
    public static async Task<CommandResult> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"podgate {string.Join(' ', arguments)} did not end");
        }

        return new CommandResult(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        KillSuccessor();
        _process!.Kill();
        _process.WaitForExit();
        Forget();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public async Task<int> StopAsync()
    {
        Signals.TrySend(Pid, Signals.Terminate);
        if (_successor is { } successor)
        {
            await UntilGoneAsync(successor).ConfigureAwait(false);
            await UntilGoneAsync(_process!.Id).ConfigureAwait(false);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await _process!.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        var code = _process.ExitCode;
        Forget();
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        KillSuccessor();
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        Forget();
        if (!_keep) System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>How to start the executable.</summary>
    public static ProcessStartInfo StartInfo(params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
        };
        info.ArgumentList.Add("exec");
        info.ArgumentList.Add(Built.Find("src/PodGate", "podgate.dll"));
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        info.Environment.Remove("PODGATE_TOKEN");
        info.Environment.Remove("PODGATE_URL");
        info.Environment.Remove("PODGATE_PROFILE");
        return info;
    }

    private Process Launch(string[] arguments)
    {
        lock (_output) _output.Clear();
        var info = StartInfo(arguments);
        foreach (var (name, value) in Variables) info.Environment[name] = value;
        Inside?.Enter(info);
        var handed = HandedSockets.Select(one => Duplicate((int)one.Socket.Handle)).ToArray();
        if (handed.Length > 0) HandOver(info, handed);
        var process = Process.Start(info)!;
        foreach (var descriptor in handed) _ = Close(descriptor);
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>A shell puts the sockets where systemd puts them, says for whom they are, and becomes the gate.</summary>
    private void HandOver(ProcessStartInfo info, int[] descriptors)
    {
        string[] command = [info.FileName, .. info.ArgumentList];
        var moves = string.Join(' ', descriptors.Select((descriptor, i) => $"{3 + i}<&{descriptor} {descriptor}<&-"));
        info.FileName = "bash";
        info.ArgumentList.Clear();
        foreach (var word in new[] { "-c", $"export LISTEN_PID=$$; exec \"$@\" {moves}", "bash" }.Concat(command)) info.ArgumentList.Add(word);
        info.Environment["LISTEN_FDS"] = $"{descriptors.Length}";
        info.Environment["LISTEN_FDNAMES"] = string.Join(':', HandedSockets.Select(one => one.Name));
    }

    // A duplicate is inherited by the processes that are started here.
    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output)
        {
            if (_output.Length < 4_000_000) _output.AppendLine(line);
        }
    }

    /// <summary>The gate says where it listens in one line of its log, and in a file that a full or read-only disk does not take.</summary>
    private bool TryRead()
    {
        if (Listening().Match(Output) is not { Success: true } match) return false;
        Data = new Uri(match.Groups[1].Value);
        Admin = new Uri(match.Groups[2].Value);
        return true;
    }

    [GeneratedRegex(@"data port listening on (http://\S+?)[,;].*admin port on (http://\S+)")]
    private static partial Regex Listening();

    private void KillSuccessor()
    {
        if (_successor is { } pid && IsThere(pid)) Signals.Send(pid, Signals.Kill);
    }

    private void Forget()
    {
        _successor = null;
        _process?.Dispose();
        _process = null;
    }
}
