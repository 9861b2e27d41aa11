namespace PodGate.Core.Pods;

/// <summary>What a person tells the gate to do.</summary>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">Why; 1 to 500 characters, no control characters.</param>
public abstract record Command(string Who, string Reason);

/// <summary>A command about one pod.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">Why.</param>
/// <param name="Force">Carry it out although a check objects.</param>
/// <param name="Version">The version the person saw; refused when it is no longer the pod's. Null: whatever is there.</param>
public abstract record PodCommand(string Pod, string Who, string Reason, bool Force, long? Version) : Command(Who, Reason)
{
    /// <summary>Of a drain or disable: by when people want the pod back. They are reminded then; nothing else happens. Null: never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Of a drain or disable: whose it is, when not the person's who commands; 1 to 100 characters. Null: nobody was named.</summary>
    public string? Owner { get; init; }
}

/// <summary>No new requests; what runs may finish until the deadline.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">Why.</param>
/// <param name="Force">Although fewer than MinimumOpen would be left.</param>
/// <param name="Version">The version the person saw.</param>
/// <param name="Deadline">How long what runs may go on; null means the configured <see cref="FleetSettings.DrainDeadline"/>.</param>
/// <param name="KeepActive">
/// A soft drain: slots that were used within this time stay with the pod until they fall quiet, or until shortly before the deadline, which must be given.
/// Null: none do.
/// </param>
public sealed record DrainCommand(
    string Pod, string Who, string Reason, bool Force, long? Version, TimeSpan? Deadline, TimeSpan? KeepActive = null)
    : PodCommand(Pod, Who, Reason, Force, Version);

/// <summary>No new requests, and what runs is closed at once.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">Why.</param>
/// <param name="Force">Although fewer than MinimumOpen would be left.</param>
/// <param name="Version">The version the person saw.</param>
public sealed record DisableCommand(string Pod, string Who, string Reason, bool Force, long? Version) : PodCommand(Pod, Who, Reason, Force, Version);

/// <summary>Back into the traffic: clears the intent Disabled and the latch that is there, after checking that the pod is well.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">Why.</param>
/// <param name="Force">Although the pod is not verified to be well.</param>
/// <param name="Version">The version the person saw.</param>
/// <param name="Ramp">How long the pod takes this once to get all its slots, 0 to 24 h; null means <see cref="FleetSettings.RampDuration"/>.</param>
public sealed record EnableCommand(string Pod, string Who, string Reason, bool Force, long? Version, TimeSpan? Ramp = null)
    : PodCommand(Pod, Who, Reason, Force, Version)
{
    /// <summary>
    /// The pod gets no more than so many percent of its own slots until it is enabled again without, 1 to 99. Of a pod that serves already: from now on.
    /// Null: all of them.
    /// </summary>
    public int? Hold { get; init; }
}

/// <summary>
/// Says something about a pod to whoever looks at it, such as who takes care of it. Changes no traffic; it makes another version, so that whoever is about to
/// command without having seen it looks again.
/// </summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">What is noted.</param>
/// <param name="Version">The version the person saw.</param>
/// <param name="TakesAway">The note that is there goes, and <paramref name="Reason"/> says why.</param>
public sealed record NoteCommand(string Pod, string Who, string Reason, long? Version, bool TakesAway = false)
    : PodCommand(Pod, Who, Reason, Force: false, Version);

/// <summary>Automation watches only, for a time.</summary>
/// <param name="Who">The name of the person's token.</param>
/// <param name="Reason">Why.</param>
/// <param name="For">How long: 1 s to 24 h; zero ends a freeze.</param>
public sealed record FreezeCommand(string Who, string Reason, TimeSpan For) : Command(Who, Reason);

/// <summary>Why a command was not carried out.</summary>
public enum RefusalKind
{
    /// <summary>No such pod.</summary>
    UnknownPod,

    /// <summary>The pod changed since the person looked: another version.</summary>
    Changed,

    /// <summary>The pod is not verified to be well.</summary>
    NotWell,

    /// <summary>Something is missing without which it would be no good command.</summary>
    Incomplete,

    /// <summary>Fewer than MinimumOpen pods would be left.</summary>
    Guard,

    /// <summary>It cannot be made durable, so it was not done.</summary>
    NotDurable,

    /// <summary>The gate is stopping or has too much to do.</summary>
    Unavailable,

    /// <summary>No such open maintenance.</summary>
    UnknownPlan,

    /// <summary>The times of a maintenance cannot be: in the past, too far ahead, too long, or the wrong way round.</summary>
    BadPlan,

    /// <summary>There is another open maintenance of that pod at that time, or there are too many.</summary>
    PlanConflict,
}

/// <summary>A refusal, with the sentence that says why and what would be right.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Sentence">Why, and what would be right.</param>
public sealed record Refusal(RefusalKind Kind, string Sentence);
