namespace PodGate.Core.Health;

/// <summary>When what happens to clients' requests is evidence against a pod. Counted by source (slot), never by request.</summary>
public sealed record TrafficSettings
{
    /// <summary>Whether traffic is judged at all. <value>Default true.</value></summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The fewest distinct sources that must be affected. <value>Default 5; 2 to 10,000.</value></summary>
    public int Sources { get; init; } = 5;

    /// <summary>The share of the pod's active sources that must be affected, in percent. <value>Default 20; 1 to 100.</value></summary>
    public int SharePercent { get; init; } = 20;

    /// <summary>How long a source counts as active after its last answer. <value>Default 10 s; 1 s to 10 min.</value></summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many times the others' median the pod's 90th percentile of first-byte times must be. <value>Default 5; 2 to 1,000.</value></summary>
    public int SlowFactor { get; init; } = 5;

    /// <summary>What is faster than this is never slow. <value>Default 500 ms; 10 ms to 1 min.</value></summary>
    public TimeSpan SlowLeast { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>For how long it must have been slow. <value>Default 2 s; 0 to 10 min.</value></summary>
    public TimeSpan SlowFor { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A slot that carries more of the fleet's requests than so many percent, for five minutes, is an alarm. No evidence against anybody, and moves nobody.
    /// <value>Default 30; 1 to 100; 100: never.</value>
    /// </summary>
    public int HeavySlotPercent { get; init; } = 30;
}
