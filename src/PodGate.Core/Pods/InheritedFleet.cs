using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>
/// What a gate hands to the process that takes over from it, beside the journal: what would move customers, or forget a suspicion, if it began anew. Evidence
/// that has led to nothing yet is not in it; that is collected again, so a failure that is just being noticed is noticed a few probes later.
/// </summary>
/// <param name="LastNumber">The number of the newest transition, durable or not.</param>
/// <param name="Pods">The configured pods, in ordinal order of names; not those that are drained because they left the configuration.</param>
public sealed record InheritedFleet(long LastNumber, ImmutableArray<InheritedPod> Pods)
{
    /// <summary>Of a fleet as it is.</summary>
    /// <param name="fleet">The fleet.</param>
    public static InheritedFleet Of(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return new InheritedFleet(fleet.LastNumber, [.. fleet.Pods.Values.Where(pod => !pod.Removing).Select(InheritedPod.Of)]);
    }

    /// <summary>
    /// A fleet that begins (<see cref="FleetReconfiguration.Begin"/>), with what it inherits. Pods whose durable record is another one begin anew.
    /// </summary>
    /// <param name="begun">The fleet.</param>
    public Fleet Resume(Fleet begun)
    {
        ArgumentNullException.ThrowIfNull(begun);
        var pods = begun.Pods;
        foreach (var heir in Pods)
        {
            if (pods.GetValueOrDefault(heir.Name) is { } pod && pod.Record.Version == heir.Version) pods = pods.SetItem(heir.Name, heir.Resume(pod));
        }

        return begun with { Pods = pods, LastNumber = Math.Max(begun.LastNumber, LastNumber) };
    }
}

/// <summary>What is handed on of one pod.</summary>
public sealed record InheritedPod
{
    /// <summary>The pod's name.</summary>
    public required string Name { get; init; }

    /// <summary>The version of its durable record.</summary>
    public required long Version { get; init; }

    /// <summary>Its state; it is derived again in the first step, and so only a difference is a transition.</summary>
    public PodState State { get; init; }

    /// <summary>The sentence that led there.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>Since when it is in that state.</summary>
    public DateTimeOffset StateSince { get; init; }

    /// <summary>The suspension in force, or null.</summary>
    public Suspension? Suspension { get; init; }

    /// <summary>The one before, or null.</summary>
    public Suspension? LastSuspension { get; init; }

    /// <summary>Its ramp, or null.</summary>
    public RampRun? Ramp { get; init; }

    /// <summary>Which slots it keeps while it is drained softly; a bit each, null for all. <value>Default none.</value></summary>
    public byte[]? Kept { get; init; } = [];

    /// <summary>What ran on it was closed at a deadline.</summary>
    public bool Closed { get; init; }

    /// <summary>Nothing was left on it.</summary>
    public bool Emptied { get; init; }

    /// <summary>Since when it gives its clients up, or null.</summary>
    public DateTimeOffset? GivesUpSince { get; init; }

    /// <summary>It joined a running fleet, so it is cold when it first passes.</summary>
    public bool AddedLive { get; init; }

    /// <summary>
    /// It still answers on its connections, however badly; one that does not carries nothing, which the guard has to know. <value>Default true.</value>
    /// </summary>
    public bool Answers { get; init; } = true;

    /// <summary>When a new connection was refused, if that stands against it.</summary>
    public DateTimeOffset? ConnectionRefusedAt { get; init; }

    /// <summary>What clients' requests say about it.</summary>
    public TrafficHealth Traffic { get; init; } = TrafficHealth.Quiet;

    /// <summary>Where its address last resolved to: requests need it before a name server has answered again.</summary>
    public ImmutableArray<IPEndPoint> Endpoints { get; init; } = [];

    internal static InheritedPod Of(Pod pod) => new()
    {
        Name = pod.Name,
        Version = pod.Record.Version,
        State = pod.State,
        Sentence = pod.Sentence,
        StateSince = pod.StateSince,
        Suspension = pod.Suspension,
        LastSuspension = pod.LastSuspension,
        Ramp = pod.Ramp,
        Kept = pod.Kept.ToBytes(),
        Closed = pod.Closed,
        Emptied = pod.Emptied,
        GivesUpSince = pod.GivesUpSince,
        AddedLive = pod.AddedLive,
        Answers = pod.Health.Evidence.Answers,
        ConnectionRefusedAt = pod.Health.ConnectionRefusedAt,
        Traffic = pod.Health.Traffic,
        Endpoints = pod.Endpoints.IsDefault ? [] : pod.Endpoints,
    };

    internal Pod Resume(Pod pod)
    {
        // What the guard or a freeze held back is measured again before it is said again.
        var isKept = State is not (PodState.Held or PodState.Observed);
        return pod with
        {
            State = isKept ? State : pod.State,
            Sentence = isKept ? Sentence : pod.Sentence,
            StateSince = isKept ? StateSince : pod.StateSince,
            Suspension = Suspension,
            LastSuspension = LastSuspension,
            Ramp = Ramp,
            Kept = SlotSet.FromBytes(Kept),
            Closed = Closed,
            Emptied = Emptied,
            GivesUpSince = GivesUpSince,
            AddedLive = AddedLive,
            Endpoints = Endpoints,
            Health = pod.Health with
            {
                ConnectionRefusedAt = ConnectionRefusedAt,
                Traffic = Traffic,
                Evidence = Answers ? pod.Health.Evidence : pod.Health.Evidence with { Answers = false },
            },
        };
    }
}
