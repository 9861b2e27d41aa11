using System.Collections.Immutable;
using System.Text.Json;
using PodGate.Control;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Signals;

namespace PodGate.Metrics;

/// <summary>
/// The page of <c>GET /metrics</c>. All of it is one picture: the fleet is read once, so that the numbers of a page fit together. Labels are
/// bounded: pods that are configured, and the words of the design.
/// </summary>
internal sealed class MetricsPage(MetricsSources sources, TimeProvider time)
{
    private static readonly ImmutableArray<PodState> States = [.. Enum.GetValues<PodState>()];
    private static readonly ImmutableArray<ProbeResult> Results = [.. Enum.GetValues<ProbeResult>()];
    private static readonly ImmutableArray<ConnectionKind> Kinds = [.. Enum.GetValues<ConnectionKind>()];
    private static readonly string[] CodeClasses = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

    /// <summary>Writes the page.</summary>
    /// <param name="writer">Where to.</param>
    public void Write(ExpositionWriter writer)
    {
        var view = sources.View();
        var now = time.GetUtcNow();
        bool Exists(string pod) => view.Fleet.Pods.ContainsKey(pod);
        WriteStates(writer, view);
        EvidenceMetrics.Write(writer, view.Fleet);
        MaintenanceMetrics.Write(writer, view.Fleet, now);
        WriteTraffic(writer, Exists);
        StormMetrics.Write(writer, [.. sources.Queues().Where(queue => Exists(queue.Pod))], sources.Arrivals());
        WriteSlots(writer, Exists);
        WriteProbes(writer, view, now);
        WriteFleet(writer, view, Exists);
        WriteGate(writer);
        CertificateMetrics.Write(writer, sources.Certificates());
        AuditMetrics.Write(writer, sources.Audit());
        ProcessMetrics.Write(writer);
    }

    private static void WriteStates(ExpositionWriter writer, FleetView view)
    {
        var pods = view.Fleet.Pods.Values.ToImmutableArray();
        writer.Family("podgate_pod_state", MetricKind.Gauge, "1 for the state that the pod is in, 0 for the others.");
        foreach (var pod in pods)
        {
            foreach (var state in States) writer.Sample(pod.State == state ? 1 : 0, new("pod", pod.Name), new("state", state.ToString()));
        }

        Each(writer, pods, "podgate_pod_latched", "1 while the pod is latched: only a person's enable brings it back.",
            pod => pod.Record.Latch is null ? 0 : 1);
        Each(writer, pods, "podgate_pod_enabled", "1 while people want the pod to serve.", pod => pod.Record.Intent.Kind == IntentKind.Enabled ? 1 : 0);
        Each(writer, pods, "podgate_pod_healthy", "1 while the pod is measured Healthy or Degraded.",
            pod => pod.Health.Level is HealthLevel.Healthy or HealthLevel.Degraded ? 1 : 0);
        Each(writer, pods, "podgate_pod_ramp_held", "1 while the ramp of the pod stands still, since the pod is slow or its requests fail.",
            pod => pod is { State: PodState.Ramping, Ramp.HeldSince: not null } ? 1 : 0);
        Each(writer, pods, "podgate_pod_slots", "Slots of the routing table that the pod owns.", pod => view.SlotsOf(pod.Name));
        Each(writer, pods, "podgate_pod_requests_in_flight", "Requests and connections running on the pod.", pod => view.Route(pod.Name)?.Load.InFlight ?? 0);
    }

    private void WriteTraffic(ExpositionWriter writer, Func<string, bool> exists)
    {
        var traffic = sources.Traffic().Where(entry => exists(entry.Pod)).OrderBy(entry => entry.Pod, StringComparer.Ordinal).ToList();
        WriteConnections(writer, [.. traffic.Select(pod => pod.Pod)]);
        writer.Family("podgate_pod_requests_total", MetricKind.Counter,
            "Requests forwarded to the pod, by class of the code that the client got; none: it went away first.");
        foreach (var pod in traffic)
        {
            for (var code = 0; code < CodeClasses.Length; code++) writer.Sample(pod.Requests[code], new("pod", pod.Pod), new("code", CodeClasses[code]));
        }

        writer.Family("podgate_request_duration_seconds", MetricKind.Histogram, "Time from a request's arrival to the end of its answer.");
        foreach (var pod in traffic)
        {
            SampleOfBucket?[] standing = [.. pod.Exemplars.Select(SampleOf)];
            writer.SampledHistogram(TrafficMeter.Bounds.AsSpan(), pod.Buckets.AsSpan(), pod.DurationSum, standing, new Label("pod", pod.Pod));
        }

        writer.Family("podgate_pod_bytes_total", MetricKind.Counter,
            "Bytes of bodies, and of connections after an upgrade, that passed between the pod and its clients; not those of heads.");
        foreach (var pod in traffic)
        {
            writer.Sample(pod.BytesToClient, new("pod", pod.Pod), new("direction", "to_client"));
            writer.Sample(pod.BytesToPod, new("pod", pod.Pod), new("direction", "to_pod"));
        }

        writer.Family("podgate_retries_total", MetricKind.Counter, "Attempts that went to this pod because another pod had failed the request.");
        foreach (var pod in traffic) writer.Sample(pod.Retries, new Label("pod", pod.Pod));

        writer.Single("podgate_requests_without_pod_total", MetricKind.Counter, "Requests that the gate itself answered with 503 because no pod may serve.",
            sources.NoPod());
    }

    private void WriteSlots(ExpositionWriter writer, Func<string, bool> exists)
    {
        writer.Family("podgate_slot_heaviest_ratio", MetricKind.Gauge,
            "Which part of the pod's requests of the last minutes its heaviest slot had, 0 to 1; missing while it had none.");
        foreach (var pod in sources.Slots().Pods.Where(pod => exists(pod.Pod) && !pod.Heaviest.IsEmpty))
            writer.Sample(Math.Min(1, (double)pod.Heaviest[0].Count / pod.All), new Label("pod", pod.Pod));
    }

    private void WriteConnections(ExpositionWriter writer, IReadOnlyList<string> pods)
    {
        var open = sources.Connections().ToList();
        var counts = open.CountBy(one => (one.Pod, one.Kind)).ToDictionary();
        var told = open.Where(one => one.ToldGoodbye).CountBy(one => one.Pod).ToDictionary();
        writer.Family("podgate_pod_connections", MetricKind.Gauge, "Running requests and long-lived connections on the pod, by kind.");
        foreach (var pod in pods)
        {
            foreach (var kind in Kinds) writer.Sample(counts.GetValueOrDefault((pod, kind)), new("pod", pod), new("kind", SnakeCase(kind.ToString())));
        }

        writer.Family("podgate_pod_goodbyes_pending", MetricKind.Gauge, "Long-lived connections on the pod that were asked to end and have not ended yet.");
        foreach (var pod in pods) writer.Sample(told.GetValueOrDefault(pod), new Label("pod", pod));
    }

    private void WriteProbes(ExpositionWriter writer, FleetView view, DateTimeOffset now)
    {
        var probes = sources.Probes().Where(pod => view.Fleet.Pods.ContainsKey(pod.Pod)).ToLookup(pod => pod.Check is null);
        WriteChecks(writer, [.. probes[false]]);
        var pods = probes[true].ToList();
        writer.Family("podgate_probe_duration_seconds", MetricKind.Histogram, "How long probes took.");
        foreach (var pod in pods) writer.Histogram(ProbeMeter.Bounds.AsSpan(), pod.Buckets.AsSpan(), pod.DurationSum, new Label("pod", pod.Pod));

        writer.Family("podgate_probe_results_total", MetricKind.Counter, "Probes by how they ended.");
        foreach (var pod in pods)
        {
            foreach (var result in Results) writer.Sample(pod.Results[(int)result], new("pod", pod.Pod), new("result", SnakeCase(result.ToString())));
        }

        writer.Family("podgate_probes_skipped_total", MetricKind.Counter,
            "Probes that were due and not sent because too many of the pod's were still running.");
        foreach (var pod in pods) writer.Sample(pod.Skipped, new Label("pod", pod.Pod));

        writer.Family("podgate_probe_age_seconds", MetricKind.Gauge, "Time since the pod's newest probe finished; missing while none did.");
        foreach (var pod in pods)
        {
            if (pod.LastFinishedAt is { } last) writer.Sample(Math.Max(0, (now - last).TotalSeconds), new Label("pod", pod.Pod));
        }
    }

    private static void WriteChecks(ExpositionWriter writer, List<PodProbes> checks)
    {
        if (checks.Count == 0) return;
        writer.Family("podgate_check_duration_seconds", MetricKind.Histogram, "How long checks of the gate's own took.");
        foreach (var check in checks)
            writer.Histogram(ProbeMeter.Bounds.AsSpan(), check.Buckets.AsSpan(), check.DurationSum, new("pod", check.Pod), new("check", check.Check!));
        writer.Family("podgate_check_results_total", MetricKind.Counter, "Runs of checks by how they ended.");
        foreach (var check in checks)
        {
            foreach (var result in Results)
                writer.Sample(check.Results[(int)result], new("pod", check.Pod), new("check", check.Check!), new("result", SnakeCase(result.ToString())));
        }
    }

    private void WriteFleet(ExpositionWriter writer, FleetView view, Func<string, bool> exists)
    {
        writer.Family("podgate_transitions_total", MetricKind.Counter, "Transitions by cause; an empty pod stands for the fleet.");
        var transitions = sources.Transitions().Where(entry => entry.Key.Pod.Length == 0 || exists(entry.Key.Pod));
        foreach (var ((pod, cause), count) in transitions.OrderBy(entry => entry.Key.Pod, StringComparer.Ordinal).ThenBy(entry => entry.Key.Cause))
            writer.Sample(count, new("pod", pod), new("cause", SnakeCase(cause.ToString())));

        var fleet = view.Fleet;
        var holding = fleet.Pods.Values.Any(pod => pod.State == PodState.Held || pod.HeldBack?.Cause == Cause.GuardHolds);
        var noWitness = fleet.Pods.Values.Any(pod => pod.HeldBack?.Cause == Cause.NoWitness);
        writer.Single("podgate_guard_holding", MetricKind.Gauge, "1 while the guard keeps automation from taking a pod out.", holding ? 1 : 0);
        writer.Single("podgate_witness_missing", MetricKind.Gauge, "1 while pods are silent and no witness answered, so that the gate suspects itself.",
            noWitness ? 1 : 0);
        writer.Single("podgate_failures_until_guard", MetricKind.Gauge, "How many more pods may fail before the guard holds.", fleet.FailuresUntilGuard);
        writer.Single("podgate_pods_in_traffic", MetricKind.Gauge, "Pods in the traffic that answer.", fleet.InTraffic);
        writer.Single("podgate_minimum_open_pods", MetricKind.Gauge, "The fewest pods that can carry the traffic.", fleet.Settings.EffectiveMinimumOpen);
        writer.Single("podgate_frozen", MetricKind.Gauge, "1 while a freeze is in force.", fleet.Freeze is null ? 0 : 1);
        writer.Single("podgate_snapshot_version", MetricKind.Gauge, "The version of the routing table in force.", view.Snapshot.Version);
    }

    private void WriteGate(ExpositionWriter writer)
    {
        var reload = sources.Reload();
        writer.Single("podgate_config_last_reload_successful", MetricKind.Gauge,
            "0 while the configuration file differs from what is in force because it was refused.",
            reload.Successful ? 1 : 0);
        writer.Single("podgate_config_last_reload_timestamp_seconds", MetricKind.Gauge, "When the last reload was decided; at first, when the gate started.",
            Seconds(reload.At));
        writer.Single("podgate_journal_writable", MetricKind.Gauge, "1 while commands can be made durable.", sources.Journal.IsWritable ? 1 : 0);
        writer.Single("podgate_journal_backlog_entries", MetricKind.Gauge, "Journal entries in effect that wait to be written.", sources.Journal.Backlog);
        AlertMetrics.Write(writer, sources.Alerts(), sources.AlertChannels(), time.GetUtcNow());
        writer.Single("podgate_history_dropped_total", MetricKind.Counter,
            "Probes that are missing in the probe history: the disk was too slow, or did not take them.", sources.HistoryDropped());
        writer.Single("podgate_log_dropped_total", MetricKind.Counter, "Lines of the log that were lost, since standard output took none for long.", sources.LogDropped());
        var self = sources.Self();
        writer.Single("podgate_gate_lateness_seconds", MetricKind.Gauge,
            "The most that the gate itself was late in the last minute; while it is late, time-outs of probes are no evidence.", self.Largest.TotalSeconds);
        writer.Single("podgate_gate_late_spells_total", MetricKind.Counter, "How often the gate itself was late by more than 0.1 s.", self.Spells);
        writer.Single("podgate_gate_pool_delay_seconds", MetricKind.Gauge, "How long the thread pool last took to begin with a piece of work.",
            self.PoolDelay.TotalSeconds);
        writer.Single("podgate_probe_loop_restarts_total", MetricKind.Counter, "Probe loops that had stopped and were replaced.", sources.LoopRestarts());
        writer.Family("podgate_build_info", MetricKind.Gauge, "Always 1; the labels say what is running.");
        writer.Sample(1, new("version", ProcessMetrics.Version), new("runtime", Environment.Version.ToString()));
    }

    private static void Each(ExpositionWriter writer, ImmutableArray<Pod> pods, string name, string help, Func<Pod, double> value)
    {
        writer.Family(name, MetricKind.Gauge, help);
        foreach (var pod in pods) writer.Sample(value(pod), new Label("pod", pod.Name));
    }

    private static SampleOfBucket? SampleOf(Exemplar? exemplar) =>
        exemplar is null ? null : new SampleOfBucket(new Label("trace_id", exemplar.TraceId), exemplar.Seconds, exemplar.At);

    private static double Seconds(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>The label form of an enum's word, such as <c>reported_unhealthy</c>.</summary>
    internal static string SnakeCase(string word) => JsonNamingPolicy.SnakeCaseLower.ConvertName(word);
}
