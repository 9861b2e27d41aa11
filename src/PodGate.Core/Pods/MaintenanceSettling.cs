namespace PodGate.Core.Pods;

/// <summary>
/// Carries out what people planned, by the time that passes, and reminds them of what they forgot. A plan is a person's word given beforehand: a freeze does
/// not stop it, and the guard hears it as it hears an operator's drain.
/// </summary>
internal static class MaintenanceSettling
{
    /// <summary>How long nothing is enabled by itself after the journal could not take such an enable.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    public static void Settle(FleetDraft draft)
    {
        if (draft.Agenda.Plans.Any(plan => plan.IsOpen))
        {
            // What happens to one of them may change another, so each is looked up again.
            foreach (var id in draft.Agenda.Open.Select(plan => plan.Id).ToArray())
            {
                if (draft.Agenda.FindOpen(id) is { } plan) Look(draft, plan);
            }
        }
    }

    /// <summary>Brings a plan to another stage, tells of it, and of the end of what held it back.</summary>
    public static void Move(FleetDraft draft, MaintenancePlan plan, MaintenanceStage stage, Cause cause, string sentence, string who = Transition.Automation)
    {
        Release(draft, plan);
        draft.Agenda = draft.Agenda.With(plan with { Stage = stage, Changed = draft.Now, Sentence = sentence });
        draft.TellOf(plan.Pod, cause, sentence, who);
    }

    private static void Release(FleetDraft draft, MaintenancePlan plan)
    {
        if (plan.Stage != MaintenanceStage.HeldBack) return;
        draft.TellOf(plan.Pod, Cause.MaintenanceReleased, MaintenanceSentences.Released(plan), Transition.Automation);
    }

    /// <summary>The journal could not take the enable that a plan had prepared.</summary>
    public static void NotWritten(FleetDraft draft, Transition prepared)
    {
        if (prepared.Cause != Cause.MaintenanceEnabled) return;
        draft.NoPlannedEnableBefore = draft.Now + Pause;
        var intent = draft.Find(prepared.Pod)?.Record.Intent;
        if (intent is null || draft.Agenda.Open.FirstOrDefault(other => other.IsBehind(intent)) is not { } plan) return;
        var sentence = MaintenanceSentences.NotEnabled(plan, "the journal cannot be written, and an enable must be durable before it takes effect");
        if (plan.Sentence != sentence) Move(draft, plan, MaintenanceStage.NotWell, Cause.MaintenanceNotWell, sentence);
    }

    private static void Look(FleetDraft draft, MaintenancePlan plan)
    {
        var pod = draft.Find(plan.Pod) is { Removing: false } configured ? configured : null;
        var due = plan.Stage is MaintenanceStage.Planned or MaintenanceStage.HeldBack;
        if (due && draft.Now >= plan.Until)
            Move(draft, plan, MaintenanceStage.NotDone, Cause.MaintenanceNotDone, MaintenanceSentences.Missed(plan, pod is not null));
        else if (due && draft.Now >= plan.From && pod is not null) Begin(draft, plan, pod);
        else if (!due && pod is not null) Watch(draft, plan, pod);
        else if (!due && draft.Now >= plan.Until) End(draft, plan, $"{plan.Pod} is not in the configuration");
    }

    private static void Begin(FleetDraft draft, MaintenancePlan plan, Pod pod)
    {
        // An enable that is being written decides first whether the pod is in or out.
        if (pod.PendingVersion is not null) return;
        var intent = pod.Record.Intent;
        if (intent.Kind == IntentKind.Disabled)
        {
            // Out for a maintenance that would enable it by now, and right into the next one: it need not come back in between.
            if (draft.Agenda.Open.FirstOrDefault(other => other.EnableWhenWell && other.IsBehind(intent)) is not { } before)
            {
                Move(draft, plan, MaintenanceStage.NotDone, Cause.MaintenanceNotDone, MaintenanceSentences.LeftAlone(plan, intent));
                return;
            }

            End(draft, before, $"{plan.Pod} stays out for planned maintenance {plan.Id}");
        }

        var (left, minimum) = (InTraffic(draft) - 1, draft.Settings.EffectiveMinimumOpen);
        var objects = CarriesTraffic(pod) && left < minimum;
        if (objects && !plan.Force)
        {
            if (plan.Stage == MaintenanceStage.HeldBack) return;
            Move(draft, plan, MaintenanceStage.HeldBack, Cause.MaintenanceHeldBack, MaintenanceSentences.HeldBack(plan, left, minimum));
            return;
        }

        var wait = plan.Deadline ?? draft.Settings.DrainDeadline;
        var drain = new DrainCommand(plan.Pod, plan.Who, plan.DrainReason, plan.Force, null, wait)
        {
            // Where nobody needs to come at the end, nobody is to be reminded.
            Until = plan.EnableWhenWell ? null : plan.Until, Owner = plan.Who,
        };
        var sentence = MaintenanceSentences.Begins(plan, wait, objects ? left : null, draft.Now);
        Release(draft, plan);
        FleetCommands.TakeOut(draft, pod, drain, wait, Cause.MaintenanceBegun, sentence);
        draft.Agenda = draft.Agenda.With(plan with { Stage = MaintenanceStage.Begun, Changed = draft.Now, BegunAt = draft.Now, Sentence = sentence });
    }

    /// <summary>What becomes of a plan that has drained its pod.</summary>
    private static void Watch(FleetDraft draft, MaintenancePlan plan, Pod pod)
    {
        var intent = pod.Record.Intent;
        if (!plan.IsBehind(intent))
        {
            End(draft, plan, intent.Kind == IntentKind.Disabled ? $"{intent.Who} has taken {plan.Pod} out with other words since: {intent.Why}"
                : intent.Why == plan.EnableReason ? $"{plan.Pod} was enabled by itself"
                : $"{intent.Who} enabled {plan.Pod}: {intent.Why}");
            return;
        }

        if (draft.Now < plan.Until) return;
        if (!plan.EnableWhenWell) End(draft, plan, $"{plan.Pod} stays out until a person enables it");
        else if (pod.Record.Latch is { } latch) End(draft, plan, $"{plan.Pod} is latched and stays out until a person enables it: {latch.Sentence}");
        else EnableWhenWell(draft, plan, pod);
    }

    private static void EnableWhenWell(FleetDraft draft, MaintenancePlan plan, Pod pod)
    {
        // A gate that has only begun has measured nothing, and nobody could say yet whether the pod is well.
        if (draft.Begins) return;

        // One at a time, and not right into the next maintenance of the same pod.
        if (draft.Prepared is not null || pod.PendingVersion is not null || draft.Now < draft.NoPlannedEnableBefore) return;
        if (draft.Agenda.Open.Any(other => other.Id != plan.Id && other.Pod == plan.Pod && other.Covers(draft.Now))) return;

        var enable = new EnableCommand(plan.Pod, plan.Who, plan.EnableReason, Force: false, Version: null);
        if (FleetCommands.Objection(draft, enable) is { } refusal) NotYet(draft, plan, refusal.Sentence);
        else FleetCommands.PrepareEnable(draft, pod, enable, Cause.MaintenanceEnabled, MaintenanceSentences.Enabled(plan));
    }

    /// <summary>Told once: what is missing changes with every probe, and <c>why</c> shows that.</summary>
    private static void NotYet(FleetDraft draft, MaintenancePlan plan, string why)
    {
        if (plan.Stage == MaintenanceStage.NotWell) return;
        Move(draft, plan, MaintenanceStage.NotWell, Cause.MaintenanceNotWell, MaintenanceSentences.NotEnabled(plan, why));
    }

    private static void End(FleetDraft draft, MaintenancePlan plan, string what) =>
        Move(draft, plan, MaintenanceStage.Over, Cause.MaintenanceOver, MaintenanceSentences.Over(plan, what));

    /// <summary>Tells once that a drain was to be over by now.</summary>
    public static void Remind(FleetDraft draft, Pod pod)
    {
        if (pod is not { Removing: false, Record.Intent: { Kind: IntentKind.Disabled, Until: { } until } intent } || draft.Now < until) return;
        if (draft.Agenda.Reminded.TryGetValue(pod.Name, out var told) && told == intent.Since) return;

        // Those that are over make room, so that there are never more than pods.
        var over = draft.Agenda.Reminded.Where(entry => draft.Find(entry.Key)?.Record.Intent.Since != entry.Value).Select(entry => entry.Key);
        draft.Agenda = draft.Agenda with { Reminded = draft.Agenda.Reminded.RemoveRange(over).SetItem(pod.Name, intent.Since) };
        draft.TellOf(pod.Name, Cause.DrainExpired, MaintenanceSentences.Expired(pod), Transition.Automation);
    }

    // Counted anew and not taken from the last step: several plans may be due in this one, and in a gate's first step there is no last one.
    private static int InTraffic(FleetDraft draft) => draft.Pods.Count(CarriesTraffic);

    private static bool CarriesTraffic(Pod pod) => FleetSettling.IsCandidate(pod) && pod.Suspension is null;
}
