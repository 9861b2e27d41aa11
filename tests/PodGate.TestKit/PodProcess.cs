using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace PodGate.TestKit;

/// <summary>
/// The sample pod as a real process: it can be killed, frozen and started again on the same port. Stopped by its own process id, and by the end of its
/// standard input if the tests themselves are killed.
/// </summary>
public sealed class PodProcess : IAsyncDisposable
{
    private const int LinesKept = 200;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly IPAddress _address;
    private readonly string? _ordersFile;
    private readonly Queue<string> _output = new();
    private Process _process = new();
    private bool _frozen;

    private PodProcess(string name, IPAddress address, string? ordersFile)
    {
        Name = name;
        _ordersFile = ordersFile;
        _address = address;
    }

    /// <summary>The pod's name.</summary>
    public string Name { get; }

    /// <summary>Where it listens; the same after <see cref="RestartAsync"/>.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>It is running (or frozen).</summary>
    public bool IsRunning => Started && !_process.HasExited;

    /// <summary>The last lines it printed.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_output) return [.. _output];
        }
    }

    private TestNamespace? Inside { get; init; }

    private string? Certificate { get; init; }

    private bool Started { get; set; }

    /// <summary>Switches faults on and off; null leaves as it is.</summary>
    /// <param name="health">The fault of its health document.</param>
    /// <param name="requests">The fault of its clients' requests.</param>
    public async Task FaultAsync(string? health = null, string? requests = null)
    {
        using var client = SourceClient.From(IPAddress.Loopback, Url, inside: Inside);
        using var answer = await client.PostAsJsonAsync("/faults", new { health, requests }).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw new ArgumentException(await answer.Content.ReadAsStringAsync().ConfigureAwait(false));
    }

    /// <summary>Starts a pod and waits until it listens.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="port">Its port; 0: a free one.</param>
    /// <param name="address">Its address; null: 127.0.0.1.</param>
    /// <param name="ordersFile">Where it notes the orders it carries out; null: nowhere.</param>
    /// <param name="inside">The network namespace it lives in; null: the machine's.</param>
    /// <param name="certificate">Certificate and key in one file, for a pod that speaks TLS (and HTTP/2, gRPC); null: it does not.</param>
    public static async Task<PodProcess> StartAsync(
        string name, int port = 0, IPAddress? address = null, string? ordersFile = null, TestNamespace? inside = null, string? certificate = null)
    {
        var pod = new PodProcess(name, address ?? IPAddress.Loopback, ordersFile) { Inside = inside, Certificate = certificate };
        try
        {
            await pod.StartAsync(port).ConfigureAwait(false);
            return pod;
        }
        catch
        {
            await pod.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>SIGKILL, and waits until it is gone: from then on its port refuses connections.</summary>
    public void Kill()
    {
        if (!IsRunning) return;
        _process.Kill();
        _process.WaitForExit();
        _frozen = false;
    }

    /// <summary>SIGSTOP: the kernel goes on taking connections for it, and nobody answers.</summary>
    public void Freeze()
    {
        Signal(Signals.Stop);
        _frozen = true;
    }

    /// <summary>SIGCONT.</summary>
    public void Thaw()
    {
        Signal(Signals.Continue);
        _frozen = false;
    }

    /// <summary>Starts it again on the same port after it was killed or stopped; kills it first if it still runs. Its counts begin anew.</summary>
    public async Task RestartAsync()
    {
        Kill();
        await StartAsync(Url.Port).ConfigureAwait(false);
    }

    /// <summary>Asks it to stop (SIGTERM), and waits; kills it when it does not.</summary>
    public async Task StopAsync()
    {
        if (!IsRunning) return;
        if (_frozen) Thaw();
        Signals.TrySend(_process.Id, Signals.Terminate);
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Started) await StopAsync().ConfigureAwait(false);
        _process.Dispose();
        Started = false;
    }

    private async Task StartAsync(int port)
    {
        var start = new ProcessStartInfo(DotNet())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in new[]
                 {
                     "exec", Built.Find("samples/SelfMonitoringPod", "SelfMonitoringPod.dll"), "--name", Name,
                         "--port", port.ToString(CultureInfo.InvariantCulture), "--address", _address.ToString(), "--stop-with-stdin",
                 })
        {
            start.ArgumentList.Add(argument);
        }

        if (_ordersFile is not null)
        {
            start.ArgumentList.Add("--orders-file");
            start.ArgumentList.Add(_ordersFile);
        }

        if (Certificate is not null)
        {
            start.ArgumentList.Add("--certificate");
            start.ArgumentList.Add(Certificate);
        }

        // Neither the test host's settings nor the developer's are the pod's.
        foreach (var key in start.Environment.Keys.Where(key => key.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(key);
        Inside?.Enter(start);
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.Dispose();
        _process = new Process { StartInfo = start };
        var process = _process;
        process.OutputDataReceived += (_, line) => Take(line.Data, listening);
        process.ErrorDataReceived += (_, line) => Take(line.Data, null);
        process.Start();
        Started = true;
        _frozen = false;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var limit = new CancellationTokenSource(StartLimit);
        var exited = process.WaitForExitAsync(limit.Token);
        if (await Task.WhenAny(listening.Task, exited).ConfigureAwait(false) != listening.Task)
        {
            var what = process.HasExited ? $"ended with exit code {process.ExitCode}" : $"did not listen within {StartLimit.TotalSeconds} s";
            throw new InvalidOperationException($"The pod {Name} {what}. It printed:{Environment.NewLine}{string.Join(Environment.NewLine, Output)}");
        }

        Url = await listening.Task.ConfigureAwait(false);
    }

    private void Take(string? line, TaskCompletionSource<Uri>? listening)
    {
        if (line is null) return;
        lock (_output)
        {
            _output.Enqueue(line);
            if (_output.Count > LinesKept) _output.Dequeue();
        }

        var words = line.Split(' ');
        if (words is ["listening", var url, ..] && Uri.TryCreate(url, UriKind.Absolute, out var address)) listening?.TrySetResult(address);
    }

    private void Signal(int signal)
    {
        if (!IsRunning) throw new InvalidOperationException($"The pod {Name} is not running.");
        Signals.Send(_process.Id, signal);
    }

    private static string DotNet()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } given) return given;
        return Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
    }
}
