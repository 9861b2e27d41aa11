using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Configuration.Reading;

/// <summary>One row of the table of keys: how a key is read into a configuration, and shown from one.</summary>
internal sealed class ConfigurationKey
{
    private readonly ObjectMember<GateConfiguration> _member;

    private ConfigurationKey(string path, ObjectMember<GateConfiguration> member)
    {
        Path = path;
        _member = member;
    }

    /// <summary>The whole key, such as <c>Probing.Interval</c>.</summary>
    public string Path { get; }

    /// <summary>The section, empty for a key of the root.</summary>
    public string Section => Path[..Math.Max(0, Path.IndexOf('.', StringComparison.Ordinal))];

    /// <summary>The name within the section.</summary>
    public string Name => _member.Name;

    /// <summary>The <see cref="ValueKind{T}"/>.</summary>
    public object Kind => _member.Kind;

    /// <summary>A change is refused while the gate runs.</summary>
    public bool NeedsRestart { get; private init; }

    /// <summary>It is too large for the environment: an object of objects with names that people choose.</summary>
    public bool IsFileOnly { get; private init; }

    /// <summary>The environment writes one variable an item.</summary>
    public bool IsList { get; private init; }

    /// <summary>The keys of an item (or a pod) that is an object.</summary>
    public IReadOnlyList<string> ItemKeys { get; private init; } = [];

    /// <summary>The value is never shown.</summary>
    public bool Hidden { get; private init; }

    /// <summary>Null is right too.</summary>
    public bool OrNull => _member.IsNullRight;

    /// <summary>Reads the value into a configuration; after a complaint the configuration is the one that was given.</summary>
    public GateConfiguration Read(GateConfiguration into, WrittenValue written, Findings findings) =>
        _member.TryRead(into, written, Path, findings, out var value) ? value : into;

    /// <summary>The value in a configuration, as it would be written.</summary>
    public string Show(GateConfiguration configuration) => _member.Show(configuration);

    /// <summary>A key whose value is always there.</summary>
    public static ConfigurationKey Of<T>(
        string path,
        ValueKind<T> kind,
        Func<GateConfiguration, T> get,
        Func<GateConfiguration, T, GateConfiguration> set,
        bool restart = false,
        bool isFileOnly = false)
        where T : notnull =>
        new(path, ObjectMember<GateConfiguration>.Of(NameOf(path), kind, get, set))
        {
            NeedsRestart = restart,
            IsFileOnly = isFileOnly,
            IsList = kind.IsList,
            ItemKeys = kind.ItemKeys,
            Hidden = kind.Hidden,
        };

    /// <summary>A key whose value may be null; for values such as numbers.</summary>
    public static ConfigurationKey OfValueOrNull<T>(
        string path, ValueKind<T> kind, Func<GateConfiguration, T?> get, Func<GateConfiguration, T?, GateConfiguration> set, bool restart = false)
        where T : struct =>
        new(path, ObjectMember<GateConfiguration>.OfValueOrNull(NameOf(path), kind, get, set)) { NeedsRestart = restart, Hidden = kind.Hidden };

    /// <summary>A key whose value may be null; for values such as texts.</summary>
    public static ConfigurationKey OfTextOrNull<T>(
        string path, ValueKind<T> kind, Func<GateConfiguration, T?> get, Func<GateConfiguration, T?, GateConfiguration> set, bool restart = false)
        where T : class =>
        new(path, ObjectMember<GateConfiguration>.OfTextOrNull(NameOf(path), kind, get, set)) { NeedsRestart = restart, Hidden = kind.Hidden };

    /// <summary>A duration of the fleet.</summary>
    public static ConfigurationKey OfFleet(
        string path, string least, string most, Func<FleetSettings, TimeSpan> get, Func<FleetSettings, TimeSpan, FleetSettings> set) =>
        Of(path, Duration(least, most), c => get(c.Fleet), (c, v) => c with { Fleet = set(c.Fleet, v) });

    /// <summary>A number of the fleet.</summary>
    public static ConfigurationKey OfFleet(
        string path, int least, int most, Func<FleetSettings, int> get, Func<FleetSettings, int, FleetSettings> set) =>
        Of(path, new WholeNumberKind(least, most), c => get(c.Fleet), (c, v) => c with { Fleet = set(c.Fleet, (int)v) });

    /// <summary>A number of the fleet where 0 means never.</summary>
    public static ConfigurationKey OfFleetOrNever(
        string path, int least, int most, Func<FleetSettings, int> get, Func<FleetSettings, int, FleetSettings> set) =>
        Of(
            path,
            new WholeNumberKind(least, most) { OrZero = true },
            c => get(c.Fleet),
            (c, v) => c with { Fleet = set(c.Fleet, (int)v) });

    /// <summary>A duration of the judging of traffic.</summary>
    public static ConfigurationKey OfTraffic(
        string path, string least, string most, Func<TrafficSettings, TimeSpan> get, Func<TrafficSettings, TimeSpan, TrafficSettings> set) =>
        OfFleet(path, least, most, f => get(f.Traffic), (f, v) => f with { Traffic = set(f.Traffic, v) });

    /// <summary>A number of the judging of traffic.</summary>
    public static ConfigurationKey OfTraffic(
        string path, int least, int most, Func<TrafficSettings, int> get, Func<TrafficSettings, int, TrafficSettings> set) =>
        OfFleet(path, least, most, f => get(f.Traffic), (f, v) => f with { Traffic = set(f.Traffic, v) });

    /// <summary>A duration of forwarding.</summary>
    public static ConfigurationKey OfForwarding(
        string path, string least, string most, Func<ForwardingSettings, TimeSpan> get, Func<ForwardingSettings, TimeSpan, ForwardingSettings> set) =>
        Of(path, Duration(least, most), c => get(c.Forwarding), (c, v) => c with { Forwarding = set(c.Forwarding, v) });

    /// <summary>A number of forwarding.</summary>
    public static ConfigurationKey OfForwarding(
        string path,
        long least,
        long most,
        Func<ForwardingSettings, long> get,
        Func<ForwardingSettings, long, ForwardingSettings> set,
        bool restart = false) =>
        Of(path, new WholeNumberKind(least, most), c => get(c.Forwarding), (c, v) => c with { Forwarding = set(c.Forwarding, v) }, restart);

    /// <summary>A duration of stopping.</summary>
    public static ConfigurationKey OfStopping(
        string path, string most, Func<StoppingSettings, TimeSpan> get, Func<StoppingSettings, TimeSpan, StoppingSettings> set) =>
        Of(path, Duration("00:00:00", most), c => get(c.Stopping), (c, v) => c with { Stopping = set(c.Stopping, v) });

    private static DurationKind Duration(string least, string most) => DurationKind.Of(least, most);

    private static string NameOf(string path) => path[(path.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
