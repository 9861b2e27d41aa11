using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.TestKit;

namespace PodGate.Control.Tests;

/// <summary>Slots that carry too much are told of, once, and when it is over.</summary>
public sealed class HeavySlotsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly PodLoad _a = new();
    private readonly PodLoad _b = new();
    private readonly List<SlotNotice> _notices = [];
    private readonly HeavySlots _slots;
    private int _percent = 30;

    public HeavySlotsTests()
    {
        _slots = new HeavySlots(View, _time);
        _slots.Noticed += _notices.Add;
    }

    public void Dispose() => _slots.Dispose();

    [Fact]
    public void ASlotThatCarriesALot_IsToldOfAfterFiveMinutes_AndWhenItIsOver()
    {
        for (var look = 0; look < HeavySlots.Looks - 1; look++) Pass(heavy: 200, others: 200);
        _notices.Should().BeEmpty("it may pass");
        Pass(heavy: 200, others: 200);
        _notices.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Slot = 7, Resolved = false });
        _notices[0].Sentence.Should().Be(
            "slot 7 carries 50 % of all requests (53 a second, on a) for five minutes: many customers behind one address, or one that asks very much");
        for (var look = 0; look < 3; look++) Pass(heavy: 200, others: 200);
        _notices.Should().HaveCount(1, "it is said once");
        for (var look = 0; look < HeavySlots.Looks; look++) Pass(heavy: 10, others: 400);
        _notices.Should().HaveCount(2);
        _notices[1].Should().Be(new SlotNotice(7, "slot 7 no longer carries more than 30 % of all requests", true));
    }

    [Theory]
    [InlineData(100, 200, 200, "switched off")]
    [InlineData(60, 200, 200, "below the limit")]
    [InlineData(30, 20, 20, "hardly any requests")]
    public void ASlotThatIsNotTooHeavy_IsNotToldOf(int percent, int heavy, int others, string because)
    {
        _percent = percent;
        for (var look = 0; look < 2 * HeavySlots.Looks; look++) Pass(heavy, others);
        _notices.Should().BeEmpty(because);
    }

    [Fact]
    public void ASlotOnTwoPods_IsOne()
    {
        for (var look = 0; look < HeavySlots.Looks; look++)
        {
            for (var i = 0; i < 100; i++) _b.Tally.Count(7);
            Pass(heavy: 100, others: 300);
        }

        _notices.Should().ContainSingle().Which.Sentence.Should().Contain("carries 40 % of all requests").And.Contain("on a, b");
    }

    [Fact]
    public void WhatIsRead_IsTheSumOfFiveMinutes()
    {
        _slots.Read().Should().BeSameAs(SlotsSeen.None);
        for (var look = 0; look < HeavySlots.Looks + 5; look++) Pass(heavy: 30, others: 10);
        var seen = _slots.Read();
        seen.Over.Should().Be(TimeSpan.FromMinutes(5));
        seen.Pods.Select(pod => (pod.Pod, pod.All)).Should().Equal(("a", 300), ("b", 100));
        seen.Pods[0].Heaviest.Should().Equal(new SlotCount(7, 300));
        seen.RateOf(300).Should().BeApproximately(8, 0.001);
    }

    private void Pass(int heavy, int others)
    {
        for (var i = 0; i < heavy; i++) _a.Tally.Count(7);
        for (var i = 0; i < others; i++) _b.Tally.Count(1000 + i);
        _time.Advance(HeavySlots.Pause);
    }

    private FleetView View()
    {
        var settings = new FleetSettings { Traffic = new TrafficSettings { HeavySlotPercent = _percent } };
        var fleet = FleetReconfiguration.Begin(settings, new Dictionary<string, PodRecord>(), null, 0);
        ImmutableArray<PodRoute> routes = [Route(0, "a", _a), Route(1, "b", _b)];
        return new FleetView(fleet, new RoutingSnapshot(1, routes, new SlotHashing(new Key128(1, 2), 256)), _time.GetUtcNow());
    }

    private static PodRoute Route(int index, string name, PodLoad load) =>
        new(index, name, new Uri("http://127.0.0.1:9"), [], Admission.Serving, PodRoute.FullShare, load);
}
