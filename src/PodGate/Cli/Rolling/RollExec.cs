using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace PodGate.Cli.Rolling;

/// <summary>
/// Runs the command of a roll for one pod, here and not in the gate, by <c>/bin/sh -c</c>, with no input. What it prints is
/// shown line by line as it comes, each with the pod's name before it.
/// </summary>
internal sealed class RollExec(RollScreen screen, TimeProvider time)
{
    /// <summary>The environment variable with the pod's name.</summary>
    public const string PodVariable = "PODGATE_POD";

    /// <summary>The environment variable with where the gate sends its requests.</summary>
    public const string AddressVariable = "PODGATE_POD_ADDRESS";

    private const string Shell = "/bin/sh";
    private const int LongestLine = 2000;

    // Ctrl-C reaches the command as well as this program.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // Something that the command left running may hold its output open for ever; what it prints later is not shown.
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(1);

    /// <summary>Runs it to its end, or ends it and all that it started when cancelled.</summary>
    /// <param name="pod">The pod's name.</param>
    /// <param name="address">Where the gate sends its requests.</param>
    /// <param name="command">The command, with the name filled in.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Its exit code.</returns>
    public async Task<int> RunAsync(string pod, string address, string command, CancellationToken cancel)
    {
        using var process = Start(pod, address, command);
        process.StandardInput.Close();
        using var over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        var shown = Task.WhenAll(ShowAsync(process.StandardOutput, pod, over.Token), ShowAsync(process.StandardError, pod, over.Token));
        try
        {
            await process.WaitForExitAsync(cancel);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
            throw;
        }
        finally
        {
            over.CancelAfter(LastLines);
            await shown;
        }
    }

    private static Process Start(string pod, string address, string command)
    {
        var start = new ProcessStartInfo(Shell, ["-c", command])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment[PodVariable] = pod;
        start.Environment[AddressVariable] = address;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new RollTrouble($"the command for {pod} cannot be started: {Shell}: {exception.Message}");
        }
    }

    private async Task EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Grace, time);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task ShowAsync(StreamReader reader, string pod, CancellationToken over)
    {
        var (buffer, line) = (new char[4096], new StringBuilder());
        try
        {
            int read;
            while ((read = await reader.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(over)) > 0)
            {
                foreach (var character in buffer.AsSpan(0, read))
                {
                    if (character != '\n') line.Append(character);
                    if (character == '\n' || line.Length >= LongestLine) Show(pod, line);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The command is over, and what it left behind printed into a pipe that nobody reads any more.
        }

        if (line.Length > 0) Show(pod, line);
    }

    private void Show(string pod, StringBuilder line)
    {
        screen.Line($"{pod} | {line.ToString().TrimEnd('\r')}");
        line.Clear();
    }
}
