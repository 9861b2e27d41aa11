using System.Globalization;

namespace PodGate.Core.Pods;

/// <summary>The sentences about what is planned, once each.</summary>
internal static class MaintenanceSentences
{
    /// <summary>A moment, in UTC, to the second.</summary>
    public static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Planned(MaintenancePlan plan)
    {
        var end = plan.EnableWhenWell ? "then it is enabled by itself when it is well" : "then it stays out until a person enables it";
        var forced = plan.Force ? ", although fewer than MinimumOpen may be left" : "";
        return $"{plan.Who} planned maintenance {plan.Id} of {plan.Pod} from {Moment(plan.From)} until {Moment(plan.Until)}{forced}; {end}: {plan.Why}";
    }

    public static string Cancelled(MaintenancePlan plan, CancelMaintenanceCommand command, Pod? pod)
    {
        var stays = pod is not null && plan.IsBehind(pod.Record.Intent) ? $"; {plan.Pod} is out for it and stays out until a person enables it" : "";
        return $"{command.Who} cancelled planned maintenance {plan.Id} of {plan.Pod}{stays}: {command.Reason}";
    }

    public static string Begins(MaintenancePlan plan, TimeSpan wait, int? tooFewLeft, DateTimeOffset now)
    {
        var forced = tooFewLeft is { } left ? $" by force, although only {left} pods are left in the traffic" : "";
        var late = now - plan.From > MaintenancePlan.Grace ? $", {Sentences.Span(now - plan.From)} late" : "";
        return $"{plan.Pod} is drained for planned maintenance {plan.Id} of {plan.Who}{forced}{late}, until {Moment(plan.Until)}; what runs has {Sentences.Span(wait)}: {plan.Why}";
    }

    public static string HeldBack(MaintenancePlan plan, int left, int minimum) =>
        $"planned maintenance {plan.Id} of {plan.Pod} does not begin: without it only {left} pods would be left in the traffic, and {minimum} are needed; it begins when the guard allows, until {Moment(plan.Until)}";

    public static string Released(MaintenancePlan plan) => $"planned maintenance {plan.Id} of {plan.Pod} is no longer held back by the guard";

    public static string LeftAlone(MaintenancePlan plan, PodIntent intent) =>
        $"planned maintenance {plan.Id} leaves {plan.Pod} as it is, since {intent.Who} has taken it out already ({intent.Why}); it stays out until a person enables it";

    public static string Missed(MaintenancePlan plan, bool configured)
    {
        var why = !configured ? $"{plan.Pod} is not in the configuration"
            : plan.Stage == MaintenanceStage.HeldBack ? "the guard objected for as long as it was due"
            : "at its time the gate did not run, or the pod was not configured";
        return $"planned maintenance {plan.Id} of {plan.Pod} was not carried out and is over: {why}";
    }

    public static string Over(MaintenancePlan plan, string what) => $"planned maintenance {plan.Id} of {plan.Pod} is over: {what}";

    public static string NotEnabled(MaintenancePlan plan, string why) =>
        $"the time of planned maintenance {plan.Id} is over, but {plan.Pod} is not enabled by itself yet: {why}";

    public static string Enabled(MaintenancePlan plan) =>
        $"{plan.Pod} is enabled by itself, as {plan.Who} had planned: maintenance {plan.Id} is over, and it is verified to be well";

    public static string Expired(Pod pod)
    {
        var intent = pod.Record.Intent;
        var owner = intent.Owner is null ? "" : $" (owner {intent.Owner})";
        return $"{pod.Name} was to be back by {Moment(intent.Until!.Value)}{owner} and is still out; {intent.Who} took it out: {intent.Why}";
    }

    /// <summary>Whose a drain is and until when, where somebody said so; begins with a blank, or is empty.</summary>
    public static string Terms(PodCommand command)
    {
        string?[] terms = [command.Owner is null ? null : $"owner {command.Owner}", command.Until is { } until ? $"to be back by {Moment(until)}" : null];
        var told = string.Join(", ", terms.OfType<string>());
        return told.Length == 0 ? "" : $" ({told})";
    }
}
