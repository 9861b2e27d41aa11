using System.Collections.Frozen;
using System.Collections.Immutable;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using static PodGate.Control.Configuration.Reading.ConfigurationKey;

namespace PodGate.Control.Configuration.Reading;

/// <summary>
/// The table of all keys: what may be written, its limits, where it goes, and whether a change needs a restart. The defaults are
/// not here but in the records; the schema, the reference file and the documentation are held equal to this table by tests.
/// </summary>
internal static class ConfigurationKeys
{
    private const string Second = "00:00:01";
    private const string Hour = "01:00:00";
    private const string Day = "1.00:00:00";

    private static readonly ListenKind Listener = new();
    private static readonly ListenUrlKind ListenUrl = new();

    private static readonly ConfigurationKey[] ListenersAndPods =
    [
        Of(
            "Listen",
            new ListKind<ListenSettings>(Listener, "a list of listeners", "write a list, such as [\"http://127.0.0.1:8080\"]", 1, 16),
            c => c.Listen,
            (c, v) => c with { Listen = v },
            restart: true),

        Of("Admin.Listen", ListenUrl, c => c.Admin.Listen.Url, (c, v) => Admin(c, l => l with { Url = v }), restart: true),
        OfTextOrNull(
            "Admin.Certificate",
            PathOrNull(),
            c => c.Admin.Listen.Certificate,
            (c, v) => Admin(c, l => l with { Certificate = v }),
            restart: true),
        OfTextOrNull(
            "Admin.CertificateKey",
            PathOrNull(),
            c => c.Admin.Listen.CertificateKey,
            (c, v) => Admin(c, l => l with { CertificateKey = v }),
            restart: true),
        Of(
            "Admin.Hosts",
            new ListKind<string>(Texts.HostName, "a list of host names", "write a list, such as [\"gate.example.com\"]", 0, 32),
            c => c.Admin.Hosts,
            (c, v) => c with { Admin = c.Admin with { Hosts = v } }),
        OfTextOrNull("Admin.PublicUrl", new WebUrlKind { OrNull = true }, c => c.Admin.PublicUrl, (c, v) => c with { Admin = c.Admin with { PublicUrl = v } }),
        Of(
            "Admin.ProtectMetrics",
            new FlagKind(),
            c => c.Admin.ProtectMetrics,
            (c, v) => c with { Admin = c.Admin with { ProtectMetrics = v } }),
        .. AccessKinds.Keys,
        Of(
            "Admin.AuditKept",
            DurationKind.Of(Day, "3650.00:00:00"),
            c => c.Admin.AuditKept,
            (c, v) => c with { Admin = c.Admin with { AuditKept = v } }),
        Of(
            "Admin.AuditMostBytes",
            new WholeNumberKind(4L << 20, 4L << 30),
            c => c.Admin.AuditMostBytes,
            (c, v) => c with { Admin = c.Admin with { AuditMostBytes = v } }),

        Of("StateDirectory", ListenKind.Path, c => c.StateDirectory, (c, v) => c with { StateDirectory = v }, restart: true),

        Of("Pods", new PodsKind(), GetPods, SetPods, isFileOnly: true),
        Of("Checks", new ChecksKind(), c => c.Checks, (c, v) => c with { Checks = v }, isFileOnly: true),
        Of(
            "Pins",
            new ListKind<Pin>(
                new PinKind(), "a list of pins", "write a list, such as [{ \"Network\": \"203.0.113.0/24\", \"Pod\": \"pod-a\" }]", most: Pins.Most),
            c => c.Fleet.Pins.All,
            (c, v) => c with { Fleet = c.Fleet with { Pins = Pins.Of(v) } },
            isFileOnly: true),
    ];

    private static readonly ConfigurationKey[] ProbingAndFailover =
    [
        OfFleet("Probing.Interval", "00:00:00.1", Hour, f => f.ProbeInterval, (f, v) => f with { ProbeInterval = v }),
        OfFleet("Probing.FastInterval", "00:00:00.05", Hour, f => f.FastProbeInterval, (f, v) => f with { FastProbeInterval = v }),
        OfFleet("Probing.Timeout", "00:00:00.05", "00:01:00", f => f.ProbeTimeout, (f, v) => f with { ProbeTimeout = v }),
        OfFleet("Probing.Fall", 2, 100, f => f.Fall, (f, v) => f with { Fall = v }),
        OfFleet("Probing.Rise", 1, 100, f => f.Rise, (f, v) => f with { Rise = v }),
        Of(
            "Probing.References",
            new ListKind<Uri>(new ReferenceKind(), "a list of reference targets", "write a list, such as [\"tcp://10.0.0.1:53\"]", most: 8)
            {
                IsDistinct = true,
            },
            c => c.Fleet.References,
            (c, v) => c with { Fleet = c.Fleet with { References = v } }),

        Of(
            "Failover.Mode",
            new ChoiceKind<FailoverMode>("a mode", ("Act", FailoverMode.Act), ("Observe", FailoverMode.Observe)),
            c => c.Fleet.Mode,
            (c, v) => c with { Fleet = c.Fleet with { Mode = v } }),
        OfValueOrNull(
            "Failover.MinimumOpen",
            new WholeNumberKind(1, PodsKind.MostPods) { OrNull = true },
            c => c.Fleet.MinimumOpen,
            (c, v) => c with { Fleet = c.Fleet with { MinimumOpen = (int?)v } }),
        OfFleet("Failover.DrainDeadline", "00:00:00", Day, f => f.DrainDeadline, (f, v) => f with { DrainDeadline = v }),
        OfFleet("Failover.GoodbyeAfter", "00:00:00", Day, f => f.GoodbyeAfter, (f, v) => f with { GoodbyeAfter = v }),
        OfFleet("Failover.GoodbyeSpread", "00:00:00", Day, f => f.GoodbyeSpread, (f, v) => f with { GoodbyeSpread = v }),
        OfFleet("Failover.SuspensionHold", "00:00:00", "00:10:00", f => f.SuspensionHold, (f, v) => f with { SuspensionHold = v }),
        OfFleet(
            "Failover.SuspensionHoldLongest",
            "00:00:00",
            Hour,
            f => f.SuspensionHoldLongest,
            (f, v) => f with { SuspensionHoldLongest = v }),
        OfFleet("Failover.HoldMemory", Second, Day, f => f.HoldMemory, (f, v) => f with { HoldMemory = v }),
        OfFleet("Failover.SuspendedTooLong", "00:00:10", Day, f => f.SuspendedTooLong, (f, v) => f with { SuspendedTooLong = v }),
        OfFleet("Failover.OverloadGrace", "00:00:00", Day, f => f.OverloadGrace, (f, v) => f with { OverloadGrace = v }),
        OfFleetOrNever("Failover.FlapLimit", 2, 100, f => f.FlapLimit, (f, v) => f with { FlapLimit = v }),
        OfFleet("Failover.FlapWindow", "00:00:10", Day, f => f.FlapWindow, (f, v) => f with { FlapWindow = v }),
    ];

    private static readonly ConfigurationKey[] Traffic =
    [
        Of(
            "Traffic.Enabled",
            new FlagKind(),
            c => c.Fleet.Traffic.Enabled,
            (c, v) => c with { Fleet = c.Fleet with { Traffic = c.Fleet.Traffic with { Enabled = v } } }),
        OfTraffic("Traffic.Sources", 2, 10_000, t => t.Sources, (t, v) => t with { Sources = v }),
        OfTraffic("Traffic.SharePercent", 1, 100, t => t.SharePercent, (t, v) => t with { SharePercent = v }),
        OfTraffic("Traffic.Window", Second, "00:10:00", t => t.Window, (t, v) => t with { Window = v }),
        OfTraffic("Traffic.SlowFactor", 2, 1000, t => t.SlowFactor, (t, v) => t with { SlowFactor = v }),
        OfTraffic("Traffic.SlowLeast", "00:00:00.01", "00:01:00", t => t.SlowLeast, (t, v) => t with { SlowLeast = v }),
        OfTraffic("Traffic.SlowFor", "00:00:00", "00:10:00", t => t.SlowFor, (t, v) => t with { SlowFor = v }),
        OfTraffic("Traffic.HeavySlotPercent", 1, 100, t => t.HeavySlotPercent, (t, v) => t with { HeavySlotPercent = v }),
    ];

    private static readonly ConfigurationKey[] AffinityAndRamp =
    [
        Of(
            "Affinity.IPv4Prefix",
            new WholeNumberKind(8, 32),
            c => c.Affinity.IPv4Prefix,
            (c, v) => c with { Affinity = c.Affinity with { IPv4Prefix = (int)v } },
            restart: true),
        Of(
            "Affinity.IPv6Prefix",
            new WholeNumberKind(16, 128),
            c => c.Affinity.IPv6Prefix,
            (c, v) => c with { Affinity = c.Affinity with { IPv6Prefix = (int)v } },
            restart: true),
        Of(
            "Affinity.Slots",
            new SlotsKind(),
            c => c.Affinity.Slots,
            (c, v) => c with { Affinity = c.Affinity with { Slots = v } },
            restart: true),
        OfValueOrNull<Key128>(
            "Affinity.Key",
            new KeyKind { OrNull = true, Hidden = true },
            c => c.Affinity.Key,
            (c, v) => c with { Affinity = c.Affinity with { Key = v } },
            restart: true),
        OfTextOrNull(
            "Affinity.ResponseHeader",
            Texts.HeaderName,
            c => c.Affinity.ResponseHeader,
            (c, v) => c with { Affinity = c.Affinity with { ResponseHeader = string.IsNullOrEmpty(v) ? null : v } }),

        OfFleet("Ramp.Duration", "00:00:00", Day, f => f.RampDuration, (f, v) => f with { RampDuration = v }),
        OfFleet("Ramp.Steps", 1, 256, f => f.RampSteps, (f, v) => f with { RampSteps = v }),
        Of(
            "Ramp.HoldBack",
            new FlagKind(),
            c => c.Fleet.RampHoldBack,
            (c, v) => c with { Fleet = c.Fleet with { RampHoldBack = v } }),
    ];

    private static readonly ConfigurationKey[] ForwardingAndRest =
    [
        OfForwarding(
            "Forwarding.ConnectTimeout",
            "00:00:00.05",
            "00:00:30",
            f => f.ConnectTimeout,
            (f, v) => f with { ConnectTimeout = v }),
        OfForwarding("Forwarding.FirstByteTimeout", "00:00:00.1", Hour, f => f.FirstByteTimeout, (f, v) => f with { FirstByteTimeout = v }),
        OfForwarding("Forwarding.IdleTimeout", Second, Day, f => f.IdleTimeout, (f, v) => f with { IdleTimeout = v }),
        OfValueOrNull(
            "Forwarding.HedgeAfter",
            DurationKind.Of("00:00:00.01", Hour, orNull: true),
            c => c.Forwarding.HedgeAfter,
            (c, v) => c with { Forwarding = c.Forwarding with { HedgeAfter = v } }),
        Of(
            "Forwarding.RetryStatuses",
            new ListKind<int>(StatusKind.ToRetry, "a list of status codes", "write a list, such as [502, 503]", most: 4) { IsDistinct = true },
            c => c.Forwarding.RetryStatuses,
            (c, v) => c with { Forwarding = c.Forwarding with { RetryStatuses = v } }),
        OfForwarding("Forwarding.RetryBudgetPercent", 0, 100, f => f.RetryBudgetPercent, (f, v) => f with { RetryBudgetPercent = (int)v }),
        OfForwarding("Forwarding.LargestRequestBody", 0, 1L << 40, f => f.LargestRequestBody, (f, v) => f with { LargestRequestBody = v }),
        OfForwarding(
            "Forwarding.MostConnections",
            100,
            1_000_000,
            f => f.MostConnections,
            (f, v) => f with { MostConnections = (int)v },
            restart: true),
        OfForwarding(
            "Forwarding.MostRequestsPerPod",
            0,
            PodsKind.MostRequests,
            f => f.MostRequestsPerPod,
            (f, v) => f with { MostRequestsPerPod = (int)v }),
        OfForwarding("Forwarding.QueueLength", 0, 100_000, f => f.QueueLength, (f, v) => f with { QueueLength = (int)v }),
        OfForwarding("Forwarding.QueueTimeout", "00:00:00", "00:01:00", f => f.QueueTimeout, (f, v) => f with { QueueTimeout = v }),
        OfForwarding("Forwarding.MostNewConnections", 0, 1_000_000, f => f.MostNewConnections, (f, v) => f with { MostNewConnections = (int)v }),
        OfForwarding("Forwarding.MostHandshakes", 0, 1_000_000, f => f.MostHandshakes, (f, v) => f with { MostHandshakes = (int)v }),
        OfForwarding("Forwarding.RetryAfterSeconds", 1, 3600, f => f.RetryAfterSeconds, (f, v) => f with { RetryAfterSeconds = (int)v }),

        OfStopping("Stopping.Grace", "00:10:00", s => s.Grace, (s, v) => s with { Grace = v }),
        OfStopping("Stopping.Deadline", Hour, s => s.Deadline, (s, v) => s with { Deadline = v }),
        OfStopping("Stopping.TakeoverDeadline", Hour, s => s.TakeoverDeadline, (s, v) => s with { TakeoverDeadline = v }),

        OfTextOrNull(
            "Alerts.Webhook",
            new WebhookKind { OrNull = true, Hidden = true },
            c => c.Alerts.Webhook,
            (c, v) => c with { Alerts = c.Alerts with { Webhook = v } }),
        Of("Alerts.Channels", new ChannelsKind(), c => c.Alerts.Channels, (c, v) => c with { Alerts = c.Alerts with { Channels = v } }, isFileOnly: true),
        Of(
            "Alerts.KeepTrying",
            DurationKind.Of("00:01:00", "30.00:00:00"),
            c => c.Alerts.KeepTrying,
            (c, v) => c with { Alerts = c.Alerts with { KeepTrying = v } }),
        OfTextOrNull(
            "Alerts.HeartbeatUrl",
            new WebhookKind { OrNull = true, Hidden = true },
            c => c.Alerts.HeartbeatUrl,
            (c, v) => c with { Alerts = c.Alerts with { HeartbeatUrl = v } }),
        Of(
            "Alerts.HeartbeatInterval",
            DurationKind.Of("00:00:05", Hour),
            c => c.Alerts.HeartbeatInterval,
            (c, v) => c with { Alerts = c.Alerts with { HeartbeatInterval = v } }),

        Of(
            "Log.Level",
            new ChoiceKind<string>("a log level", ("Debug", "Debug"), ("Information", "Information"), ("Warning", "Warning"), ("Error", "Error")),
            c => c.Log.Level,
            (c, v) => c with { Log = c.Log with { Level = v } }),
        Of("Log.Json", new FlagKind(), c => c.Log.Json, (c, v) => c with { Log = c.Log with { Json = v } }),

        Of(
            "TrustedProxies",
            new ListKind<System.Net.IPNetwork>(NetworkKind.OfProxies, "a list of networks", "write a list, such as [\"10.0.0.0/8\"]"),
            c => c.TrustedProxies,
            (c, v) => c with { TrustedProxies = v }),
    ];

    /// <summary>Every key.</summary>
    public static IReadOnlyList<ConfigurationKey> All { get; } =
        [.. ListenersAndPods, .. ProbingAndFailover, .. Traffic, .. AffinityAndRamp, .. ForwardingAndRest];

    /// <summary>The same by their whole key.</summary>
    public static FrozenDictionary<string, ConfigurationKey> ByPath { get; } = All.ToFrozenDictionary(key => key.Path, StringComparer.Ordinal);

    /// <summary>The names that the root may have: keys and sections.</summary>
    public static IReadOnlyCollection<string> RootNames { get; } =
        [.. All.Select(key => key.Section.Length == 0 ? key.Name : key.Section).Distinct(StringComparer.Ordinal)];

    /// <summary>The names within a section; empty when there is no such section.</summary>
    public static IReadOnlyCollection<string> NamesIn(string section) =>
        [.. All.Where(key => key.Section.Length > 0 && key.Section == section).Select(key => key.Name)];

    /// <summary>Every whole key.</summary>
    public static IReadOnlyCollection<string> Paths { get; } = [.. All.Select(key => key.Path)];

    private static ImmutableSortedDictionary<string, WrittenPod> GetPods(GateConfiguration c) => c.Fleet.Pods.ToImmutableSortedDictionary(
        pod => pod.Key,
        pod => new WrittenPod(pod.Value, c.PodChecks.GetValueOrDefault(pod.Key, PodChecks.None)),
        StringComparer.Ordinal);

    private static GateConfiguration SetPods(GateConfiguration c, ImmutableSortedDictionary<string, WrittenPod> pods) => c with
    {
        Fleet = c.Fleet with { Pods = pods.ToImmutableSortedDictionary(pod => pod.Key, pod => pod.Value.Settings, StringComparer.Ordinal) },
        PodChecks = pods.Where(pod => pod.Value.Checks != PodChecks.None)
            .ToImmutableSortedDictionary(pod => pod.Key, pod => pod.Value.Checks, StringComparer.Ordinal),
    };

    private static TextKind PathOrNull() => ListenKind.MakePath(orNull: true);

    private static GateConfiguration Admin(GateConfiguration c, Func<ListenSettings, ListenSettings> change) =>
        c with { Admin = c.Admin with { Listen = change(c.Admin.Listen) } };
}
