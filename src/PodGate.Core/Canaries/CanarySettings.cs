namespace PodGate.Core.Canaries;

/// <summary>When a canary is judged, and by how much it has to be worse. Why these numbers: docs/decisions/0019-canary-judging.md.</summary>
public sealed record CanarySettings
{
    /// <summary>
    /// Of how many percent of canaries that are no worse than the other pods it may be said all the same that they are, however long and often one looks; half
    /// of it for errors, half for slowness. <value>Default 1; 0.001 to 20.</value>
    /// </summary>
    public double FalseAbortPercent { get; init; } = 1;

    /// <summary>
    /// With which probability, in percent, a look may let a canary pass that is worse by the least that matters. <value>Default 5; 0.1 to 20.</value>
    /// </summary>
    public double MissPercent { get; init; } = 5;

    /// <summary>
    /// The least that matters: failures, as a multiple of what would be expected. Both this and <see cref="ErrorPercent"/> must be reached.
    /// <value>Default 1.5; 1.05 to 100.</value>
    /// </summary>
    public double ErrorFactor { get; init; } = 1.5;

    /// <summary>The least that matters: failures beyond what would be expected, in percent of the requests. <value>Default 0.2; 0.001 to 50.</value></summary>
    public double ErrorPercent { get; init; } = 0.2;

    /// <summary>The least that matters: times to the first byte, as a multiple of what would be expected. <value>Default 1.2; 1.05 to 100.</value></summary>
    public double SlowFactor { get; init; } = 1.2;

    /// <summary>
    /// The fewest sources of the group, and of the others, that are compared. With fewer than about fifteen nothing can be sure enough, whatever they meet.
    /// <value>Default 20; 10 to 8,192.</value>
    /// </summary>
    public int Sources { get; init; } = 20;

    /// <summary>The fewest requests of the group. <value>Default 300; 50 to 1,000,000,000.</value></summary>
    public int Requests { get; init; } = 300;

    /// <summary>When it is judged first, in minutes from <see cref="WarmUp"/> on. <value>Default 5; 1 to 1,440.</value></summary>
    public int Minutes { get; init; } = 5;

    /// <summary>
    /// How far back goes what is known of everybody from before the canary; afterwards the last that is as long is compared with it.
    /// <value>Default 4 h; 12 min to 24 h.</value>
    /// </summary>
    public TimeSpan Before { get; init; } = TimeSpan.FromHours(4);

    /// <summary>How long what the canary does at the beginning does not count, since a cold process is slow. <value>Default 1 min; 0 to 1 h.</value></summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromMinutes(1);
}
