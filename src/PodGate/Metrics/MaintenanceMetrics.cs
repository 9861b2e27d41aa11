using PodGate.Core.Pods;

namespace PodGate.Metrics;

/// <summary>What is planned for pods, and which were to be back. A sample is missing while there is nothing to say.</summary>
internal static class MaintenanceMetrics
{
    /// <summary>Writes them.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="now">The gate's time.</param>
    public static void Write(ExpositionWriter writer, Fleet fleet, DateTimeOffset now)
    {
        var plans = fleet.Agenda.Open.ToLookup(plan => plan.Pod, StringComparer.Ordinal);
        writer.Family("podgate_maintenance_planned", MetricKind.Gauge, "Open planned maintenance of the pod, that in force included.");
        foreach (var pod in fleet.Pods.Keys) writer.Sample(plans[pod].Count(), new Label("pod", pod));

        writer.Family("podgate_maintenance_begins_seconds", MetricKind.Gauge,
            "Time until the pod's next planned maintenance begins; 0 while one is in force, missing while none is planned.");
        foreach (var pod in fleet.Pods.Keys)
        {
            if (fleet.Agenda.NextOf(pod) is { } next) writer.Sample(Math.Max(0, (next.From - now).TotalSeconds), new Label("pod", pod));
        }

        writer.Family("podgate_maintenance_held_back", MetricKind.Gauge, "1 while the guard keeps a planned maintenance of the pod from beginning.");
        foreach (var pod in fleet.Pods.Keys) writer.Sample(plans[pod].Any(plan => plan.Stage == MaintenanceStage.HeldBack) ? 1 : 0, new Label("pod", pod));

        writer.Family("podgate_drain_expired", MetricKind.Gauge, "1 while the pod is still out after the time by which people wanted it back.");
        foreach (var pod in fleet.Pods.Values) writer.Sample(pod.Record.Intent.Until <= now ? 1 : 0, new Label("pod", pod.Name));
    }
}
