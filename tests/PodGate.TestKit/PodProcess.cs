using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace PodGate.TestKit;

/// <summary>
/// The sample pod as a real process: it can be killed, frozen and started again on the same port. Stopped by its own process id, and by the end of its
/// standard input if the tests themselves are killed.
/// </summary>
public sealed class PodProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;
    private const int LinesKept = 200;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly IPAddress _address;
    private readonly Queue<string> _output = new();
    private Process _process = new();
    private bool _frozen;

    private PodProcess(string name, IPAddress address)
    {
        Name = name;
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

    private bool Started { get; set; }

    /// <summary>Starts a pod and waits until it listens.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="port">Its port; 0: a free one.</param>
    /// <param name="address">Its address; null: 127.0.0.1.</param>
    public static async Task<PodProcess> StartAsync(string name, int port = 0, IPAddress? address = null)
    {
        var pod = new PodProcess(name, address ?? IPAddress.Loopback);
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
        Signal(SigStop);
        _frozen = true;
    }

    /// <summary>SIGCONT.</summary>
    public void Thaw()
    {
        Signal(SigCont);
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
        Signal(SigTerm);
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
                     "exec", SampleDll(), "--name", Name, "--port", port.ToString(CultureInfo.InvariantCulture), "--address", _address.ToString(), "--stop-with-stdin",
                 })
        {
            start.ArgumentList.Add(argument);
        }

        // Neither the test host's settings nor the developer's are the pod's.
        foreach (var key in start.Environment.Keys.Where(key => key.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(key);
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
        if (SendSignal(_process.Id, signal) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Signal {signal} to the pod {Name}");
    }

    private static string DotNet()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } given) return given;
        return Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
    }

    /// <summary>The sample as it was built with the tests: beside them in the repository, in the same configuration and framework.</summary>
    private static string SampleDll()
    {
        // .../tests/<project>/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var (framework, configuration) = (output.Name, output.Parent!.Name);
        for (var directory = output; directory is not null; directory = directory.Parent)
        {
            var sample = Path.Combine(directory.FullName, "samples", "SelfMonitoringPod");
            if (!Directory.Exists(sample)) continue;
            var dll = Path.Combine(sample, "bin", configuration, framework, "SelfMonitoringPod.dll");
            return File.Exists(dll) ? dll : throw new FileNotFoundException("The sample pod is not built; building the tests builds it.", dll);
        }

        throw new DirectoryNotFoundException($"No samples/SelfMonitoringPod in any directory above {AppContext.BaseDirectory}.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
