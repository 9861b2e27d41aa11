using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace Micro;

/// <summary>What the gatekeeper pays for the next table of 65,536 slots; while it builds one, no other input of the fleet is taken.</summary>
[MemoryDiagnoser]
public class SnapshotBuild
{
    private Fleets _fleets = null!;
    private RoutingSnapshot _before = null!;
    private ImmutableArray<PodRoute> _routes;
    private Fleet _after = null!;

    [Params(3, 100, 1000)]
    public int Pods { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _fleets = Fleets.Of(Pods);
        _before = _fleets.Snapshot();
        _routes = _fleets.Routes(_fleets.Whole);
        _after = _fleets.WithoutOne;
        if (ReferenceEquals(Publish(_after), _before)) throw new InvalidOperationException("A pod was latched and the table stayed the same.");
        if (!ReferenceEquals(Publish(_fleets.Whole), _before)) throw new InvalidOperationException("Nothing happened and there is another table.");
    }

    /// <summary>The table alone, of pods that are all in the traffic.</summary>
    [Benchmark]
    public RoutingSnapshot Whole() => new(1, _routes, Fleets.Hashing);

    /// <summary>One pod is latched: the routes, the comparison with those in force, and the new table.</summary>
    [Benchmark]
    public RoutingSnapshot OnePodLeaves() => Publish(_after);

    /// <summary>Nothing moves, as after almost every probe and tick: the routes and the comparison.</summary>
    [Benchmark]
    public RoutingSnapshot NothingMoves() => Publish(_fleets.Whole);

    // As Gatekeeper.Publish does it.
    private RoutingSnapshot Publish(Fleet fleet)
    {
        var routes = Ramp.Routes(fleet, Fleets.Now, _fleets.LoadOf, _before.Pods);
        return routes == _before.Pods ? _before : _before.Next(routes);
    }
}
