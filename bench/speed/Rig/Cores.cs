using System.Runtime.InteropServices;

namespace Speed.Rig;

/// <summary>
/// Which processors a process gets: those of the thread that starts it. Set before the start, since runtimes and proxies size themselves by what they are given.
/// </summary>
internal static unsafe partial class Cores
{
    /// <summary>The proxy's own processor in rows on one core.</summary>
    public const ulong First = 1;

    /// <summary>Everything else's then.</summary>
    public const ulong Second = 2;

    /// <summary>How many the machine has.</summary>
    public static readonly int Count = File.ReadLines("/proc/cpuinfo").Count(line => line.StartsWith("processor", StringComparison.Ordinal));

    /// <summary>All that the machine has.</summary>
    public static readonly ulong All = (1UL << Math.Min(Count, 63)) - 1;

    /// <summary>Runs something that starts a process, which then has these processors for life.</summary>
    public static T With<T>(ulong cores, Func<T> start)
    {
        ulong before;
        if (GetAffinity(0, sizeof(ulong), &before) < 0) throw new InvalidOperationException("the processors of this thread cannot be read");
        Set(cores);
        try
        {
            return start();
        }
        finally
        {
            Set(before);
        }
    }

    private static void Set(ulong cores)
    {
        if (SetAffinity(0, sizeof(ulong), &cores) != 0) throw new InvalidOperationException("a row on one core needs a machine with two");
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint size, ulong* mask);
}
