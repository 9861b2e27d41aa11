namespace PodGate.Control.History;

/// <summary>A history's limits; the defaults are those of the probe history. Not settings: they are here so that tests need not write for a week.</summary>
public sealed record HistoryLimits
{
    /// <summary>Those of the routing history: support asks about last week, and a change is a short line.</summary>
    public static HistoryLimits OfRouting { get; } = new() { Kept = TimeSpan.FromDays(14), Bytes = 8 * 1024 * 1024, Segment = 1024 * 1024, Waiting = 512 };

    /// <summary>What is older goes.</summary>
    public TimeSpan Kept { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Bytes of all segments together; beyond, the oldest go.</summary>
    public long Bytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes after which a segment is not added to.</summary>
    public long Segment { get; init; } = 4 * 1024 * 1024;

    /// <summary>Reports, or changes, that wait for the writer; what comes beyond is dropped and counted.</summary>
    public int Waiting { get; init; } = 8192;

    /// <summary>How often the writer writes: what a kill may cost, twice over.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How old a report is when it is written down, so that it has been judged by then.</summary>
    public TimeSpan JudgedAfter { get; init; } = TimeSpan.FromMilliseconds(500);
}
