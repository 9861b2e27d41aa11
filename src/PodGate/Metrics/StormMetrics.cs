using PodGate.Proxy.Arrivals;
using PodGate.Proxy.Turnstiles;

namespace PodGate.Metrics;

/// <summary>What keeps pods, and the gate itself, from being overrun: who waits, and who was refused.</summary>
internal static class StormMetrics
{
    /// <summary>Writes the families.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="queues">Who waits for the pods.</param>
    /// <param name="arrivals">What became of new client connections.</param>
    public static void Write(ExpositionWriter writer, IReadOnlyList<QueueReading> queues, ArrivalReading arrivals)
    {
        Each(writer, queues, "podgate_pod_requests_limit", MetricKind.Gauge, "How many requests may run on the pod at a time; 0: as many as come.", queue => queue.Most);
        Each(writer, queues, "podgate_pod_limited_requests", MetricKind.Gauge,
            "Requests running on the pod that count against its limit: neither long-lived connections, nor what began while there was no limit.", queue => queue.Running);
        Each(writer, queues, "podgate_pod_waiting_requests", MetricKind.Gauge, "Requests that wait until the pod has room for them.", queue => queue.Waiting);
        Each(writer, queues, "podgate_pod_queued_requests_total", MetricKind.Counter,
            "Requests that had to wait for the pod, whatever became of them.", queue => queue.Queued);
        writer.Family("podgate_pod_refused_requests_total", MetricKind.Counter,
            "Requests that the gate itself answered with 503 because the pod had all it can do: no room to wait (full), or waited too long (timeout).");
        foreach (var queue in queues)
        {
            writer.Sample(queue.NoRoom, new("pod", queue.Pod), new("reason", "full"));
            writer.Sample(queue.TooLong, new("pod", queue.Pod), new("reason", "timeout"));
        }

        writer.Single("podgate_client_connections_delayed_total", MetricKind.Counter,
            "New client connections that had to wait: more came than MostNewConnections or MostHandshakes let in.", arrivals.Delayed);
        writer.Family("podgate_client_connections_refused_total", MetricKind.Counter, "New client connections that were closed, since they would have had to wait too long.");
        writer.Sample(arrivals.TooMany, new Label("reason", "rate"));
        writer.Sample(arrivals.HandshakesRefused, new Label("reason", "handshakes"));
        writer.Single("podgate_client_handshakes_under_way", MetricKind.Gauge, "TLS handshakes of clients that are under way, or wait to begin.", arrivals.HandshakesUnderWay);
        writer.Single("podgate_client_handshakes_failed_total", MetricKind.Counter,
            "TLS handshakes of clients that came to no good end, those included that never began.", arrivals.HandshakesFailed);
    }

    private static void Each(
        ExpositionWriter writer, IReadOnlyList<QueueReading> queues, string name, MetricKind kind, string help, Func<QueueReading, double> value)
    {
        writer.Family(name, kind, help);
        foreach (var queue in queues) writer.Sample(value(queue), new Label("pod", queue.Pod));
    }
}
