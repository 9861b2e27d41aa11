namespace PodGate.Core.Pods;

/// <summary>
/// One change of a pod's state, intent or latch (or of the fleet's freeze or pins, with an empty <paramref name="Pod"/>), with its cause
/// and the one sentence that log, journal, API and page show.
/// </summary>
/// <param name="Number">The event's number; grows always, also over restarts, with gaps.</param>
/// <param name="At">When it happened.</param>
/// <param name="Pod">The pod's name; empty for the fleet.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after; the same as before when only the intent, the latch or an alarm changed.</param>
/// <param name="Cause">Why.</param>
/// <param name="Sentence">Why, in a sentence for people.</param>
/// <param name="Who">The person, or <c>automation</c>.</param>
/// <param name="Version">The pod's durable version after it.</param>
/// <param name="Record">The pod's durable state after it when that changed, else null: null means it is not journalled.</param>
public sealed record Transition(
    long Number,
    DateTimeOffset At,
    string Pod,
    PodState From,
    PodState To,
    Cause Cause,
    string Sentence,
    string Who,
    long Version,
    PodRecord? Record)
{
    /// <summary>The <see cref="Who"/> of everything that no person did.</summary>
    public const string Automation = "automation";

    /// <summary>The latch that was on the pod before, or null. Not journalled: for those who tell people what began and what is over.</summary>
    public Latch? LatchBefore { get; init; }

    /// <summary>What was held back before, or null. Not journalled.</summary>
    public HeldBack? HeldBackBefore { get; init; }

    /// <summary>What people wanted of the pod before; null when it was not there, and of what is only told. Not journalled.</summary>
    public PodIntent? IntentBefore { get; init; }

    /// <summary>Something about a pod is told and journalled that changes neither its state nor what is durable of it.</summary>
    public bool IsTold => Pod.Length > 0 && Record is null && Cause
        is Cause.MaintenancePlanned or Cause.MaintenanceCancelled or Cause.MaintenanceHeldBack or Cause.MaintenanceReleased or Cause.MaintenanceNotDone
        or Cause.MaintenanceNotWell or Cause.MaintenanceOver or Cause.DrainExpired or Cause.RampChanged;

    /// <summary>It is journalled: what is durable changed, or people must find it there.</summary>
    public bool IsLasting => Record is not null || Pod.Length == 0 || IsTold;
}
