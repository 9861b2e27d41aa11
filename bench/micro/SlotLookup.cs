using System.Net;
using BenchmarkDotNet.Attributes;
using PodGate.Core.Routing;

namespace Micro;

/// <summary>A client's address -> slot -> pod: what every request pays to be routed. Must allocate nothing.</summary>
[MemoryDiagnoser]
public class SlotLookup
{
    // More than a branch predictor learns by heart, fewer than the first cache holds.
    private const int Clients = 256;

    private RoutingSnapshot _snapshot = null!;
    private IPAddress[] _four = [];
    private IPAddress[] _six = [];

    [Params(3, 1000)]
    public int Pods { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _snapshot = Fleets.Of(Pods).Snapshot();
        _four = [.. Enumerable.Range(0, Clients).Select(index => IPAddress.Parse($"203.0.113.{index}"))];
        _six = [.. Enumerable.Range(0, Clients).Select(index => IPAddress.Parse($"2001:db8:0:{index:x}::1"))];
    }

    [Benchmark(OperationsPerInvoke = Clients)]
    public int IPv4() => Route(_four);

    [Benchmark(OperationsPerInvoke = Clients)]
    public int IPv6() => Route(_six);

    private int Route(IPAddress[] clients)
    {
        var snapshot = _snapshot;
        var sum = 0;
        foreach (var client in clients) sum += snapshot.Owner(snapshot.Hashing.SlotOf(client))!.Index;
        return sum;
    }
}
