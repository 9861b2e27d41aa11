using System.Collections.Immutable;

namespace PodGate.Core.Pods;

/// <summary>What a planned maintenance will meet, as far as that can be known beforehand.</summary>
public static class MaintenanceOutlook
{
    /// <summary>What whoever planned it should know: no objections yet, since much may change until then.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="plan">The plan, in the fleet's agenda or not.</param>
    public static ImmutableArray<string> Warnings(Fleet fleet, MaintenancePlan plan)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(plan);
        var minimum = fleet.Settings.EffectiveMinimumOpen;
        var configured = fleet.Settings.Pods.Count;
        var then = plan.Force ? "and it is drained all the same, since it is planned with force" : "and it is not drained as long as the guard objects";
        var warnings = ImmutableArray.CreateBuilder<string>();
        var together = MostAtOnce(fleet, plan);
        if (configured - 1 < minimum)
            warnings.Add($"without {plan.Pod} only {configured - 1} of {configured} pods are left, and {minimum} are needed at all times, {then}");
        else if (configured - 1 - together.Length < minimum)
        {
            var others = string.Join(", ", together.Select(other => $"{other.Id} of {other.Pod}"));
            warnings.Add(
                $"together with {others} only {configured - 1 - together.Length} of {configured} pods are left at some time of {plan.Id}, and {minimum} are needed, {then}");
        }

        var absent = fleet.Pods.Values
            .Where(pod => pod.Name != plan.Pod && !pod.Removing && (pod.Record.Intent.Kind == IntentKind.Disabled || pod.Record.Latch is not null))
            .Where(pod => together.All(other => other.Pod != pod.Name)).Select(pod => pod.Name).ToArray();
        if (absent.Length > 0 && configured - 1 - together.Length >= minimum && configured - 1 - together.Length - absent.Length < minimum)
            warnings.Add($"{string.Join(", ", absent)} {(absent.Length == 1 ? "is" : "are")} out now; if that is so then, fewer than {minimum} pods are left, {then}");
        return warnings.ToImmutable();
    }

    /// <summary>The open plans of other pods that are in force together at some moment of this one: the most there are at a time, one a pod.</summary>
    private static ImmutableArray<MaintenancePlan> MostAtOnce(Fleet fleet, MaintenancePlan plan)
    {
        var others = fleet.Agenda.Open
            .Where(other => other.Pod != plan.Pod && other.Overlaps(plan) && fleet.Settings.Pods.ContainsKey(other.Pod)).ToArray();

        // The number only grows where one begins, so these are the moments to look at.
        return others.Select(other => other.From > plan.From ? other.From : plan.From)
            .Select(moment => others.Where(other => other.Covers(moment)).DistinctBy(other => other.Pod).ToImmutableArray())
            .OrderByDescending(there => there.Length).FirstOrDefault([]);
    }
}
