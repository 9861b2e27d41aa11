namespace PodGate.Statistics;

/// <summary>What is kept of the statistics. No settings: they are here so that tests need not count for a year.</summary>
internal sealed record StatisticsLimits
{
    /// <summary>Days that are kept, today's among them.</summary>
    public int Days { get; init; } = 366;

    /// <summary>Bytes of all days together; beyond, the oldest go. A pod takes about 300 bytes a day: a year of 500 pods.</summary>
    public long Bytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes of one file that is read; a larger one is not this gate's.</summary>
    public long LargestFile { get; init; } = 64 * 1024 * 1024;

    /// <summary>Days that wait in memory for a disk that takes them; beyond, the oldest are lost.</summary>
    public int Waiting { get; init; } = 14;

    /// <summary>How often it is counted and written: what a kill may cost.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);
}
