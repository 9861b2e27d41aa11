using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>What people's commands change, and what is checked before.</summary>
internal static class FleetCommands
{
    public static void Take(FleetDraft draft, Command command)
    {
        switch (command)
        {
            case FreezeCommand freeze:
                Freeze(draft, freeze);
                return;
            case PlanMaintenanceCommand plan:
                MaintenancePlanning.Add(draft, plan);
                return;
            case CancelMaintenanceCommand cancel:
                MaintenancePlanning.Cancel(draft, cancel);
                return;
            case PodCommand aboutPod:
                draft.Refusal = Objection(draft, aboutPod);
                if (draft.Refusal is not null) return;
                Carry(draft, aboutPod);
                return;
            default:
                throw new ArgumentOutOfRangeException(nameof(command), command, "not a known command");
        }
    }

    /// <summary>The enable is in the journal now. It takes effect unless something took the pod out again meanwhile.</summary>
    public static void FinishEnable(FleetDraft draft, Transition prepared)
    {
        if (draft.Find(prepared.Pod) is not { } pod || pod.PendingVersion != prepared.Version)
        {
            draft.Refusal = new Refusal(RefusalKind.Changed, $"{prepared.Pod} was taken out again or changed while the enable was being written; it stays out");
            return;
        }

        // What else became durable of it meanwhile (that it first passed, say) stays, and makes another version, which is written too.
        var record = pod.Record.Version < prepared.Version
            ? prepared.Record!
            : pod.Record with { Version = pod.NextVersion, Intent = prepared.Record!.Intent, Latch = null, KeepsNobody = false };
        draft.Update(prepared.Pod, p => p with
        {
            Record = record, PendingVersion = null, PendingRamp = null, LastSuspension = null, Closed = false, Emptied = false, GivesUpSince = null,
            Kept = SlotSet.Empty, Ramp = Ramps(draft, p, p.PendingRamp) ? new RampRun(draft.Now) { For = p.PendingRamp } : null,
            Health = IsWell(draft, p) ? ProbeJudge.WithFreshEyes(p.Health, draft.Settings, draft.Now) : PodHealth.From(draft.Now),
        });
        draft.BecauseAboveAll(prepared.Pod, prepared.Cause, prepared.Sentence, prepared.Who);
    }

    public static void AbandonEnable(FleetDraft draft, Transition prepared)
    {
        if (draft.Find(prepared.Pod)?.PendingVersion == prepared.Version)
            draft.Update(prepared.Pod, pod => pod with { PendingVersion = null, PendingRamp = null });
        MaintenanceSettling.NotWritten(draft, prepared);
    }

    private static void Freeze(FleetDraft draft, FreezeCommand command)
    {
        if (command.For <= TimeSpan.Zero)
        {
            if (draft.Freeze is null) return;
            draft.Freeze = null;
            draft.Tell(Cause.Unfrozen, $"{command.Who} ended the freeze: {command.Reason}", command.Who);
            return;
        }

        draft.Freeze = new FreezeOrder(command.Who, command.Reason, draft.Now, draft.Now + command.For);
        draft.Tell(Cause.Frozen, $"{command.Who} froze automation for {Sentences.Span(command.For)}: {command.Reason}", command.Who);
    }

    /// <summary>Why a command is not carried out, or null. Changes nothing, so that it can be asked beforehand.</summary>
    internal static Refusal? Objection(FleetDraft draft, PodCommand command)
    {
        if (draft.Find(command.Pod) is not { } pod)
            return new Refusal(RefusalKind.UnknownPod, $"there is no pod '{command.Pod}'; the pods are {string.Join(", ", draft.Names)}");
        if (command.Version is { } seen && seen != pod.Record.Version)
            return new Refusal(RefusalKind.Changed, $"{pod.Name} has changed: it is at version {pod.Record.Version}, the command is for version {seen}; look again. {pod.Sentence}");
        return command switch
        {
            EnableCommand when pod.Removing => new Refusal(RefusalKind.Changed, $"{pod.Name} is being taken out of the configuration; put it back there first"),
            EnableCommand when pod.PendingVersion is not null => new Refusal(RefusalKind.Changed, $"another enable of {pod.Name} is being written; look again"),
            EnableCommand enable when NeedsEnable(pod) && !enable.Force && !IsWell(draft, pod) =>
                new Refusal(RefusalKind.NotWell, WhyNotWell(draft, pod)),
            DrainCommand { KeepActive: not null, Deadline: null } => new Refusal(
                RefusalKind.Incomplete, $"a soft drain of {pod.Name} needs a deadline: clients that never fall quiet would keep it for ever"),
            DrainCommand or DisableCommand when !command.Force && LeavesTooFew(draft, pod) => new Refusal(
                RefusalKind.Guard,
                $"without {pod.Name} only {draft.InTraffic - 1} pods would be left in the traffic, and {draft.Settings.EffectiveMinimumOpen} are needed; enable another pod first, or use force"),
            _ => null,
        };
    }

    private static void Carry(FleetDraft draft, PodCommand command)
    {
        var pod = draft.Find(command.Pod)!;
        switch (command)
        {
            case EnableCommand enable when NeedsEnable(pod):
                PrepareEnable(draft, pod, enable);
                return;
            case EnableCommand { Ramp: { } ramp } enable when pod.Ramp is { } run:
                ChangeRamp(draft, pod, run, ramp, enable);
                return;
            case EnableCommand:
                return;
            case DrainCommand drain:
                var wait = drain.Deadline ?? draft.Settings.DrainDeadline;
                var keptNoLonger = drain.KeepActive is null && !pod.Kept.IsEmpty ? ", and it keeps nobody any more" : "";
                var terms = MaintenanceSentences.Terms(drain) + keptNoLonger;
                TakeOut(draft, pod, drain, wait, Cause.Drained, drain.KeepActive is { } active
                    ? $"{drain.Who} drains {pod.Name} softly, who was there within {Sentences.Span(active)} has {Sentences.Span(wait)}{terms}: {drain.Reason}"
                    : $"{drain.Who} drains {pod.Name}, what runs has {Sentences.Span(wait)}{terms}: {drain.Reason}");
                return;
            case DisableCommand disable:
                TakeOut(draft, pod, disable, TimeSpan.Zero, Cause.Disabled, $"{disable.Who} disabled {pod.Name} at once{MaintenanceSentences.Terms(disable)}: {disable.Reason}");
                return;
            default:
                throw new ArgumentOutOfRangeException(nameof(command), command, "not a known command");
        }
    }

    /// <summary>It goes on from where it stands, so that nobody who came leaves again; what held it back has to object anew.</summary>
    private static void ChangeRamp(FleetDraft draft, Pod pod, RampRun run, TimeSpan duration, EnableCommand command)
    {
        var before = run.DurationBy(draft.Settings);
        var gone = before > TimeSpan.Zero ? Math.Clamp(run.Gone(draft.Now) / before, 0, 1) : 1;
        var ends = duration <= TimeSpan.Zero;
        draft.Set(pod with { Ramp = ends ? null : new RampRun(draft.Now - (gone * duration)) { For = duration } });
        draft.TellOf(pod.Name, Cause.RampChanged, ends
            ? $"{command.Who} ended the ramp of {pod.Name}, which gets all its slots: {command.Reason}"
            : $"{command.Who} made the ramp of {pod.Name} {Sentences.Span(duration)} long, and it goes on from where it stood: {command.Reason}", command.Who);
    }

    internal static void TakeOut(FleetDraft draft, Pod pod, PodCommand command, TimeSpan wait, Cause cause, string sentence)
    {
        var keep = (command as DrainCommand)?.KeepActive;
        var intent = new PodIntent(IntentKind.Disabled, command.Who, command.Reason, draft.Now, draft.Now + wait)
        {
            Drain = keep is null ? DrainKind.Hard : DrainKind.Soft, KeepActive = keep, Until = command.Until, Owner = command.Owner,
        };
        draft.Record(pod.Name, record => record with { Intent = intent, KeepsNobody = false });
        draft.Update(pod.Name, p => p with { PendingVersion = null, PendingRamp = null, Ramp = null });
        Keeping.Begin(draft, pod.Name);
        draft.Because(pod.Name, cause, sentence, command.Who);
    }

    /// <summary>Makes what takes effect once it is in the journal; with a cause and a sentence of its own where it is no person who commands it now.</summary>
    internal static void PrepareEnable(FleetDraft draft, Pod pod, PodCommand command, Cause cause = Cause.Enabled, string? says = null)
    {
        var latch = pod.Record.Latch;
        var forced = command.Force && !IsWell(draft, pod) ? "forced although not verified well, " : "";
        var sentence = says ?? (latch is null
            ? $"{command.Who} enabled {pod.Name} ({forced}was disabled): {command.Reason}"
            : $"{command.Who} enabled {pod.Name} ({forced}clears latch {latch.Id}): {command.Reason}");
        var record = pod.Record with
        {
            Version = pod.NextVersion,
            Intent = new PodIntent(IntentKind.Enabled, command.Who, command.Reason, draft.Now),
            Latch = null,
            KeepsNobody = false,
        };
        var ramp = (command as EnableCommand)?.Ramp;
        var to = record.FirstPassed is null ? PodState.Waiting : Ramps(draft, pod, ramp) ? PodState.Ramping : PodState.Open;
        draft.Prepared = new Transition(draft.NextNumber(), draft.Now, pod.Name, pod.State, to, cause, sentence, command.Who, record.Version, record);
        draft.Update(pod.Name, p => p with { PendingVersion = record.Version, PendingRamp = ramp });
    }

    /// <summary>
    /// A pod ramps only beside one that has all its slots: with nobody to leave the rest to, a ramp would only push clients to and fro.
    /// </summary>
    private static bool Ramps(FleetDraft draft, Pod pod, TimeSpan? duration) =>
        (duration ?? draft.Settings.RampDuration) > TimeSpan.Zero && pod.Record.FirstPassed is not null
        && draft.Pods.Any(other => other.Name != pod.Name && other.State is (PodState.Open or PodState.Observed));

    internal static bool NeedsEnable(Pod pod) => pod.Record.Latch is not null || pod.Record.Intent.Kind == IntentKind.Disabled;

    private static bool IsWell(FleetDraft draft, Pod pod) => LooksWell(draft, pod) && FreshnessRule.Unproved(pod, draft.Settings) is null;

    private static string WhyNotWell(FleetDraft draft, Pod pod) =>
        LacksRequestChecks(pod) ? Sentences.NotVerifiable(pod)
        : LooksWell(draft, pod) && FreshnessRule.Unproved(pod, draft.Settings) is { } missing ? missing
        : Sentences.NotWell(pod, draft.Settings, draft.Now);

    /// <summary>A pod that never passed is no risk: it waits for its probes whoever enables it.</summary>
    private static bool LooksWell(FleetDraft draft, Pod pod)
    {
        if (pod.Record.FirstPassed is null && pod.Record.Latch is null) return true;
        var since = pod.Record.Latch?.Since ?? DateTimeOffset.MinValue;
        var oldest = draft.Now - (draft.Settings.ProbeInterval * 3) - draft.Settings.ProbeTimeout;
        return pod.Health.Level is HealthLevel.Healthy or HealthLevel.Degraded && !LacksRequestChecks(pod)
            && pod.Health.ProvedSince(since, draft.Settings.Rise, pod.Settings.Checks)
            && pod.Health.Recent.Last(report => report.IsGood).FinishedAt >= oldest;
    }

    /// <summary>
    /// What clients' requests showed, while the health document said well, is not disproved by the document: only requests can do that.
    /// </summary>
    private static bool LacksRequestChecks(Pod pod) =>
        pod.Record.Latch?.Cause is Cause.ErrorsInTraffic or Cause.SlowInTraffic && !pod.Settings.HasRequestChecks;

    private static bool LeavesTooFew(FleetDraft draft, Pod pod) =>
        StateTable.IsServing(pod.State) && pod.Suspension is null && draft.InTraffic - 1 < draft.Settings.EffectiveMinimumOpen;
}
