using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace Micro;

/// <summary>Fleets of open pods, with the counters that a gate keeps of each.</summary>
internal sealed class Fleets
{
    private readonly ImmutableDictionary<string, PodLoad> _loads;

    private Fleets(Fleet whole) => (Whole, _loads) = (whole, whole.Pods.Keys.ToImmutableDictionary(name => name, _ => new PodLoad(), StringComparer.Ordinal));

    /// <summary>The moment of everything here; no benchmark depends on the time of day.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The default number of slots; the key is any, the same in every run.</summary>
    public static SlotHashing Hashing { get; } = new(new Key128(0x0706050403020100, 0x0f0e0d0c0b0a0908));

    /// <summary>All pods open.</summary>
    public Fleet Whole { get; }

    /// <summary>The same fleet a moment after the pod in the middle was latched: what the gatekeeper makes its next table of.</summary>
    public Fleet WithoutOne
    {
        get
        {
            var pod = Whole.Pods.Values.ElementAt(Whole.Pods.Count / 2);
            var latch = new Latch("latch", Cause.Refused, $"{pod.Name} refused 3 connections in a row", Now, []);
            var latched = pod with { Record = pod.Record with { Version = 2, Latch = latch }, State = PodState.Latched, StateSince = Now };
            return Whole with { Pods = Whole.Pods.SetItem(pod.Name, latched) };
        }
    }

    public static Fleets Of(int pods)
    {
        var all = Enumerable.Range(0, pods).Select(Open).ToImmutableSortedDictionary(pod => pod.Name, pod => pod, StringComparer.Ordinal);
        var settings = new FleetSettings { Pods = all.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.Settings, StringComparer.Ordinal) };
        return new Fleets(new Fleet { Settings = settings, Pods = all, Running = true, InTraffic = pods });
    }

    public PodLoad LoadOf(string pod) => _loads[pod];

    public ImmutableArray<PodRoute> Routes(Fleet fleet) => Ramp.Routes(fleet, Now, LoadOf);

    public RoutingSnapshot Snapshot() => new(1, Routes(Whole), Hashing);

    private static Pod Open(int index)
    {
        var (name, address) = ($"pod-{index:0000}", new IPEndPoint(0x0100000a + (index << 16), 8080));
        var url = new Uri($"http://{address}/");
        var intent = new PodIntent(IntentKind.Enabled, "configuration", "", Now);
        return new Pod
        {
            Settings = new PodSettings(name, url, new HealthSettings(new Uri(url, "health")), ImmutableSortedDictionary<string, string>.Empty),
            Record = new PodRecord(name, url.ToString(), 1, intent, null, Now),
            State = PodState.Open,
            StateSince = Now,
            Endpoints = [address],
        };
    }
}
