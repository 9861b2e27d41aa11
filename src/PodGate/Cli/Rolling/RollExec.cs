using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace PodGate.Cli.Rolling;

/// <summary>
/// Runs the command of a roll for one pod, here and not in the gate, by <c>/bin/sh -c</c>, with no input. What it prints is
/// shown line by line as it comes, each with the pod's name before it. It has a session of its own, so that it can be ended with all that it started;
/// no signal of the terminal reaches it but by this program.
/// </summary>
internal sealed class RollExec(RollScreen screen, TimeProvider time)
{
    /// <summary>The environment variable with the pod's name.</summary>
    public const string PodVariable = "PODGATE_POD";

    /// <summary>The environment variable with where the gate sends its requests.</summary>
    public const string AddressVariable = "PODGATE_POD_ADDRESS";

    private const string Shell = "/bin/sh";
    private const int LongestLine = 2000;
    private const int Terminate = 15;
    private const int Kill = 9;

    // Of util-linux, which every Debian has.
    private static readonly string[] Sessions = ["/usr/bin/setsid", "/bin/setsid"];

    // From being asked to end until it is killed.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // Something that the command left running may hold its output open for ever; what it prints later is not shown.
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(1);

    /// <summary>What this machine lacks to run commands; null when nothing.</summary>
    public static string? Lacks() => Array.Exists(Sessions, File.Exists)
        ? null
        : $"there is no {Sessions[0]} on this machine (package util-linux), so the command could not be ended with all that it starts";

    /// <summary>Runs it to its end, or ends it and all that it started when cancelled.</summary>
    /// <param name="pod">The pod's name.</param>
    /// <param name="address">Where the gate sends its requests.</param>
    /// <param name="command">The command, with the name filled in.</param>
    /// <param name="cancel">Ends it: asks it and all that it started to end (SIGTERM), and kills what is still there 2 s later.</param>
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
        var session = Array.Find(Sessions, File.Exists) ?? Sessions[0];
        var start = new ProcessStartInfo(session, ["--wait", Shell, "-c", command])
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
            throw new RollTrouble($"the command for {pod} cannot be started: {session}: {exception.Message}");
        }
    }

    private async Task EndAsync(Process process)
    {
        // A second signal ends this program at once; the command is not left behind then.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Send(process, Kill));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Send(process, Kill));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => Send(process, Kill));
        var begin = time.GetTimestamp();
        Send(process, Terminate);
        while (IsThere(process) && time.GetElapsedTime(begin) < Grace) await Task.Delay(Look, time);
        if (IsThere(process)) Send(process, Kill);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    // The shell may have ended while others of its group go on, and a group has the id of the process that it began with.
    private static bool IsThere(Process process) => SendSignal(-process.Id, 0) == 0 || !process.HasExited;

    // For a moment after its start it has no group yet, and nothing has been run.
    private static void Send(Process process, int signal)
    {
        if (SendSignal(-process.Id, signal) != 0 && !process.HasExited) _ = SendSignal(process.Id, signal);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

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
