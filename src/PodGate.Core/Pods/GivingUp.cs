using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>When a pod that people disabled, automation latched or the configuration dropped gives its clients up.</summary>
public static class GivingUp
{
    // The last goodbye is said early enough before the deadline for its client to answer it.
    private const double SpreadAtMost = 0.75;

    /// <summary>Whether the pod gives its clients up.</summary>
    /// <param name="pod">The pod.</param>
    public static bool Applies(Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return pod.Record.Intent.Kind == IntentKind.Disabled || pod.Removing || pod.Record.Latch is not null;
    }

    /// <summary>When what still runs on the pod is closed; null when it gives nobody up.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="settings">How long that takes.</param>
    public static DateTimeOffset? Deadline(Pod pod, FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(settings);
        return pod.Record.Intent.Kind == IntentKind.Disabled ? pod.Record.Intent.Deadline
            : pod.RemovingUntil ?? (pod.Record.Latch is { } latch ? latch.Since + settings.DrainDeadline : null);
    }

    /// <summary>When its long-lived connections are asked to end: spread over a while, so that their clients do not all connect again at once.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="settings">When it begins, and over how long it is spread.</param>
    /// <returns>Null when it gives nobody up, or leaves no time for a goodbye.</returns>
    public static Farewell? FarewellOf(Pod pod, FleetSettings settings)
    {
        if (Deadline(pod, settings) is not { } deadline) return null;
        var since = pod.Record.Intent is { Kind: IntentKind.Disabled } intent ? GoingSince(pod, intent)
            : pod.RemovingUntil is { } until ? until - settings.DrainDeadline
            : pod.Record.Latch!.Since;
        if (deadline <= since) return null;
        var latest = since + ((deadline - since) * SpreadAtMost);
        var from = Earlier(since + settings.GoodbyeAfter, latest);
        return new Farewell(from, Earlier(from + settings.GoodbyeSpread, latest));
    }

    /// <summary>Sees whether a pod that gives its clients up is empty, or past its deadline.</summary>
    internal static void Settle(FleetDraft draft, string name)
    {
        var pod = draft.Find(name)!;
        if (!Applies(pod))
        {
            if (pod.InFlight != 0 || pod.Closed || pod.Emptied || pod.GivesUpSince is not null)
                draft.Set(pod with { InFlight = 0, Closed = false, Emptied = false, GivesUpSince = null });
            return;
        }

        var inFlight = draft.Context.InFlight(name);
        var deadline = Deadline(pod, draft.Settings);

        // In the very step that takes a pod, or its last slot, out, requests may still be on their way in: it is empty when a later look finds nothing.
        var looked = pod.GivesUpSince is { } since && since < draft.Now && pod.Kept.IsEmpty && (pod.KeptAt is not { } kept || kept < draft.Now);
        var late = deadline is { } end && draft.Now >= end;
        if (late && !pod.Closed && inFlight > 0)
            draft.Because(name, Cause.DeadlineReached, $"the deadline for {name} passed; {inFlight} requests and connections still on it are closed");
        else if (looked && inFlight == 0 && !pod.Emptied && pod.Record.Latch is null)
            draft.Because(name, Cause.Emptied, $"nothing is left on {name}");
        draft.Set(pod with
        {
            InFlight = inFlight, Closed = pod.Closed || late, Emptied = pod.Emptied || (looked && inFlight == 0), GivesUpSince = pod.GivesUpSince ?? draft.Now,
        });
    }

    /// <summary>Those whom a soft drain kept to its end go together; they are asked over a while of their own.</summary>
    private static DateTimeOffset GoingSince(Pod pod, PodIntent intent) =>
        intent.Drain == DrainKind.Soft && pod.Kept.IsEmpty && pod.KeptAt is { } ended && ended > intent.Since ? ended : intent.Since;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
