using System.Globalization;
using PodGate.TestKit;

namespace Speed.Rig;

/// <summary>Which processors a process gets. Set before it starts, since runtimes and proxies size themselves by what they are given.</summary>
internal static class Cores
{
    /// <summary>The proxy's own processor in rows on one core.</summary>
    public const ulong First = 1;

    /// <summary>Everything else's then.</summary>
    public const ulong Second = 2;

    /// <summary>How many the machine has.</summary>
    public static readonly int Count = File.ReadLines("/proc/cpuinfo").Count(line => line.StartsWith("processor", StringComparison.Ordinal));

    /// <summary>All that the machine has.</summary>
    public static readonly ulong All = (1UL << Math.Min(Count, 63)) - 1;

    /// <summary>Starts a program on these processors, and on no others for life.</summary>
    public static ForeignProcess Start(ulong cores, string program, IEnumerable<string> arguments, string? home = null, IReadOnlyDictionary<string, string>? variables = null) =>
        new("taskset", [Mask(cores), program, .. arguments], home, variables);

    /// <summary>Runs a program there to its end, and returns what it printed.</summary>
    public static Task<string> RunAsync(ulong cores, string program, IEnumerable<string> arguments, CancellationToken cancel) =>
        ForeignProcess.RunAsync("taskset", [Mask(cores), program, .. arguments], cancel);

    private static string Mask(ulong cores) => cores.ToString("x", CultureInfo.InvariantCulture);
}
