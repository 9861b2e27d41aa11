using System.Globalization;

namespace Speed.Rig;

/// <summary>What processes have taken, by the kernel's account.</summary>
internal static class Consumption
{
    private const double TicksPerSecond = 100;

    /// <summary>Processor time, user and system, since their start; 10 ms is the finest that is told.</summary>
    public static TimeSpan Cpu(IEnumerable<int> ids) => TimeSpan.FromSeconds(ids.Sum(id =>
    {
        // The name, in brackets, may contain anything; what follows it does not.
        var text = File.ReadAllText($"/proc/{id}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return Number(fields[11]) + Number(fields[12]);
    }) / TicksPerSecond);

    /// <summary>Resident memory, in MB of 1,000,000 bytes.</summary>
    public static double Megabytes(IEnumerable<int> ids) => ids.Sum(id => Megabytes($"/proc/{id}/status", "VmRSS:"));

    /// <summary>The same, but of what several processes share each has its part only.</summary>
    public static double ProportionalMegabytes(IEnumerable<int> ids) => ids.Sum(id => Megabytes($"/proc/{id}/smaps_rollup", "Pss:"));

    private static double Megabytes(string file, string name)
    {
        var line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return Number(line[name.Length..].Trim().Split(' ')[0]) * 1024 / 1e6;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
