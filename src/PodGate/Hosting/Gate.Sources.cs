using PodGate.Core.Routing;
using PodGate.Metrics;
using PodGate.Operator;

namespace PodGate.Hosting;

// What the admin port reads and does.
internal sealed partial class Gate
{
    private OperatorSources OperatorSourcesOf() => new()
    {
        View = () => _gatekeeper.View,
        Execute = _gatekeeper.ExecuteAsync,
        Events = _gatekeeper.Events,
        NextEvent = () => _gatekeeper.NextEvent,
        EventsForgotten = () => _gatekeeper.EventsForgotten,
        Connections = _pipeline.OpenConnections,
        Rates = _rates.Read,
        Trend = _trend,
        Days = _days.ReadAsync,
        Trail = _measuring.TrailAsync,
        Slots = _measuring.Slots,
        Upgrading = this,
        Reload = _keeper.ReloadAsync,
        LastReload = () => _keeper.LastReload,
        Settings = () => _keeper.Current.Admin,
        Journal = _journal,
        Tokens = _tokens,
        People = _people,
        Sessions = _sessions,
        Rolls = _rolls,
        Audit = _audit,
        Outbox = _outbox,
        Readiness = _readiness,
        Warnings = _certificates.Warnings,
        Time = _time,
        Metrics = new MetricsPage(
            new MetricsSources
            {
                View = () => _gatekeeper.View,
                Traffic = _pipeline.Traffic.Read,
                NoPod = () => _pipeline.Traffic.NoPod,
                Connections = _pipeline.OpenConnections,
                Queues = _pipeline.Queues,
                Arrivals = _pipeline.Door.Read,
                Slots = _measuring.Slots,
                Probes = _measuring.Probes,
                Self = _measuring.Self,
                LoopRestarts = () => _measuring.LoopRestarts,
                Transitions = () => _gatekeeper.TransitionCounts,
                Journal = _journal,
                Reload = () => new ReloadStatus(_keeper.LastReloadSuccessful, _keeper.LastReloadAt),
                Alerts = () => _outbox.Counts,
                AlertChannels = () => _outbox.Channels,
                HistoryDropped = () => _measuring.HistoryDropped,
                LogDropped = () => _log.Dropped,
                Certificates = _certificates.Readings,
                Audit = () => _audit.Reading,
            },
            _time),
    };

    private int InTrafficWithout(IReadOnlySet<string> gone) =>
        _gatekeeper.Current.Pods.Count(pod => pod.Admission == Admission.Serving && !gone.Contains(pod.Name));
}
