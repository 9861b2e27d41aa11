using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Takeover;
using PodGate.Core.Routing;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Takeover;

/// <summary>Two processes of one gate after a take-over: the old one goes by what the new one decides, and its share of what runs counts in the new one.</summary>
public sealed class FollowingTests : IAsyncLifetime, IDisposable
{
    private static readonly SlotHashing Hashing = new(new Key128(1, 2), 256);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly PodLoad _oldA = new();
    private readonly PodLoad _youngA = new();
    private readonly PodLoad _youngB = new();
    private Board _youngBoard = null!;
    private RelayedRouting _old = null!;
    private LinePair _lines = null!;
    private Predecessor _predecessor = null!;
    private Successor _successor = null!;

    public async Task InitializeAsync()
    {
        _lines = await LinePair.MakeAsync();
        var oldBoard = new Board(Snapshot(7, (_oldA, Admission.Serving), (new PodLoad(), Admission.Serving)));
        _old = new RelayedRouting(oldBoard);
        _youngBoard = new Board(Snapshot(1, (_youngA, Admission.Serving), (_youngB, Admission.Serving)));
        _successor = new Successor(_lines.Old, _old, () => 5, new TakeoverPatience(), TimeProvider.System, NullLogger.Instance);
    }

    public async Task DisposeAsync()
    {
        await _successor.DisposeAsync();
        await _predecessor.DisposeAsync();
    }

    public void Dispose() => _lines.Dispose();

    [Fact]
    public async Task WhatRunsInTheOldOne_CountsInTheNewOne()
    {
        _oldA.Enter();
        _oldA.Sent();
        Begin();
        await Soon.BeTrueAsync(() => _youngA is { InFlight: 1, Unsent: 0 } && _youngB.InFlight == 0, "the old one's request is counted, and nothing more");
        _predecessor.Connections.Should().Be(5);
        _youngA.Enter();
        _youngA.InFlight.Should().Be(2, "it is the sum of both");
        _oldA.Leave();
        await Soon.BeTrueAsync(() => _youngA.InFlight == 1, "the old one's request has ended");
    }

    [Fact]
    public async Task ADrain_IsInEffectInTheOldOne_BeforeItIsAcknowledgedInTheNewOne()
    {
        Begin();
        await Soon.BeTrueAsync(() => _youngA.Unsent == 0, "the first snapshot is confirmed");

        // A request of the old one that has picked the pod and is not sent yet.
        _oldA.Enter();
        var farewell = new Farewell(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 3, 2, 12, 1, 0, TimeSpan.Zero));
        _youngBoard.Publish(Snapshot(2, (_youngA, Admission.Excluded), (_youngB, Admission.Serving), farewell: farewell, moves: true));
        _youngA.Unsent.Should().Be(1, "from the very moment of the publication");
        await Soon.BeTrueAsync(() => _old.Current.Pods[0].Admission == Admission.Excluded, "the old one excludes it as well");
        _old.Current.Pods[0].Should().BeEquivalentTo(new { Farewell = farewell, MovesWaiting = true });
        _old.Current.Pods[0].Load.Should().BeSameAs(_oldA);
        await Task.Delay(300);
        _youngA.Unsent.Should().Be(1, "somebody there is still between picking and sending");
        _oldA.Sent();
        await Soon.BeTrueAsync(() => _youngA.Unsent == 0, "the old one has confirmed it");
        _youngA.InFlight.Should().Be(1, "it runs there");
    }

    [Fact]
    public async Task APodThatLeftTheConfiguration_GetsNothingNewInTheOldOne_AndMayFinishThere()
    {
        Begin();
        _youngBoard.Publish(Snapshot(2, only: "pod-b"));
        await Soon.BeTrueAsync(() => _old.Current.Pods[0].Admission == Admission.Excluded, "pod-a gets nothing new");
        _old.Current.Pods.Select(pod => pod.Name).Should().Equal("pod-a", "pod-b");
    }

    [Fact]
    public async Task ANewKey_IsFollowed()
    {
        Begin();
        var other = new SlotHashing(new Key128(3, 4), 512, 24, 48);
        _youngBoard.Publish(new RoutingSnapshot(2, _youngBoard.Current.Pods, other));
        await Soon.BeTrueAsync(() => _old.Current.Hashing.Slots == 512, "the old one counts slots anew");
        HashingSaid.Of(_old.Current.Hashing).Should().Be(HashingSaid.Of(other));
    }

    [Fact]
    public async Task Pins_AreFollowed()
    {
        Begin();
        var pins = Pins.Of([new Pin(System.Net.IPNetwork.Parse("10.0.0.0/8"), "pod-b", PinOtherwise.Refuse), new Pin(System.Net.IPNetwork.Parse("fd00::/8"), "pod-a")]);
        _youngBoard.Publish(_youngBoard.Current.Next(_youngBoard.Current.Pods, pins));
        await Soon.BeTrueAsync(() => _old.Current.Pins.Equals(pins), "the old one pins the same networks");
        _youngBoard.Publish(_youngBoard.Current.Next(_youngBoard.Current.Pods, Pins.None));
        await Soon.BeTrueAsync(() => _old.Current.Pins.IsEmpty, "and none");
    }

    [Fact]
    public async Task WhenTheOldOneIsGone_NothingOfItCounts()
    {
        _oldA.Enter();
        Begin();
        await Soon.BeTrueAsync(() => _youngA.Elsewhere == 1, "it is counted");
        await _successor.DisposeAsync();
        await Soon.BeTrueAsync(() => _youngA is { InFlight: 0, Unsent: 0 } && !_predecessor.IsThere, "it is gone");
        _youngBoard.Publish(Snapshot(3, (_youngA, Admission.Excluded), (_youngB, Admission.Serving)));
        _youngA.Unsent.Should().Be(0, "nobody is left to wait for");
    }

    [Fact]
    public async Task WhenTheOldOneListensNoLonger_WhatItStillSaysDoesNotCount()
    {
        Follow();
        await Soon.BeTrueAsync(() => _lines.OldSocket.Available > 0, "the old one is told something");
        _lines.YoungSocket.Shutdown(SocketShutdown.Send);
        _youngBoard.Publish(Snapshot(2, (_youngA, Admission.Excluded), (_youngB, Admission.Serving)));
        await Soon.BeTrueAsync(() => !_predecessor.IsThere, "it cannot be told anything");
        await _lines.Old.SayAsync(new Running(1, 5, ImmutableDictionary<string, long>.Empty.Add("pod-a", 1)), Patience, CancellationToken.None);
        await Soon.BeTrueAsync(() => _lines.YoungSocket.Available == 0, "what it said is heard");
        await _predecessor.DisposeAsync();
        _youngA.InFlight.Should().Be(0, "nobody would ever take it away again, and the pod would never be empty");
    }

    [Fact]
    public async Task WhenTheNewOneIsGone_TheLastDecisionStands()
    {
        Begin();
        _youngBoard.Publish(Snapshot(2, (_youngA, Admission.Excluded), (_youngB, Admission.Serving)));
        await Soon.BeTrueAsync(() => _old.Current.Pods[0].Admission == Admission.Excluded, "it is followed");
        await _predecessor.DisposeAsync();
        await Task.Delay(300);
        _old.Current.Pods.Select(pod => pod.Admission).Should().Equal(Admission.Excluded, Admission.Serving);
    }

    [Fact]
    public async Task APodThatStillGetsRequests_HoldsNoDecisionUp()
    {
        Begin();
        _youngBoard.Publish(Snapshot(2, (_youngA, Admission.Serving), (_youngB, Admission.Standby)));
        await Soon.BeTrueAsync(() => _youngB.Unsent == 0, "it is confirmed");

        // Somebody is always between picking it and sending.
        _old.Current.Pods[1].Load.Enter();
        var begin = TimeProvider.System.GetTimestamp();
        _youngBoard.Publish(Snapshot(3, (_youngA, Admission.Excluded), (_youngB, Admission.Standby)));
        await Soon.BeTrueAsync(() => _youngA.Unsent == 0, "it is confirmed");
        TimeProvider.System.GetElapsedTime(begin).Should().BeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task WhenTheNewOneFollowsItNoLonger_NothingOfItCounts()
    {
        _oldA.Enter();
        Begin();
        await Soon.BeTrueAsync(() => _youngA.Elsewhere == 1, "it is counted");
        await _predecessor.DisposeAsync();
        (_youngA.InFlight, _youngA.Unsent, _predecessor.IsThere).Should().Be((0, 0, false));
    }

    [Fact]
    public async Task WhenTheOldOneCannotFollow_TheNewOneHearsOfItAtOnce()
    {
        Begin();
        await Soon.BeTrueAsync(() => _youngA.Unsent == 0, "the first snapshot is confirmed");
        _old.Follow(snapshot =>
        {
            if (snapshot.Pods[0].Admission == Admission.Excluded) throw new InvalidDataException("a fault of the old process");
        });
        _youngBoard.Publish(Snapshot(2, (_youngA, Admission.Excluded), (_youngB, Admission.Serving)));
        await Soon.BeTrueAsync(() => !_predecessor.IsThere && _youngA.Unsent == 0, "nobody waits for its confirmation");
    }

    private void Begin()
    {
        _successor.Begin();
        Follow();
    }

    private void Follow() =>
        _predecessor = new Predecessor(_lines.Young, 4711, _youngBoard, new TakeoverPatience(), TimeProvider.System, NullLogger.Instance);

    private static RoutingSnapshot Snapshot(
        long version, (PodLoad Load, Admission Admission) a, (PodLoad Load, Admission Admission) b, Farewell? farewell = null, bool moves = false) => new(
        version,
        [
            Route(0, "pod-a", a.Load, a.Admission) with { Farewell = farewell, MovesWaiting = moves },
            Route(1, "pod-b", b.Load, b.Admission),
        ],
        Hashing);

    private RoutingSnapshot Snapshot(long version, string only) => new(version, [Route(0, only, _youngB, Admission.Serving)], Hashing);

    private static PodRoute Route(int index, string name, PodLoad load, Admission admission) => new(
        index, name, new Uri($"http://{name}/"), ImmutableArray.Create(new IPEndPoint(IPAddress.Loopback, 80)), admission, PodRoute.FullShare, load);

    /// <summary>Where a test publishes.</summary>
    private sealed class Board(RoutingSnapshot first) : IRoutingSource
    {
        private readonly List<Action<RoutingSnapshot>> _followers = [];

        public RoutingSnapshot Current { get; private set; } = first;

        public void Follow(Action<RoutingSnapshot> follower)
        {
            _followers.Add(follower);
            follower(Current);
        }

        public void Publish(RoutingSnapshot snapshot)
        {
            Current = snapshot;
            foreach (var follower in _followers) follower(snapshot);
        }
    }
}
