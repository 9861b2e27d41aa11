using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.TestKit;

namespace PodGate.Control.Tests;

/// <summary>When clients' requests are looked at, and what of them counts.</summary>
public sealed class TrafficWatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private readonly PodLoad[] _loads = [new(), new()];
    private readonly ManualTime _time = new();
    private readonly TrafficWatch _watch;
    private FleetView? _view;

    public TrafficWatchTests() => _watch = new TrafficWatch(_time);

    [Fact]
    public void Quiet_IsLookedAtNowAndThen()
    {
        Look(0).Should().NotBeNull();
        Look(0.1).Should().BeNull();
        Look(0.9).Should().BeNull();
        Look(1.0).Should().NotBeNull();
    }

    [Fact]
    public void AFailure_IsLookedAtAtOnce_AndOnce()
    {
        Look(0);
        Fail(0, 0.05);
        Look(0.1)!.Pods["pod-a"].Signs.Should().Be(1);
        Look(0.2).Should().BeNull("nothing new");
    }

    [Fact]
    public void ASlowAnswer_IsLookedAtSoon()
    {
        Look(0);
        _loads[0].Outcomes.Record(1, SlotOutcome.Fine, SlotOutcomes.MomentOf(Start.AddSeconds(0.1)), TimeSpan.FromSeconds(2));
        Look(0.1).Should().BeNull();
        Look(0.3).Should().NotBeNull();
    }

    [Fact]
    public void WhatEndedWhileTheGateWasLate_DoesNotCount()
    {
        Look(0);
        _watch.LatenessIn = (from, until) => from < Start.AddSeconds(9) && until > Start.AddSeconds(1) ? TimeSpan.FromSeconds(8) : TimeSpan.Zero;
        for (var slot = 0; slot < 20; slot++) Fail(slot, 9.0);
        Look(9.05)!.Pods.Should().BeEmpty();

        Fail(50, 9.5);
        Look(9.6)!.Pods.Should().BeEmpty("it ended just after");
        Fail(51, 10.5);
        Look(10.6)!.Pods["pod-a"].Signs.Should().Be(1);
    }

    [Fact]
    public void ALookThatTakesLong_IsFollowedByARest()
    {
        var watch = new TrafficWatch(new SlowTime());
        Look(0, watch).Should().NotBeNull("it takes 40 ms");
        Fail(0, 0.05);
        Look(0.1, watch).Should().BeNull();
        Look(0.35, watch).Should().BeNull("no more than a tenth of all time goes into looking");
        Look(0.4, watch).Should().NotBeNull();
    }

    [Fact]
    public void ASmallLateness_ExcusesNothing()
    {
        Look(0);
        _watch.LatenessIn = (_, _) => TimeSpan.FromMilliseconds(400);
        Fail(1, 0.1);
        Look(0.2)!.Pods["pod-a"].Signs.Should().Be(1);
    }

    private void Fail(int slot, double seconds) =>
        _loads[0].Outcomes.Record(slot, SlotOutcome.NoAnswer, SlotOutcomes.MomentOf(Start.AddSeconds(seconds)), TimeSpan.Zero);

    private TrafficPicture? Look(double seconds, TrafficWatch? watch = null)
    {
        var now = Start.AddSeconds(seconds);
        return (watch ?? _watch).Look(_view ??= View(), now);
    }

    private FleetView View()
    {
        string[] names = ["pod-a", "pod-b"];
        var settings = new FleetSettings
        {
            Pods = names.ToImmutableSortedDictionary(
                name => name,
                name => new PodSettings(name, new Uri($"http://{name}/"), new HealthSettings(new Uri($"http://{name}/health")), ImmutableSortedDictionary<string, string>.Empty),
                StringComparer.Ordinal),
        };
        var records = names.ToDictionary(
            name => name, name => new PodRecord(name, $"http://{name}/", 1, new PodIntent(IntentKind.Enabled, "configuration", "configured", Start), null, Start));
        var fleet = FleetReconfiguration.Begin(settings, records, null, 0);
        var routes = Ramp.Routes(fleet, Start, name => _loads[name == "pod-a" ? 0 : 1]);
        return new FleetView(fleet, new RoutingSnapshot(1, routes, new SlotHashing(new Key128(1, 2))), Start);
    }

    /// <summary>40 ms pass whenever somebody looks at it.</summary>
    private sealed class SlowTime : TimeProvider
    {
        private long _stamps;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => _stamps += 40;
    }
}
