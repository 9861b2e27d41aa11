using System.Diagnostics;
using System.Globalization;
using PodGate.TestKit;

namespace Speed.Rig;

/// <summary>A process of the measurement's own, on given processors; it and its children are ended by their ids.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const int LinesKept = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Queue<string> _lines = new();
    private readonly Process _process;

    public Child(string program, IEnumerable<string> arguments, ulong cores, string? home = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (home is not null) info.Environment["HOME"] = info.Environment["XDG_DATA_HOME"] = info.Environment["XDG_CONFIG_HOME"] = home;
        foreach (var (name, value) in variables ?? new Dictionary<string, string>()) info.Environment[name] = value;
        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        Cores.With(cores, _process.Start);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it printed.</summary>
    public string Output
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    /// <summary>It and its children.</summary>
    public IReadOnlyList<int> Ids => Family(_process.Id);

    /// <summary>Runs a program to its end and returns what it printed; fails with that when its exit code is not 0.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, ulong cores, CancellationToken cancel)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        Cores.With(cores, process.Start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}{await output}");
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        var family = _process.HasExited ? [] : Ids;
        foreach (var id in family.Take(1)) TrySignal(id, Signals.Terminate);
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            foreach (var id in family) TrySignal(id, Signals.Kill);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static List<int> Family(int id)
    {
        var children = File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return [id, .. children.Select(child => int.Parse(child, CultureInfo.InvariantCulture))];
    }

    private static void TrySignal(int id, int signal)
    {
        try
        {
            Signals.Send(id, signal);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesKept) _lines.Dequeue();
        }
    }
}
