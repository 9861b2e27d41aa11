using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>How what is planned is shown. Everybody who may look may see all of it: it is there to be known.</summary>
internal static class MaintenanceMapping
{
    /// <summary>A plan.</summary>
    /// <param name="fleet">The fleet it belongs to.</param>
    /// <param name="plan">The plan.</param>
    public static MaintenanceJson Plan(Fleet fleet, MaintenancePlan plan) => new(
        plan.Id,
        plan.Pod,
        plan.Stage.ToString(),
        plan.IsOpen,
        plan.From,
        plan.Until,
        plan.Zone,
        plan.Who,
        plan.Why,
        plan.Force,
        plan.EnableWhenWell,
        plan.Deadline,
        plan.Planned,
        plan.Changed,
        plan.Sentence,
        IsConfigured(fleet, plan));

    /// <summary>The next plan of a pod, or the one that is in force; null when there is none.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="pod">The pod's name.</param>
    public static MaintenanceJson? NextOf(Fleet fleet, string pod) => fleet.Agenda.NextOf(pod) is { } plan ? Plan(fleet, plan) : null;

    /// <summary>All plans.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="ended">Those that are over, too.</param>
    public static IReadOnlyList<MaintenanceJson> Plans(Fleet fleet, bool ended) =>
        [.. fleet.Agenda.Plans.Where(plan => ended || plan.IsOpen).Select(plan => Plan(fleet, plan))];

    /// <summary>Whether the pod of a plan is there and stays.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="plan">The plan.</param>
    public static bool IsConfigured(Fleet fleet, MaintenancePlan plan) => fleet.Pods.GetValueOrDefault(plan.Pod) is { Removing: false };
}
