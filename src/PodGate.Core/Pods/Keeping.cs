using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>
/// The slots of a pod that is drained softly: those lately in use stay until they fall quiet, and the rest goes bit by bit before the deadline. What is gone
/// does not come back.
/// </summary>
internal static class Keeping
{
    /// <summary>The part of the whole drain, at its end, over which the rest goes; but no longer than <see cref="LongestRelease"/>.</summary>
    private const double ReleasePart = 0.25;

    /// <summary>The part of that time which is left for the last ones to end what they have running.</summary>
    private const double LastPart = 0.2;

    private static readonly TimeSpan LongestRelease = TimeSpan.FromMinutes(5);

    // A look costs a pass over all slots.
    private static readonly TimeSpan LookSeldom = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookOften = TimeSpan.FromMilliseconds(100);

    /// <summary>What a drain that begins now keeps.</summary>
    public static void Begin(FleetDraft draft, string name)
    {
        var record = draft.Find(name)!.Record;
        var kept = MayKeep(record) ? draft.Context.InUse(name, record.Intent.KeepActive!.Value) : SlotSet.Empty;
        draft.Update(name, pod => pod with { Kept = kept, KeptAt = draft.Now, Record = record with { KeepsNobody = MayKeep(record) && kept.IsEmpty } });
    }

    /// <summary>What a pod keeps that was drained before the gate started: it does not know who was there, and so presumes everybody.</summary>
    public static SlotSet AtStart(PodRecord record) => MayKeep(record) ? SlotSet.All : SlotSet.Empty;

    /// <summary>Lets go of what fell quiet, what is due, or all of it when the pod is not well or not softly drained any more.</summary>
    public static void Settle(FleetDraft draft, string name)
    {
        var pod = draft.Find(name)!;
        if (pod.Kept.IsEmpty) return;
        var intent = pod.Record.Intent;
        if (!MayKeep(pod.Record) || pod.Removing || draft.Now >= intent.Deadline)
        {
            draft.Set(pod with { Kept = SlotSet.Empty, KeptAt = draft.Now });
            return;
        }

        if (pod.Health.Level is HealthLevel.Suspect or HealthLevel.Unhealthy)
        {
            End(draft, name, $"{name} is {pod.Health.Level}, so its soft drain keeps nobody there any more");
            return;
        }

        if (pod.KeptAt is null)
        {
            draft.Set(pod with { KeptAt = draft.Now });
            return;
        }

        var release = Release(intent);
        var pause = TimeSpan.FromTicks(Math.Clamp(release.Ticks / 20, LookOften.Ticks, LookSeldom.Ticks));
        if (draft.Now - pod.KeptAt < pause) return;
        var kept = draft.Context.InUse(name, intent.KeepActive!.Value);
        var gone = (draft.Now - (intent.Deadline!.Value - release)) / (release * (1 - LastPart));

        // It only shrinks, so as many are the very same.
        kept = kept.Where(slot => pod.Kept.Contains(slot) && Turn(slot) >= gone);
        if (kept.IsEmpty) End(draft, name, $"the last client of {name} fell quiet or had its turn: its soft drain keeps nobody there any more");
        else draft.Set(pod with { Kept = kept.Count == pod.Kept.Count ? pod.Kept : kept, KeptAt = draft.Now });
    }

    /// <summary>
    /// For good, and durably: the person who drains may be at work on the pod by now. What its clients met is moot then, since no request can disprove it.
    /// </summary>
    private static void End(FleetDraft draft, string name, string sentence)
    {
        draft.Record(name, record => record with { KeepsNobody = true });
        draft.Update(name, pod => pod with
        {
            Kept = SlotSet.Empty, KeptAt = draft.Now,
            Health = pod.Health.Traffic.Verdict == TrafficVerdict.Quiet
                ? pod.Health
                : ProbeJudge.AddTraffic(pod.Health, TrafficHealth.Quiet with { NotBefore = draft.Now }, draft.Settings),
        });
        draft.Because(name, Cause.KeepingEnded, sentence);
    }

    /// <summary>A soft drain gives nothing to a pod that would get nothing without it.</summary>
    private static bool MayKeep(PodRecord record) => record is
    {
        Latch: null, FirstPassed: not null, KeepsNobody: false,
        Intent: { Kind: IntentKind.Disabled, Drain: DrainKind.Soft, Deadline: not null, KeepActive: not null },
    };

    private static TimeSpan Release(PodIntent intent)
    {
        var whole = intent.Deadline!.Value - intent.Since;
        return TimeSpan.FromTicks(Math.Max(1, Math.Min(LongestRelease.Ticks, (long)(whole.Ticks * ReleasePart))));
    }

    /// <summary>When in the release a slot's turn is, 0 to 1: evenly spread, and the same in every gate.</summary>
    private static double Turn(int slot) => (((ulong)slot * 0x9e3779b97f4a7c15) >> 32) / (double)uint.MaxValue;
}
