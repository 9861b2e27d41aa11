using System.Collections.Immutable;
using PodGate.Core.Health;

namespace PodGate.Core.Pods;

/// <summary>The second half of every step: looks at the whole fleet and decides who is routed around, latched and brought back.</summary>
internal static class FleetSettling
{
    /// <summary>Looks at the whole fleet.</summary>
    /// <param name="draft">It.</param>
    /// <param name="atAll">Passes nobody over; leads to the same, as a test shows.</param>
    public static void Settle(FleetDraft draft, bool atAll = false)
    {
        EndFreeze(draft);
        MaintenanceSettling.Settle(draft);
        var names = new List<string>();
        var settled = 0;
        foreach (var pod in draft.Pods)
        {
            if (!atAll && IsSettled(pod)) settled++;
            else names.Add(pod.Name);
        }

        foreach (var name in names) MaintenanceSettling.Remind(draft, draft.Find(name)!);
        foreach (var name in names) HearWitnesses(draft, name);
        foreach (var name in names) Forget(draft, name);
        foreach (var name in names) ClearTraffic(draft, name);
        foreach (var name in names) PassFirst(draft, name);
        foreach (var name in names) ReleaseSuspension(draft, name);

        var candidates = names.Select(draft.Find).OfType<Pod>().Where(IsCandidate).Select(pod => CandidateOf(draft, pod)).ToImmutableArray();
        var overloadLikely = draft.LastAutomaticLatch is { } latched && draft.Now - latched < draft.Settings.OverloadGrace;
        var ruling = Guard.Rule(candidates, draft.Settings.EffectiveMinimumOpen, draft.MayAct, overloadLikely, settled);
        foreach (var candidate in candidates)
        {
            Suspend(draft, candidate, ruling.Out.Contains(candidate.Name));
            HoldBack(draft, candidate, ruling.Held.GetValueOrDefault(candidate.Name));
        }

        foreach (var name in ruling.Latch) SetLatch(draft, name);
        draft.InTraffic = ruling.InTraffic;

        foreach (var name in names)
        {
            FinishRamp(draft, name);
            Keeping.Settle(draft, name);
            GivingUp.Settle(draft, name);
            var pod = draft.Find(name)!;
            var state = StateOf(draft, pod);
            if (pod.State != state) draft.Set(pod with { State = state });
            if (!pod.Removing || state != PodState.Drained) continue;
            draft.Gone = draft.Gone.SetItem(name, pod.Record);
            draft.Remove(name);
        }
    }

    /// <summary>
    /// There is nothing to decide about the pod: it serves, it is well, no probe of it is in doubt, and nothing of it waits for a time to pass. That is what
    /// most pods are nearly always, so a fleet of a thousand costs what its few others do.
    /// </summary>
    private static bool IsSettled(Pod pod) =>
        pod is
        {
            State: PodState.Open, Suspension: null, HeldBack: null, Ramp: null, Removing: false, GivesUpSince: null, Emptied: false, Closed: false,
            InFlight: 0, Kept.IsEmpty: true, Record.Intent.Hold: null,
            Health:
            {
                Level: HealthLevel.Healthy or HealthLevel.Degraded, HasUnwitnessed: false, Document.UntoldInARow: 0, Traffic.Verdict: TrafficVerdict.Quiet,
            },
        }
        && IsCandidate(pod) && ProbeJudge.HasNothingToForget(pod.Health, pod.Settings);

    private static void EndFreeze(FleetDraft draft)
    {
        if (draft.Freeze is not { } freeze || draft.Now < freeze.Until) return;
        draft.Freeze = null;
        draft.Tell(Cause.Unfrozen, $"the freeze that {freeze.Who} began ended by itself; automation acts again", Transition.Automation);
    }

    private static void HearWitnesses(FleetDraft draft, string name)
    {
        var pod = draft.Find(name)!;
        if (!pod.Health.HasUnwitnessed) return;
        var answered = draft.Pods.Where(other => other.Name != name && IsCandidate(other)).SelectMany(other => other.Health.Recent)
            .Where(report => report.IsAnswer).Select(report => report.SentAt).Concat(draft.ReferenceAnswers).ToArray();
        draft.Set(pod with { Health = ProbeJudge.HearWitnesses(pod.Health, answered, pod.Settings, draft.Settings) });
    }

    /// <summary>What automation thought of a pod is moot once people or a latch have taken it out.</summary>
    private static void Forget(FleetDraft draft, string name)
    {
        var pod = draft.Find(name)!;
        var isMoot = (pod.Suspension is not null || pod.HeldBack is not null) && !IsCandidate(pod);
        var health = ProbeJudge.Forget(pod.Health, pod.Settings, draft.Settings, draft.Now);
        if (!isMoot && ReferenceEquals(health, pod.Health)) return;
        draft.Set(pod with { Suspension = isMoot ? null : pod.Suspension, HeldBack = isMoot ? null : pod.HeldBack, Health = health });
    }

    /// <summary>A suspicion of the traffic ends when checks of the gate's own, which go the way of clients' requests, prove the pod well.</summary>
    private static void ClearTraffic(FleetDraft draft, string name)
    {
        if (draft.Find(name) is not { Health.Traffic: { Verdict: TrafficVerdict.Suspect } traffic } pod || !pod.Settings.HasRequestChecks) return;
        if (!pod.Health.ProvedSince(traffic.Since, draft.Settings.Rise, pod.Settings.Checks)) return;
        draft.Set(pod with { Health = ProbeJudge.AddTraffic(pod.Health, TrafficHealth.Quiet with { NotBefore = draft.Now }, draft.Settings) });
    }

    private static void PassFirst(FleetDraft draft, string name)
    {
        if (draft.Find(name) is not { Record.FirstPassed: null } pod || pod.Health.GoodInARow < draft.Settings.Rise) return;

        // A pod added to a running fleet is cold, like one that was enabled; at the very start everybody is, and nobody could take the rest.
        var othersServe = draft.Pods.Any(other => other.Name != name && other.State == PodState.Open);
        draft.Record(name, record => record with { FirstPassed = draft.Now });
        if (pod.AddedLive && othersServe) draft.Update(name, p => p with { Ramp = new RampRun(draft.Now) });
        draft.Because(name, Cause.FirstPassed, $"{name} passed {draft.Settings.Rise} probes in a row for the first time");
    }

    /// <summary>
    /// A freeze moves nobody, neither away nor back: who came back could not be routed around again. Mode Observe would keep a pod out for ever.
    /// </summary>
    private static void ReleaseSuspension(FleetDraft draft, string name)
    {
        if (draft.Freeze is not null || draft.Find(name) is not { Suspension: { } suspension } pod) return;
        var level = pod.Health.Level;
        var well = level is HealthLevel.Healthy or HealthLevel.Degraded && pod.Health.ProvedSince(suspension.Since, draft.Settings.Rise, pod.Settings.Checks);
        if (!well || draft.Now < suspension.HoldUntil) return;

        draft.Set(pod with
        {
            Suspension = null,
            LastSuspension = suspension with { HoldUntil = draft.Now },
            Ramp = pod.Ramp?.Anew(draft.Now),
            Health = suspension.Cause is Cause.Leaving or Cause.ErrorsInTraffic or Cause.SlowInTraffic
                ? pod.Health
                : ProbeJudge.AddCleared(pod.Health, draft.Now, draft.Settings),
        });
        draft.Because(name, Cause.ProvedWell, $"{name} proved itself well: {draft.Settings.Rise} good probes in a row, and its hold is over");
    }

    internal static bool IsCandidate(Pod pod) =>
        pod is { Removing: false, Record: { Intent.Kind: IntentKind.Enabled, Latch: null, FirstPassed: not null } };

    internal static Candidate CandidateOf(FleetDraft draft, Pod pod)
    {
        var level = pod.Health.Level;
        var suspected = level is HealthLevel.Suspect or HealthLevel.Unhealthy or HealthLevel.Leaving;

        // That it has asked to leave for long proves nothing against a pod that begins to fail.
        var tooLong = IsTooLong(draft, pod) && pod.Suspension is { Cause: not Cause.Leaving } && level is HealthLevel.Suspect or HealthLevel.Unhealthy
            && pod.Health.Evidence.Unwitnessed == 0 && (pod.Health.Traffic.Accuses || pod.Health.WellSince is null);
        return new Candidate(
            pod.Name, level, pod.Health.Evidence.Answers, suspected || pod.Suspension is not null, pod.Suspension is not null,
            suspected && pod.Health.OverloadExplains(draft.Settings), tooLong);
    }

    private static bool IsTooLong(FleetDraft draft, Pod pod) =>
        pod.Suspension is { } suspension && draft.Now - suspension.Since >= draft.Settings.SuspendedTooLong;

    private static void Suspend(FleetDraft draft, Candidate candidate, bool isOut)
    {
        var pod = draft.Find(candidate.Name)!;

        // What a pod that only asked to leave goes through now is another suspension, with another cause and a time of its own.
        var turnedBad = isOut && candidate.Level >= HealthLevel.Suspect && pod.Suspension is { Cause: Cause.Leaving };
        if (isOut == candidate.IsOut && !turnedBad) return;
        if (!isOut)
        {
            // The guard needs it: the better ones of the suspended come back when a worse one has to go.
            draft.Set(pod with { Suspension = null, LastSuspension = pod.Suspension, Ramp = pod.Ramp?.Anew(draft.Now) });
            draft.Because(candidate.Name, Cause.GuardHolds, $"{candidate.Name} is back in the traffic before its time: the guard needs it");
            return;
        }

        var settings = draft.Settings;
        var recent = pod.LastSuspension is { } last && draft.Now - last.HoldUntil < settings.HoldMemory ? last.Count : 0;
        var count = pod.Suspension?.Count ?? recent + 1;
        var doubled = settings.SuspensionHold.Ticks * Math.Pow(2, Math.Min(count - 1, 30));
        var hold = TimeSpan.FromTicks((long)Math.Min(settings.SuspensionHoldLongest.Ticks, doubled));
        var cause = pod.Health.Reason(settings) ?? Cause.Refused;
        draft.Set(pod with { Suspension = new Suspension(cause, draft.Now, draft.Now + hold, count) });
        draft.BecauseAboveAll(candidate.Name, cause, Sentences.Suspended(pod, hold, settings));
    }

    private static void HoldBack(FleetDraft draft, Candidate candidate, string? guardSays)
    {
        var pod = draft.Find(candidate.Name)!;
        var (cause, sentence) = guardSays is not null ? (Cause.GuardHolds, guardSays) : Alarm(draft, pod);
        if (sentence is null)
        {
            if (pod.HeldBack is not { } over) return;
            draft.Set(pod with { HeldBack = null });
            draft.Because(pod.Name, Cause.GuardReleased, $"{pod.Name} is no longer held back ({over.Cause}): it is {candidate.Level}");
        }
        else if (pod.HeldBack is { } held && held.Cause == cause)
        {
            var moves = StateOf(draft, pod) != pod.State;
            if (moves) draft.Because(pod.Name, cause, sentence);
            if (held.Sentence != sentence && (moves || guardSays is not null))
                draft.Set(pod with { HeldBack = held with { Sentence = sentence } });
        }
        else
        {
            draft.Set(pod with { HeldBack = new HeldBack(cause, sentence, draft.Now) });
            draft.BecauseAboveAll(pod.Name, cause, sentence);
        }
    }

    /// <summary>What people must know although the guard forbids nothing: automation may not act, or cannot tell.</summary>
    private static (Cause Cause, string? Sentence) Alarm(FleetDraft draft, Pod pod) =>
        !draft.MayAct && WouldAct(pod) ? (Cause.Frozen, Sentences.WatchOnly(pod, draft.Settings, draft.Freeze))
        : LacksWitness(pod, draft.Settings) ? (Cause.NoWitness, Sentences.NoWitness(pod))
        : IsUnmeasured(draft, pod) ? (Cause.NotMeasured, Sentences.NotMeasured(pod, draft.Now))
        : IsTooLong(draft, pod) && draft.Now >= pod.Suspension!.HoldUntil
            ? (Cause.SuspendedTooLong, Sentences.SuspendedForLong(pod, draft.Settings, draft.Freeze, draft.Now))
        : pod.Health.Traffic.Verdict == TrafficVerdict.Sources ? (Cause.SourcesFail, Sentences.NotThePod(pod))
        : pod.Health.Traffic.Verdict == TrafficVerdict.Everywhere ? (Cause.AllFailAlike, Sentences.NotThePod(pod))
        : pod.Ramp?.IsHeldTooLong(draft.Settings, draft.Now) == true ? (Cause.RampHeld, Sentences.RampHeld(pod, draft.Settings, draft.Now))
        : (default(Cause), null);

    /// <summary>What probes suspect they condemn a moment later, or not; what traffic suspects is judged only by acting.</summary>
    private static bool WouldAct(Pod pod) =>
        pod.Health.Level == HealthLevel.Unhealthy || (pod.Suspension is null && (pod.Health.Traffic.Accuses || pod.Health.Level == HealthLevel.Leaving));

    /// <summary>
    /// Nobody watches a pod whose probes say neither good nor bad: its name does not resolve, or the gate is late all the time. Ten of them, so that a gate
    /// that stood still for a while raises no alarm for the probes that it lost by that.
    /// </summary>
    private static bool IsUnmeasured(FleetDraft draft, Pod pod)
    {
        const int Many = 10;
        var document = pod.Health.Document;
        return document.UntoldInARow >= Many && draft.Now - document.UntoldSince >= (Many * draft.Settings.ProbeInterval) + draft.Settings.ProbeTimeout;
    }

    private static bool LacksWitness(Pod pod, FleetSettings settings) =>
        pod.Health.Document.Evidence is var evidence && evidence.Unwitnessed > 0 && evidence.Run.Length >= settings.Fall && evidence.Counted < settings.Fall;

    private static void SetLatch(FleetDraft draft, string name)
    {
        var pod = draft.Find(name)!;
        var cause = pod.Health.Level == HealthLevel.Unhealthy ? pod.Health.Reason(draft.Settings)!.Value
            // What an enable has to check is the kind of evidence that latched, however long it took.
            : pod.Health.Traffic.Accuses ? pod.Health.Traffic.Cause
            : Cause.SuspendedTooLong;
        var sentence = Sentences.Latched(pod, cause, draft.Settings, draft.Now);
        var evidence = Sentences.EvidenceOf(pod, cause, draft.Settings, draft.Now);
        var latch = new Latch($"{name}-{draft.Context.Chance:N}", cause, sentence, draft.Now, evidence);
        draft.Record(name, record => record with { Latch = latch });
        draft.Update(name, p => p with
        {
            Suspension = null, LastSuspension = null, Ramp = null, HeldBack = null,

            // The latch keeps what clients met; from here on only probes and checks measure the pod.
            Health = ProbeJudge.AddTraffic(p.Health, TrafficHealth.Quiet with { NotBefore = draft.Now }, draft.Settings),
        });
        draft.BecauseAboveAll(name, cause, sentence);
        draft.LastAutomaticLatch = draft.Now;
    }

    /// <summary>A pod that is routed around does not warm up: its ramp begins anew when it comes back.</summary>
    private static void FinishRamp(FleetDraft draft, string name)
    {
        if (draft.Find(name) is not { Ramp: { } ramp, Suspension: null } pod) return;

        // Where nobody looks any more (a new configuration says so), nobody would let it go on.
        if (ramp.HeldSince is not null && !(draft.Settings.RampHoldBack && draft.Settings.Traffic.Enabled))
            draft.Set(pod = pod with { Ramp = ramp = ramp.After(null, draft.Now) });
        if (ramp.HeldSince is not null || ramp.Gone(draft.Now) < ramp.DurationBy(draft.Settings)) return;
        draft.Set(pod with { Ramp = null });
        if (pod is { State: PodState.Ramping, Record.Intent.Hold: null })
            draft.Because(name, Cause.RampComplete, $"{name} is back on all its slots: its ramp is complete");
    }

    private static PodState StateOf(FleetDraft draft, Pod pod) => StateTable.Derive(new StateFacts(
        Disabled: pod.Record.Intent.Kind == IntentKind.Disabled || pod.Removing,
        Empty: (pod.Emptied && pod.Kept.IsEmpty) || pod.Closed,
        Latched: pod.Record.Latch is not null,
        Passed: pod.Record.FirstPassed is not null,
        Unhealthy: pod.Health.Level == HealthLevel.Unhealthy,
        WatchOnly: !draft.MayAct,
        Suspended: pod.Suspension is not null,
        Ramping: pod.Ramp is not null || pod.Record.Intent.Hold is not null));
}
