using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Metrics;

/// <summary>The numbers that verdicts rest on, pod by pod. A sample is missing while there is nothing to say.</summary>
internal static class EvidenceMetrics
{
    /// <summary>Writes them.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="fleet">The fleet.</param>
    public static void Write(ExpositionWriter writer, Fleet fleet)
    {
        writer.Family("podgate_pod_flaps", MetricKind.Gauge, "How often the pod was doubted and cleared again by probes within the flap window.");
        foreach (var pod in fleet.Pods.Values) writer.Sample(pod.Health.FlapCount, new Label("pod", pod.Name));

        writer.Family("podgate_pod_clock_skew_seconds", MetricKind.Gauge, "How far the pod's clock is ahead of the gate's, by its last answer; missing when that cannot be told.");
        foreach (var pod in fleet.Pods.Values)
        {
            if (pod.Health.Last?.ClockSkew is { } skew) writer.Sample(skew.TotalSeconds, new Label("pod", pod.Name));
        }

        writer.Family("podgate_pod_traffic_sources", MetricKind.Gauge,
            "Clients' sources as they were last judged, each counted once; missing while the pod's traffic does not stand out.");
        foreach (var pod in fleet.Pods.Values)
        {
            if (pod.Health.Traffic.Seen is not { } seen) continue;
            foreach (var (kind, count) in Kinds(seen)) writer.Sample(count, new("pod", pod.Name), new("kind", kind));
        }
    }

    private static (string Kind, int Count)[] Kinds(PodTraffic seen) =>
    [
        ("active", seen.Active), ("failing", seen.Failing), ("failing_elsewhere_too", seen.FailingElsewhereToo),
        ("unavailable", seen.Unavailable), ("slow", seen.Slow),
        ("others_asked", seen.OthersAsked), ("others_failing", seen.OthersFailing), ("moved_fine", seen.MovedFine), ("moved_failing", seen.MovedFailing),
    ];
}
