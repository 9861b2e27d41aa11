using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Routing;

namespace PodGate.Proxy.Tests.Rig;

/// <summary>A routing source as the gatekeeper is one: publishes snapshots on the caller's thread.</summary>
public sealed class Board : IRoutingSource
{
    private readonly SlotHashing _hashing = new(new Key128(0x0123456789abcdef, 0xfedcba9876543210));
    private readonly List<Action<RoutingSnapshot>> _followers = [];
    private readonly Dictionary<string, PodLoad> _loads = [];
    private readonly SortedDictionary<string, PodRoute> _pods = new(StringComparer.Ordinal);

    private Pins _pins = Pins.None;

    public Board() => Current = new RoutingSnapshot(0, [], _hashing);

    public RoutingSnapshot Current { get; private set; }

    public void Follow(Action<RoutingSnapshot> follower)
    {
        _followers.Add(follower);
        follower(Current);
    }

    public PodLoad Load(string pod) => _loads[pod];

    public Board Put(string name, IPEndPoint endpoint, string scheme = "http", string path = "") =>
        Put(name, new Uri($"{scheme}://{endpoint}{path}"), [endpoint]);

    public Board Put(string name, Uri address, ImmutableArray<IPEndPoint> endpoints)
    {
        if (!_loads.TryGetValue(name, out var load)) _loads[name] = load = new PodLoad();
        _pods[name] = new PodRoute(0, name, address, endpoints, Admission.Serving, PodRoute.FullShare, load);
        return Publish();
    }

    public Board Admit(string name, Admission admission, bool sick = true)
    {
        _pods[name] = _pods[name] with { Admission = admission, MovesWaiting = sick && admission != Admission.Serving };
        return Publish();
    }

    /// <summary>The pod gives its clients up, as a drained one does.</summary>
    public Board Leave(string name, Farewell farewell, Admission admission = Admission.Excluded)
    {
        _pods[name] = _pods[name] with { Admission = admission, Farewell = farewell };
        return Publish();
    }

    /// <summary>The network's clients belong to the pod.</summary>
    public Board Pin(string network, string pod, PinOtherwise otherwise = PinOtherwise.Spread)
    {
        _pins = Pins.Of([.. _pins.All, new Pin(IPNetwork.Parse(network), pod, otherwise)]);
        return Publish();
    }

    public Board Remove(string name)
    {
        _pods.Remove(name);
        return Publish();
    }

    public string OwnerOf(string client) => Current.Owner(_hashing.SlotOf(IPAddress.Parse(client)))!.Name;

    public int SlotOf(string client) => _hashing.SlotOf(IPAddress.Parse(client));

    /// <summary>A loopback address whose owner is the pod.</summary>
    public string ClientOf(string pod) =>
        Enumerable.Range(1, 250).Select(last => $"127.0.0.{last}").First(client => OwnerOf(client) == pod);

    private Board Publish()
    {
        var pods = _pods.Values.Select((pod, index) => pod with { Index = index }).ToImmutableArray();
        Current = new RoutingSnapshot(Current.Version + 1, pods, _hashing, pins: _pins);
        foreach (var follower in _followers) follower(Current);
        return this;
    }
}
