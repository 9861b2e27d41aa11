namespace PodGate.Control.Journal;

/// <summary>The journal's limits. Not settings: they are here so that tests need not write 100,000 transitions.</summary>
internal sealed record JournalLimits
{
    /// <summary>Transitions kept in the file.</summary>
    public int Kept { get; init; } = 100_000;

    /// <summary>How many more there may be before the oldest are pruned, so that not every commit prunes.</summary>
    public int PruneBatch { get; init; } = 1_000;

    /// <summary>Newest transitions kept in memory.</summary>
    public int InMemory { get; init; } = 10_000;

    /// <summary>Entries that wait at most; beyond, superseded ones are dropped.</summary>
    public int Backlog { get; init; } = 10_000;

    /// <summary>Entries that one database transaction takes at most.</summary>
    public int Group { get; init; } = 256;

    /// <summary>How soon writing is tried again after it failed.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between tries, reached by doubling when the disk takes bytes but the journal still cannot be opened.</summary>
    public TimeSpan RetryAfterLongest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>False leaves commits in the write-ahead log, as a kill between commit and checkpoint does.</summary>
    public bool Checkpoint { get; init; } = true;
}
