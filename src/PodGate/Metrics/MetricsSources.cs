using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Journal;
using PodGate.Control.Probing;
using PodGate.Core.Pods;
using PodGate.Operator.Audit;
using PodGate.Proxy.Arrivals;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Turnstiles;

namespace PodGate.Metrics;

/// <summary>What the page reads. Functions instead of owners, so that the page can be replaced without touching them, and they without touching it.</summary>
internal sealed record MetricsSources
{
    /// <summary>The fleet as it is now.</summary>
    public required Func<FleetView> View { get; init; }

    /// <summary>What has been forwarded, by pod.</summary>
    public required Func<IReadOnlyList<PodTraffic>> Traffic { get; init; }

    /// <summary>Requests that the gate answered itself because no pod may serve.</summary>
    public required Func<long> NoPod { get; init; }

    /// <summary>What runs on pods at this moment.</summary>
    public Func<IEnumerable<OpenConnection>> Connections { get; init; } = () => [];

    /// <summary>Who waits for each pod.</summary>
    public Func<IReadOnlyList<QueueReading>> Queues { get; init; } = () => [];

    /// <summary>What became of new client connections.</summary>
    public Func<ArrivalReading> Arrivals { get; init; } = () => new ArrivalReading(0, 0, 0, 0, 0);

    /// <summary>Which slots carried much lately.</summary>
    public Func<SlotsSeen> Slots { get; init; } = () => SlotsSeen.None;

    /// <summary>What has been probed, by pod.</summary>
    public required Func<IReadOnlyList<PodProbes>> Probes { get; init; }

    /// <summary>How punctual the gate itself has been.</summary>
    public required Func<SelfReading> Self { get; init; }

    /// <summary>Probe loops that had stopped and were replaced.</summary>
    public required Func<long> LoopRestarts { get; init; }

    /// <summary>Transitions since the process started, by pod and cause.</summary>
    public required Func<IReadOnlyDictionary<(string Pod, Cause Cause), long>> Transitions { get; init; }

    /// <summary>The durable memory.</summary>
    public required IJournal Journal { get; init; }

    /// <summary>What became of the last reload.</summary>
    public required Func<ReloadStatus> Reload { get; init; }

    /// <summary>What became of the alerts.</summary>
    public required Func<AlertCounts> Alerts { get; init; }

    /// <summary>How each channel of alerts is doing.</summary>
    public Func<IReadOnlyList<ChannelReading>> AlertChannels { get; init; } = () => [];

    /// <summary>Probes that are missing in the probe history.</summary>
    public Func<long> HistoryDropped { get; init; } = () => 0;

    /// <summary>Lines of the log that were lost.</summary>
    public Func<long> LogDropped { get; init; } = () => 0;

    /// <summary>The certificates of TLS listeners.</summary>
    public Func<IReadOnlyList<CertificateReading>> Certificates { get; init; } = () => [];

    /// <summary>What became of the audit trail.</summary>
    public Func<AuditReading> Audit { get; init; } = () => new AuditReading(0, 0, 0, 0, 0, 0, IsDamaged: false);
}

/// <summary>What became of the last reload.</summary>
/// <param name="Successful">Whether it was applied, or there was none yet.</param>
/// <param name="At">When it was decided; at first, when the gate started.</param>
internal sealed record ReloadStatus(bool Successful, DateTimeOffset At);
