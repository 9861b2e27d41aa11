using System.Runtime.InteropServices;

namespace PodGate.TestKit;

/// <summary>Signals to processes of the test's own, by their ids.</summary>
public static partial class Signals
{
    public const int Hangup = 1;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private const int NoSuchProcess = 3;

    public static void Send(int pid, int signal)
    {
        if (!TrySend(pid, signal)) throw new InvalidOperationException($"signal {signal} to {pid}: there is no such process");
    }

    /// <summary>The same to one that may end by itself meanwhile, as all do at a Ctrl-C.</summary>
    /// <returns>False when there is no such process any more.</returns>
    public static bool TrySend(int pid, int signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        if (SendSignal(pid, signal) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new InvalidOperationException($"signal {signal} to {pid}: error {error}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
