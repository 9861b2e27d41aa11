using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>How what is planned, and what was forgotten, is shown beside other things.</summary>
internal static class MaintenanceWords
{
    /// <summary>A plan in a line.</summary>
    /// <param name="plan">The plan.</param>
    public static string Of(MaintenanceJson plan) =>
        $"{plan.Id} ({plan.Stage}) from {PlainText.Moment(plan.From)} until {PlainText.Moment(plan.Until)}, planned by {plan.Who}: {plan.Reason}"
        + (plan.Stage is "Planned" or "Begun" ? "" : $"; {plan.Sentence}");

    /// <summary>What there is to say of a pod: its reminder, and its next maintenance.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="now">The gate's time.</param>
    public static IEnumerable<Words> Of(PodJson pod, DateTimeOffset now)
    {
        var owner = pod.Owner is null ? "" : $", owner {pod.Owner}";
        if (pod.Until is { } until)
        {
            yield return pod.Expired
                ? new Words($"EXPIRED: was to be back by {PlainText.Moment(until)}, {PlainText.Span(now - until)} ago{owner}", Looks.Bad)
                : $"to be back by {PlainText.Moment(until)} (in {PlainText.Span(until - now)}){owner}";
        }
        else if (owner.Length > 0) yield return owner[2..];

        if (pod.Maintenance is not { } plan) yield break;
        yield return new Words($"maintenance {Of(plan)}{When(plan, now)}", plan.Stage switch
        {
            "HeldBack" => Looks.Bad,
            "Planned" => null,
            _ => Looks.Warning,
        });
    }

    /// <summary>What there is to say of the fleet: how much is planned, and what cannot be carried out as it is.</summary>
    /// <param name="gate">The gate.</param>
    public static IEnumerable<Words> Of(GateJson gate)
    {
        if (gate.Maintenance is not { } plans) yield break;
        yield return plans.Count == 0 ? "plans    none" : PlainText.Invariant(
            $"plans    {plans.Count} open; the first: {plans[0].Pod} from {PlainText.Moment(plans[0].From)} until {PlainText.Moment(plans[0].Until)}");
        foreach (var plan in plans.Where(plan => !plan.Configured))
            yield return new Words($"         - {plan.Pod} is not in the configuration, so it is not carried out: {Of(plan)}", Looks.Warning);
    }

    private static string When(MaintenanceJson plan, DateTimeOffset now) =>
        plan.From > now ? $" (in {PlainText.Span(plan.From - now)})" : plan.Until > now ? $" (for another {PlainText.Span(plan.Until - now)})" : "";
}
