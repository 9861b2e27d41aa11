using System.Globalization;

namespace PodGate.Core.Pods;

/// <summary>What people's commands change of what is planned, and what is checked before.</summary>
internal static class MaintenancePlanning
{
    public static void Add(FleetDraft draft, PlanMaintenanceCommand command)
    {
        draft.Refusal = Objection(draft, command);
        if (draft.Refusal is not null) return;
        var plan = new MaintenancePlan(
            NewId(draft), command.Pod, command.Who, command.Reason, command.From.ToUniversalTime(), command.Until.ToUniversalTime(), command.Zone, draft.Now)
        {
            Force = command.Force, EnableWhenWell = command.EnableWhenWell, Deadline = command.Deadline,
        };
        plan = plan with { Sentence = MaintenanceSentences.Planned(plan) };
        draft.Agenda = draft.Agenda.With(plan);
        draft.TellOf(plan.Pod, Cause.MaintenancePlanned, plan.Sentence, plan.Who);
    }

    public static void Cancel(FleetDraft draft, CancelMaintenanceCommand command)
    {
        if (draft.Agenda.FindOpen(command.Id) is not { } plan)
        {
            var open = draft.Agenda.Open.Select(other => other.Id).Take(10).ToArray();
            draft.Refusal = new Refusal(
                RefusalKind.UnknownPlan,
                $"there is no open maintenance '{command.Id}'; {(open.Length == 0 ? "nothing is planned" : $"open are {string.Join(", ", open)}")}");
            return;
        }

        var pod = draft.Find(plan.Pod);
        var sentence = MaintenanceSentences.Cancelled(plan, command, pod);
        MaintenanceSettling.Move(draft, plan, MaintenanceStage.Cancelled, Cause.MaintenanceCancelled, sentence, command.Who);
        if (pod?.PendingVersion is null || !plan.IsBehind(pod.Record.Intent)) return;

        // An enable of it is being written: what people want now is written after it, with a later version, and is what counts.
        draft.Record(pod.Name, record => record);
        draft.Update(pod.Name, known => known with { PendingVersion = null });
        draft.BecauseAboveAll(pod.Name, Cause.MaintenanceCancelled, sentence, command.Who);
    }

    private static Refusal? Objection(FleetDraft draft, PlanMaintenanceCommand command)
    {
        var (from, until) = (command.From, command.Until);
        string Moment(DateTimeOffset moment) => MaintenanceSentences.Moment(moment);
        Refusal Wrong(string sentence) => new(RefusalKind.BadPlan, sentence);
        if (draft.Find(command.Pod) is not { Removing: false })
        {
            var pods = draft.Pods.Where(pod => !pod.Removing).Select(pod => pod.Name);
            return new Refusal(RefusalKind.UnknownPod, $"there is no pod '{command.Pod}'; the pods are {string.Join(", ", pods)}");
        }

        if (from >= until) return Wrong($"from ({Moment(from)}) is not before until ({Moment(until)})");
        if (until - from > MaintenancePlan.Longest)
            return Wrong($"until ({Moment(until)}) is {Sentences.Span(until - from)} after from; it may be at most {MaintenancePlan.Longest.TotalDays} days");
        if (from < draft.Now - MaintenancePlan.Grace)
            return Wrong($"from ({Moment(from)}) is in the past: it is {Moment(draft.Now)}; to take {command.Pod} out now, drain it");
        if (until <= draft.Now) return Wrong($"until ({Moment(until)}) is in the past: it is {Moment(draft.Now)}");
        if (from > draft.Now + MaintenancePlan.Farthest)
            return Wrong($"from ({Moment(from)}) is more than a year ahead: it is {Moment(draft.Now)}");

        var wanted = new MaintenancePlan("", command.Pod, command.Who, command.Reason, from, until, command.Zone, draft.Now);
        if (draft.Agenda.Open.FirstOrDefault(plan => plan.Pod == command.Pod && plan.Overlaps(wanted)) is { } other)
        {
            return new Refusal(
                RefusalKind.PlanConflict,
                $"{command.Pod} is planned for maintenance {other.Id} from {Moment(other.From)} until {Moment(other.Until)} already; cancel that first, or take another time");
        }

        return draft.Agenda.Open.Count() < Agenda.MostOpen ? null : new Refusal(
            RefusalKind.PlanConflict, $"there are {Agenda.MostOpen} open plans already, which is the most; cancel some first");
    }

    /// <summary>Short, since people type it; longer should the short one be taken.</summary>
    private static string NewId(FleetDraft draft)
    {
        var digits = draft.Context.Chance.ToString("N", CultureInfo.InvariantCulture);
        for (var length = 8; ; length++)
        {
            var id = $"m-{digits[..Math.Min(length, digits.Length)]}";
            if (length >= digits.Length || draft.Agenda.Plans.All(plan => plan.Id != id)) return id;
        }
    }
}
