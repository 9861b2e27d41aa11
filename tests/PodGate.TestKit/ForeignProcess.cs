using System.Diagnostics;
using System.Globalization;

namespace PodGate.TestKit;

/// <summary>A program of the system's, such as another proxy, as a process of the test's own; it and its children are ended by their ids.</summary>
public sealed class ForeignProcess : IAsyncDisposable
{
    private const int CharactersKept = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Queue<string> _lines = new();
    private readonly Process _process;
    private int _characters;

    /// <summary>Starts it.</summary>
    /// <param name="program">The executable.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="home">Where it keeps what it keeps at home; null: where its user does.</param>
    /// <param name="variables">Environment variables of its own.</param>
    /// <param name="inside">The network namespace that it lives in; null: the machine's own.</param>
    public ForeignProcess(
        string program, IEnumerable<string> arguments, string? home = null, IReadOnlyDictionary<string, string>? variables = null, TestNamespace? inside = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (home is not null) info.Environment["HOME"] = info.Environment["XDG_DATA_HOME"] = info.Environment["XDG_CONFIG_HOME"] = home;
        foreach (var (name, value) in variables ?? new Dictionary<string, string>()) info.Environment[name] = value;
        inside?.Enter(info);
        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
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

    /// <summary>It and its children; a worker must not outlive its master. Empty when it has ended.</summary>
    public IReadOnlyList<int> Ids
    {
        get
        {
            if (_process.HasExited) return [];
            var children = File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return [_process.Id, .. children.Select(child => int.Parse(child, CultureInfo.InvariantCulture))];
        }
    }

    /// <summary>Runs a program to its end and returns what it printed; fails with that when its exit code is not 0. Starts it before it returns.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error.ConfigureAwait(false)}{await output.ConfigureAwait(false)}");
            return await output.ConfigureAwait(false);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>Asks it to end, frozen or not, and after a while does not ask any more.</summary>
    public async ValueTask DisposeAsync()
    {
        var family = Ids;
        foreach (var id in family) TrySignal(id, Signals.Continue);
        foreach (var id in family.Take(1)) TrySignal(id, Signals.Terminate);
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            foreach (var id in family) TrySignal(id, Signals.Kill);
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _process.Dispose();
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
            _characters += line.Length;
            while (_characters > CharactersKept) _characters -= _lines.Dequeue().Length;
        }
    }
}
