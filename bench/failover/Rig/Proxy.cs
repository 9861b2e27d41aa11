using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace Failover.Rig;

/// <summary>What stands between callers and pods: a process of its own, with the configuration that lies in bench/failover/proxies.</summary>
internal abstract class Proxy : IAsyncDisposable
{
    /// <summary>Where callers go.</summary>
    public Uri Data { get; protected set; } = null!;

    /// <summary>Starts it and waits until it serves.</summary>
    public abstract Task StartAsync(Stage stage, CancellationToken cancel);

    /// <summary>SIGSTOP for all of it.</summary>
    public void Freeze() => Signal(Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal(Signals.Continue);

    /// <summary>The last lines it printed.</summary>
    public abstract string Output { get; }

    public abstract ValueTask DisposeAsync();

    protected abstract IEnumerable<int> Processes();

    /// <summary>The configuration file with this run's addresses: @pod-a@ is its host and port, @pod-a.port@ the port alone.</summary>
    protected static string Fill(string file, Stage stage, string listen, string directory)
    {
        var text = File.ReadAllText(ProxyKind.ConfigurationPath(file));
        foreach (var pod in stage.Pods)
        {
            text = text.Replace($"@{pod.Name}@", $"{stage.HostOf(pod)}:{pod.Url.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
                .Replace($"@{pod.Name}.port@", pod.Url.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        return text.Replace("@listen@", listen, StringComparison.Ordinal)
            .Replace("@listen.port@", listen[(listen.LastIndexOf(':') + 1)..], StringComparison.Ordinal).Replace("@directory@", directory, StringComparison.Ordinal);
    }

    private void Signal(int signal)
    {
        foreach (var id in Processes()) Signals.Send(id, signal);
    }
}

/// <summary>The real gate, in a state directory of its own.</summary>
internal sealed class PodGateProxy : Proxy
{
    private GateProcess? _gate;

    /// <summary>The gate; there is one after the start.</summary>
    public GateProcess Gate => _gate ?? throw new InvalidOperationException("the gate was not started");

    public override string Output => _gate?.Output ?? "";

    public override async Task StartAsync(Stage stage, CancellationToken cancel)
    {
        _gate = new GateProcess(inside: stage.Inside);
        var text = Fill("podgate.json", stage, "127.0.0.1:0", _gate.Directory);
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        _gate.Write(JsonNode.Parse(text, documentOptions: options)!.AsObject());

        // Told from outside for comparisons; of itself the gate has it on.
        if (Environment.GetEnvironmentVariable("INLINE") is { } inline) _gate.Variables["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = inline;
        await _gate.StartAsync("--init");
        Data = _gate.Data;
        foreach (var pod in stage.Pods) await _gate.UntilAsync(pod.Name, "Open");
    }

    public override async ValueTask DisposeAsync()
    {
        if (_gate is not null) await _gate.DisposeAsync();
    }

    protected override IEnumerable<int> Processes() => [Gate.Pid];
}

/// <summary>Another proxy, as Debian has it.</summary>
internal sealed class OtherProxy(ProxyKind kind) : Proxy
{
    private const int Starts = 3;
    private readonly string _directory = Directory.CreateTempSubdirectory("failover-").FullName;
    private ForeignProcess? _process;

    public override string Output => _process?.Output ?? "";

    public override async Task StartAsync(Stage stage, CancellationToken cancel)
    {
        // It cannot be told to take any free port, so one is looked for; somebody else may be faster.
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort(stage.Inside);
            Data = new Uri($"http://127.0.0.1:{port}");
            var file = Path.Combine(_directory, kind.Configuration);
            await File.WriteAllTextAsync(file, Fill(kind.Configuration, stage, $"127.0.0.1:{port}", _directory), cancel);
            _process = new ForeignProcess(kind.Program, kind.Arguments(file, _directory), _directory, inside: stage.Inside);
            if (await ServesAsync(stage, _process, cancel)) return;
            var said = Output;
            await EndAsync();
            if (attempt == Starts) throw new InvalidOperationException($"{kind.Name} does not serve; it printed:\n{said}");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await EndAsync();
        Directory.Delete(_directory, recursive: true);
    }

    protected override IEnumerable<int> Processes() => _process?.Ids ?? [];

    private async Task<bool> ServesAsync(Stage stage, ForeignProcess process, CancellationToken cancel)
    {
        for (var i = 0; i < 100 && !process.HasExited; i++)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                limit.CancelAfter(TimeSpan.FromSeconds(2));
                using var wire = await Wire.ConnectAsync(IPAddress.Loopback, Data, stage.Inside, limit.Token);
                if ((await wire.GetAsync("/echo", "", limit.Token)).Status == 200) return true;
            }
            catch (Exception exception) when (exception is NoAnswerException || (exception is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                // Not yet.
            }

            await Task.Delay(100, cancel);
        }

        return false;
    }

    private async ValueTask EndAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        await process.DisposeAsync();
    }

    private static int FreePort(TestNamespace? inside)
    {
        using var socket = inside?.CreateSocket() ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
