using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>All pods with all that is known of them; immutable. The transition function takes one and returns the next.</summary>
public sealed record Fleet
{
    /// <summary>The numbers it goes by.</summary>
    public required FleetSettings Settings { get; init; }

    /// <summary>The configured pods (and those being drained because they were taken out of the configuration), by name in ordinal order.</summary>
    public required ImmutableSortedDictionary<string, Pod> Pods { get; init; }

    /// <summary>What is known of pods that are no longer configured: their latches wait for them.</summary>
    public ImmutableDictionary<string, PodRecord> Gone { get; init; } = ImmutableDictionary<string, PodRecord>.Empty;

    /// <summary>Automation watches only, or null.</summary>
    public FreezeOrder? Freeze { get; init; }

    /// <summary>What people have planned.</summary>
    public Agenda Agenda { get; init; } = Agenda.Empty;

    /// <summary>Before this moment nothing is enabled by itself, since the journal could not take such an enable. Not durable.</summary>
    public DateTimeOffset NoPlannedEnableBefore { get; init; }

    /// <summary>When automation last latched a pod; overload is the likely explanation of much that follows.</summary>
    public DateTimeOffset? LastAutomaticLatch { get; init; }

    /// <summary>How many answers of reference targets are remembered.</summary>
    public const int ReferenceAnswersKept = 64;

    /// <summary>When the probes were sent that reference targets answered; the newest ones, in the order they came.</summary>
    public ImmutableList<DateTimeOffset> ReferenceAnswers { get; init; } = [];

    /// <summary>Pods in the traffic that answer: what the guard counts.</summary>
    public int InTraffic { get; init; }

    /// <summary>How many more pods may fail before the guard holds.</summary>
    public int FailuresUntilGuard { get; init; }

    /// <summary>True once the gate has taken its first configuration in: pods that appear later join a running fleet.</summary>
    public bool Running { get; init; }

    /// <summary>The journal was recovered and may have lost pods: one that it does not know may have been latched, so it begins disabled.</summary>
    public bool DistrustsUnknown { get; init; }

    /// <summary>The number of the newest transition.</summary>
    public long LastNumber { get; init; }
}

/// <summary>One pod with all that is known of it; immutable.</summary>
public sealed record Pod
{
    /// <summary>As configured.</summary>
    public required PodSettings Settings { get; init; }

    /// <summary>What is durable of it.</summary>
    public required PodRecord Record { get; init; }

    /// <summary>What is measured of it.</summary>
    public PodHealth Health { get; init; } = PodHealth.Unknown;

    /// <summary>The suspension in force, or null.</summary>
    public Suspension? Suspension { get; init; }

    /// <summary>Its ramp, or null when it does not ramp.</summary>
    public RampRun? Ramp { get; init; }

    /// <summary>The derived state.</summary>
    public PodState State { get; init; }

    /// <summary>The sentence of the transition that led to the state.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>Since when it is in that state.</summary>
    public DateTimeOffset StateSince { get; init; }

    /// <summary>What the guard, a freeze or a missing witness held back, in a sentence; null when nothing.</summary>
    public HeldBack? HeldBack { get; init; }

    /// <summary>Requests and connections on it, as last counted; only while it gives its clients up.</summary>
    public long InFlight { get; init; }

    /// <summary>What runs on it was closed at a deadline, and nothing may run on it.</summary>
    public bool Closed { get; init; }

    /// <summary>Where its address last resolved to.</summary>
    public ImmutableArray<IPEndPoint> Endpoints { get; init; } = [];

    /// <summary>Nothing was left on it when it was last looked at since it was taken out of the traffic.</summary>
    public bool Emptied { get; init; }

    /// <summary>Which of its slots it still serves while it is drained softly.</summary>
    public SlotSet Kept { get; init; } = SlotSet.Empty;

    /// <summary>When it was last looked who of these is still there; null before the first look.</summary>
    public DateTimeOffset? KeptAt { get; init; }

    /// <summary>Since when it gives its clients up (disabled, latched or being removed), or null.</summary>
    public DateTimeOffset? GivesUpSince { get; init; }

    /// <summary>When what runs on it is closed because it was taken out of the configuration, or null.</summary>
    public DateTimeOffset? RemovingUntil { get; init; }

    /// <summary>The suspension before this one, its hold set to when it ended: it makes the next hold longer.</summary>
    public Suspension? LastSuspension { get; init; }

    /// <summary>It joined while the gate was running, so it is cold when it first passes.</summary>
    public bool AddedLive { get; init; }

    /// <summary>The version that an enable on its way to the journal will have, or null.</summary>
    public long? PendingVersion { get; init; }

    /// <summary>How long the ramp of that enable is to take, if the person said so.</summary>
    public TimeSpan? PendingRamp { get; init; }

    /// <summary>True once it was taken out of the configuration: it goes when it is drained.</summary>
    public bool Removing => RemovingUntil is not null;

    /// <summary>People and automation leave it in the traffic, or it still keeps some of its clients: what these meet is evidence.</summary>
    public bool MayCarryRequests => Record is { Intent.Kind: IntentKind.Enabled, Latch: null } || !Kept.IsEmpty;

    /// <summary>The version that the next durable change gets.</summary>
    public long NextVersion => Math.Max(Record.Version, PendingVersion ?? 0) + 1;

    /// <summary>The pod's name.</summary>
    public string Name => Settings.Name;
}

/// <summary>Why automation would have acted and did not.</summary>
/// <param name="Cause">What held it back (<see cref="Cause.GuardHolds"/>, <see cref="Cause.Frozen"/>), or why it cannot tell (<see cref="Cause.NoWitness"/>,
/// <see cref="Cause.NotMeasured"/>, <see cref="Cause.SuspendedTooLong"/> and others).</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="Since">Since when.</param>
public sealed record HeldBack(Cause Cause, string Sentence, DateTimeOffset Since);

/// <summary>A pod is routed around until it has proved itself.</summary>
/// <param name="Cause">What raised the suspicion.</param>
/// <param name="Since">Since when.</param>
/// <param name="HoldUntil">Not before this moment it comes back, however well it looks.</param>
/// <param name="Count">The how-many-th suspension within the memory; the hold doubles with each.</param>
public sealed record Suspension(Cause Cause, DateTimeOffset Since, DateTimeOffset HoldUntil, int Count);
