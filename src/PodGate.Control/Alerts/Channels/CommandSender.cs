using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace PodGate.Control.Alerts.Channels;

/// <summary>
/// Runs a command, without a shell: the alert is JSON on its standard input and in its environment. It has a session of its own, so that it can be ended with
/// all that it started. What it prints is not kept.
/// </summary>
/// <param name="command">The program's full path and its arguments.</param>
/// <param name="time">The clock.</param>
internal sealed class CommandSender(ImmutableArray<string> command, TimeProvider time) : IAlertSender
{
    /// <summary>How the environment variables begin.</summary>
    internal const string Prefix = "PODGATE_ALERT_";

    private const int Terminate = 15;
    private const int Kill = 9;

    // Of util-linux, which every Debian has.
    private static readonly string[] Sessions = ["/usr/bin/setsid", "/bin/setsid"];

    // From being asked to end until it is killed.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public string Receiver => Path.GetFileName(command[0]);

    /// <inheritdoc/>
    public TimeSpan Timeout => TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(AlertMessage message, CancellationToken cancel)
    {
        using var process = Start(message);
        using var over = new CancellationTokenSource();
        var read = Task.WhenAll(ForgetAsync(process.StandardOutput.BaseStream, over.Token), ForgetAsync(process.StandardError.BaseStream, over.Token));
        try
        {
            await HandInAsync(process, AlertJson.Write(message), cancel).ConfigureAwait(false);
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
            return process.ExitCode == 0
                ? new DeliveryOutcome(null)
                : new DeliveryOutcome(string.Create(CultureInfo.InvariantCulture, $"it ended with exit code {process.ExitCode}"), Again: true);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process).ConfigureAwait(false);
            throw;
        }
        finally
        {
            // What it left running may hold its output open for ever.
            await over.CancelAsync().ConfigureAwait(false);
            await read.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Every run has its own end.
    }

    private static async Task HandInAsync(Process process, byte[] body, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(body, cancel).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not read its input; its exit code says whether it took the alert.
        }
    }

    private static async Task ForgetAsync(Stream output, CancellationToken over)
    {
        var buffer = new byte[4096];
        try
        {
            while (await output.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(over).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The command is over.
        }
    }

    private Process Start(AlertMessage message)
    {
        var start = new ProcessStartInfo(Array.Find(Sessions, File.Exists) ?? Sessions[0], ["--wait", .. command])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        var alert = message.Alert;
        Set("ID", alert.Id);
        Set("KEY", alert.Key);
        Set("KIND", alert.Kind);
        Set("SEVERITY", AlertKinds.WordOf(alert.Severity));
        Set("POD", alert.Pod);
        Set("ABOUT", alert.About);
        Set("CAUSE", alert.Cause?.ToString());
        Set("SENTENCE", message.Sentence);
        Set("AT", alert.At.ToString("O", CultureInfo.InvariantCulture));
        Set("RESOLVED", alert.Resolved ? "true" : "false");
        Set("RESOLVES", alert.Resolves?.Id);
        Set("LINK", message.Link?.AbsoluteUri);
        Set("RUNBOOK", message.Runbook);
        Set("GATE", message.Gate);
        return Process.Start(start) ?? throw new IOException($"{command[0]} cannot be started");

        void Set(string name, string? value) => start.Environment[Prefix + name] = value ?? "";
    }

    private async Task EndAsync(Process process)
    {
        var begin = time.GetTimestamp();
        Send(process, Terminate);
        while (IsThere(process) && time.GetElapsedTime(begin) < Grace) await Task.Delay(Look, time).ConfigureAwait(false);
        if (IsThere(process)) Send(process, Kill);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    // The program may have ended while others of its group go on, and a group has the id of the process that it began with.
    private static bool IsThere(Process process) => SendSignal(-process.Id, 0) == 0 || !process.HasExited;

    // For a moment after its start it has no group yet, and nothing has been run.
    private static void Send(Process process, int signal)
    {
        if (SendSignal(-process.Id, signal) != 0 && !process.HasExited) _ = SendSignal(process.Id, signal);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
