using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>Whether automation acts on its verdicts.</summary>
public enum FailoverMode
{
    /// <summary>Suspend and latch.</summary>
    Act,

    /// <summary>Judge and report everything, act on nothing.</summary>
    Observe,
}

/// <summary>A pod as configured.</summary>
/// <param name="Name">1 to 63 of a-z, 0-9 and '-', beginning with a letter or digit.</param>
/// <param name="Address">Absolute http or https URL without query: where requests go.</param>
/// <param name="Health">Where its health is asked for, and how the answer is read.</param>
/// <param name="Labels">Free words for people and alerts, at most 16.</param>
public sealed record PodSettings(string Name, Uri Address, HealthSettings Health, ImmutableSortedDictionary<string, string> Labels)
{
    /// <summary>The gate's own checks of this pod: those for all pods and those of its own, by name. <value>Default none.</value></summary>
    public ImmutableSortedDictionary<string, CheckSettings> Checks { get; init; } =
        ImmutableSortedDictionary.Create<string, CheckSettings>(StringComparer.Ordinal);

    /// <summary>
    /// How many clients' requests may run on it at a time; 0: as many as come; null: as many as the configuration says of all pods.
    /// <value>Default null; 0 to 1,000,000.</value>
    /// </summary>
    public int? MostRequests { get; init; }

    /// <summary>There are checks that send requests, as clients do.</summary>
    public bool HasRequestChecks => Checks.Values.Any(check => check.TcpPort is null);

    /// <summary>By value, labels and checks too.</summary>
    public bool Equals(PodSettings? other) =>
        other is not null && Name == other.Name && Address == other.Address && Health == other.Health
        && Labels.SequenceEqual(other.Labels) && Checks.SequenceEqual(other.Checks) && MostRequests == other.MostRequests;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Address, Health);
}

/// <summary>All the numbers the deciders go by. Defaults and limits are those of the configuration.</summary>
public sealed record FleetSettings
{
    /// <summary>The configured pods, by name in ordinal order.</summary>
    public ImmutableSortedDictionary<string, PodSettings> Pods { get; init; } = ImmutableSortedDictionary.Create<string, PodSettings>(StringComparer.Ordinal);

    /// <summary>Time from probe to probe of a pod that is well. <value>Default 1 s; 100 ms to 1 h.</value></summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time from probe to probe after a first failure. <value>Default 200 ms; 50 ms up to the interval.</value></summary>
    public TimeSpan FastProbeInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a probe may take, body included. <value>Default 1 s; 50 ms to 1 min.</value></summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures in a row that make the verdict Unhealthy. <value>Default 3; 2 to 100.</value></summary>
    public int Fall { get; init; } = 3;

    /// <summary>Good probes in a row that prove a pod well. <value>Default 3; 1 to 100.</value></summary>
    public int Rise { get; init; } = 3;

    /// <summary>
    /// Targets besides the pods whose answers are witnesses of the gate's own network: <c>tcp://host:port</c>, http or https URLs, and
    /// <c>dns://server/name</c>. <value>Default none; 8 at most.</value>
    /// </summary>
    public ImmutableArray<Uri> References { get; init; } = [];

    /// <summary>Networks whose clients belong to one pod. <value>Default none; 1,000 at most.</value></summary>
    public Pins Pins { get; init; } = Pins.None;

    /// <summary>When clients' requests are evidence.</summary>
    public TrafficSettings Traffic { get; init; } = new();

    /// <summary>
    /// How often own probes, or a client's refused connection, may have doubted a pod and cleared it again within <see cref="FlapWindow"/> before that alone
    /// makes the verdict Unhealthy.
    /// <value>Default 5; 2 to 100; 0: never.</value>
    /// </summary>
    public int FlapLimit { get; init; } = 5;

    /// <summary>The time in which flaps are counted. <value>Default 5 min; 10 s to 24 h.</value></summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether automation acts. <value>Default Act.</value></summary>
    public FailoverMode Mode { get; init; } = FailoverMode.Act;

    /// <summary>
    /// The fewest pods that can carry the traffic; null means half of the fleet, rounded up. <value>Default null; 1 up to the number of
    /// pods.</value>
    /// </summary>
    public int? MinimumOpen { get; init; }

    /// <summary>How long what runs on a drained or latched pod may go on. <value>Default 30 s; 0 to 24 h.</value></summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long after a pod began to give its clients up the first of its long-lived connections is asked to end. <value>Default 0 s; 0 to 24 h.</value>
    /// </summary>
    public TimeSpan GoodbyeAfter { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Over how long these goodbyes are spread, so that the clients do not all connect again at once; it is cut short at three quarters of the time to the
    /// deadline. <value>Default 10 s; 0 to 24 h.</value>
    /// </summary>
    public TimeSpan GoodbyeSpread { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The first hold of a suspension; doubles with each one that follows within <see cref="HoldMemory"/>. <value>Default 5 s; 0 to 10
    /// min.</value>
    /// </summary>
    public TimeSpan SuspensionHold { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest hold of a suspension. <value>Default 2 min.</value></summary>
    public TimeSpan SuspensionHoldLongest { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a pod must go without a suspension for its hold to start small again. <value>Default 10 min.</value></summary>
    public TimeSpan HoldMemory { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A pod suspended or held for longer raises an alarm and is latched if the guard allows. <value>Default 5 min; 10 s to 24 h.</value></summary>
    public TimeSpan SuspendedTooLong { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// After an automatic latch, evidence that overload would explain latches nothing for this long. <value>Default 10 min; 0 to 24
    /// h.</value>
    /// </summary>
    public TimeSpan OverloadGrace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an enabled pod ramps. Zero: not at all. <value>Default 30 s; 0 to 24 h.</value></summary>
    public TimeSpan RampDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>In how many steps it ramps. <value>Default 10; 1 to 256.</value></summary>
    public int RampSteps { get; init; } = 10;

    /// <summary>Whether a ramp stands still while the pod is far slower than the others, or its own requests fail. <value>Default true.</value></summary>
    public bool RampHoldBack { get; init; } = true;

    /// <summary><see cref="MinimumOpen"/>, or half of the configured pods, rounded up.</summary>
    public int EffectiveMinimumOpen => MinimumOpen ?? (Pods.Count + 1) / 2;
}
