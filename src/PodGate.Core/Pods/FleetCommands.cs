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

        if (prepared.Cause == Cause.RampChanged)
        {
            FinishHold(draft, pod, prepared);
            return;
        }

        // What else became durable of it meanwhile (that it first passed, say) stays, and makes another version, which is written too.
        var record = pod.Record.Version < prepared.Version
            ? prepared.Record!
            : pod.Record with { Version = pod.NextVersion, Intent = prepared.Record!.Intent, Latch = null, KeepsNobody = false, Note = null };
        draft.Update(prepared.Pod, p => p with
        {
            Record = record, PendingVersion = null, PendingRamp = null, LastSuspension = null, Closed = false, Emptied = false, GivesUpSince = null,
            Kept = SlotSet.Empty, Ramp = Ramps(draft, p, p.PendingRamp) ? new RampRun(draft.Now) { For = p.PendingRamp } : null,
            Health = IsWell(draft, p) ? ProbeJudge.WithFreshEyes(p.Health, draft.Settings, draft.Now) : PodHealth.From(draft.Now),
        });
        draft.BecauseAboveAll(prepared.Pod, prepared.Cause, prepared.Sentence, prepared.Who);
    }

    /// <summary>A pod in the traffic is held at another share, or no longer. It goes on from what it has; a latch that was set meanwhile stays.</summary>
    private static void FinishHold(FleetDraft draft, Pod pod, Transition prepared)
    {
        var duration = pod.PendingRamp ?? draft.Settings.RampDuration;
        var has = pod.Ramp is null && pod.Record.Intent.Hold is { } held ? duration * held / 100.0 : TimeSpan.Zero;
        var record = pod.Record.Version < prepared.Version
            ? prepared.Record!
            : pod.Record with { Version = pod.NextVersion, Intent = prepared.Record!.Intent };
        var grows = pod.Record.Intent.Hold is not null && Ramps(draft, pod, duration);
        draft.Set(pod with
        {
            Record = record, PendingVersion = null, PendingRamp = null,
            Ramp = pod.Ramp ?? (grows ? new RampRun(draft.Now - has) { For = pod.PendingRamp } : null),
        });
        draft.BecauseAboveAll(pod.Name, prepared.Cause, prepared.Sentence, prepared.Who);
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
            case EnableCommand enable when NeedsEnable(pod) || enable.Hold != pod.Record.Intent.Hold:
                PrepareEnable(draft, pod, enable);
                return;
            case EnableCommand { Ramp: { } ramp } enable when pod.Ramp is { } run:
                ChangeRamp(draft, pod, run, ramp, enable);
                return;
            case EnableCommand:
                return;
            case NoteCommand note:
                Note(draft, pod, note);
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

    private static void Note(FleetDraft draft, Pod pod, NoteCommand note)
    {
        if (note.TakesAway && pod.Record.Note is null) return;
        var left = note.TakesAway ? null : new PodNote(note.Who, note.Reason, draft.Now);
        draft.Record(pod.Name, record => record with { Note = left });
        var does = note.TakesAway ? "took the note away from" : "notes on";
        draft.Because(pod.Name, Cause.Noted, $"{note.Who} {does} {pod.Name}: {note.Reason}", note.Who);
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
        var (ramp, hold) = command is EnableCommand enable ? (enable.Ramp, enable.Hold) : (null, null);
        var isOut = NeedsEnable(pod);
        if (!isOut) cause = Cause.RampChanged;
        var record = pod.Record with
        {
            Version = pod.NextVersion,
            Intent = new PodIntent(IntentKind.Enabled, command.Who, command.Reason, draft.Now) { Hold = hold },
            Latch = null,
            KeepsNobody = false,
            Note = isOut ? null : pod.Record.Note,
        };
        var to = record.FirstPassed is null ? PodState.Waiting
            : !isOut && pod.State is not (PodState.Open or PodState.Ramping) ? pod.State
            : hold is not null || Ramps(draft, pod, ramp) ? PodState.Ramping
            : PodState.Open;
        var sentence = says ?? SentenceOf(pod, command, hold, forced: command.Force && !IsWell(draft, pod));
        draft.Prepared = new Transition(draft.NextNumber(), draft.Now, pod.Name, pod.State, to, cause, sentence, command.Who, record.Version, record);
        draft.Update(pod.Name, p => p with { PendingVersion = record.Version, PendingRamp = ramp });
    }

    private static string SentenceOf(Pod pod, PodCommand command, int? hold, bool forced)
    {
        if (!NeedsEnable(pod))
        {
            return hold is { } share
                ? $"{command.Who} holds {pod.Name} at {share} % of its slots: {command.Reason}"
                : $"{command.Who} lets {pod.Name} have all its slots again: {command.Reason}";
        }

        var although = forced ? "forced although not verified well, " : "";
        var over = pod.Record.Latch is { } latch ? $"clears latch {latch.Id}" : "was disabled";
        var held = hold is { } percent ? $", holds it at {percent} % of its slots" : "";
        return $"{command.Who} enabled {pod.Name} ({although}{over}{held}): {command.Reason}";
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
