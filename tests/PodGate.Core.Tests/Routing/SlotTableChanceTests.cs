using System.Diagnostics;
using System.Net;
using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Routing;

/// <summary>
/// Shares are even within what chance explains. Each bound is one that an ideal table would break once in a million keys; the keys are
/// fixed, so the answer is always the same.
/// </summary>
public sealed class SlotTableChanceTests(ITestOutputHelper output)
{
    private const int Slots = SlotHashing.DefaultSlots;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(12)]
    public void SlotCounts_OpenPods_AreEven(int pods)
    {
        const int Keys = 30;
        var total = 0.0;
        for (var key = 1; key <= Keys; key++)
        {
            var number = Chance.ChiSquare([.. Fleets.Open(key, pods).Snapshot(Slots).SlotCounts.Select(count => (long)count)]);
            number.Should().BeLessThan(Chance.ChiSquareOneInAMillion(pods - 1), $"key {key}");
            total += number;
        }

        // All keys together: not less even than chance, and not more even either (then the pods' numbers would not be independent).
        output.WriteLine($"{pods} pods, {Keys} keys: chi-square {total:F1}, {Keys * (pods - 1)} expected");
        total.Should().BeLessThan(Chance.ChiSquareOneInAMillion(Keys * (pods - 1)));
        total.Should().BeGreaterThan((Keys * (pods - 1)) - (Chance.OneInAMillion * Math.Sqrt(2.0 * Keys * (pods - 1))));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void Leaving_OpenPod_SpreadsItsSlotsEvenlyOverTheOthers(int pods)
    {
        for (var key = 1; key <= 10; key++)
        {
            var fleet = Fleets.Open(key, pods);
            var before = fleet.Snapshot(Slots);
            var after = fleet.With(new PodCase("pod-2", Admission.Excluded)).Snapshot(Slots);
            var gains = after.Pods.Where(pod => pod.Name != "pod-2").Select(pod => (long)(after.SlotCounts[pod.Index] - before.SlotCounts[pod.Index])).ToArray();

            gains.Sum().Should().Be(before.SlotCounts[before.Pods.Single(pod => pod.Name == "pod-2").Index]);
            Chance.ChiSquare(gains).Should().BeLessThan(Chance.ChiSquareOneInAMillion(pods - 2), $"key {key}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(26)]
    [InlineData(128)]
    [InlineData(255)]
    public void Ramp_AtAShare_HasThatShareOfItsOwnSlots(int share)
    {
        for (var key = 1; key <= 10; key++)
        {
            var fleet = Fleets.Open(key, 3);
            var own = fleet.Snapshot(Slots).SlotCounts[1];
            var has = fleet.With(new PodCase("pod-2", Admission.Serving, share)).Snapshot(Slots).SlotCounts[1];

            Math.Abs(Chance.Deviations(has, own, share / (double)PodRoute.FullShare)).Should().BeLessThan(Chance.OneInAMillion, $"key {key}");
        }
    }

    [Fact]
    public void Ramp_TwoPodsAtHalf_AreIndependentOfEachOther()
    {
        // Slots that go to neither of two half-open pods that would both rank before the third: a quarter of those where the third is last.
        var fleet = Fleets.Open(11, 3);
        var open = fleet.Snapshot(Slots);
        var half = fleet.With(new PodCase("pod-1", Admission.Serving, 128)).With(new PodCase("pod-2", Admission.Serving, 128)).Snapshot(Slots);
        long last = 0, itsOwn = 0;
        for (var slot = 0; slot < Slots; slot++)
        {
            if (open.Next(slot, ["pod-1"])!.Name == "pod-3" || open.Next(slot, ["pod-2"])!.Name == "pod-3") continue;
            last++;
            if (half.Owner(slot)!.Name == "pod-3") itsOwn++;
        }

        Math.Abs(Chance.Deviations(last, Slots, 1 / 3.0)).Should().BeLessThan(Chance.OneInAMillion);
        Math.Abs(Chance.Deviations(itsOwn, last, 0.25)).Should().BeLessThan(Chance.OneInAMillion);
    }

    [Fact]
    public void Build_OtherKey_OtherTable()
    {
        // Two independent tables of three pods agree on a third of the slots.
        var fleet = Fleets.Open(1, 3);
        var other = fleet with { Key = new Key128(fleet.Key.Low ^ 1, fleet.Key.High) };

        var same = fleet.Owners(Slots).Zip(other.Owners(Slots)).Count(pair => pair.First == pair.Second);

        Math.Abs(Chance.Deviations(same, Slots, 1 / 3.0)).Should().BeLessThan(Chance.OneInAMillion);
    }

    [Fact]
    public void Owner_NeighbouringClients_AreSpreadEvenlyOverThePods()
    {
        // The whole way from address to pod: 65,536 neighbours. They meet slots at random, so a pod's count varies with the table as well
        // as with the addresses; the bound allows for both (twice the variance).
        var snapshot = Fleets.Open(2, 3).Snapshot(Slots);
        var clients = new long[3];
        for (var i = 0; i < 65_536; i++)
            clients[snapshot.Owner(snapshot.Hashing.SlotOf(new IPAddress([10, 9, (byte)(i >> 8), (byte)i])))!.Index]++;

        (Chance.ChiSquare(clients) / 2).Should().BeLessThan(Chance.ChiSquareOneInAMillion(2));
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(100, 100)]
    public void Build_ManySlots_IsFast(int pods, int milliseconds)
    {
        // The aim is for optimised code; tests run unoptimised on busy machines, hence twenty times as much before it fails.
        var fleet = Fleets.Open(1, pods);
        var routes = Fleets.Routes(fleet.Pods);
        var hashing = new SlotHashing(fleet.Key);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 8; i++)
        {
            var started = Stopwatch.GetTimestamp();
            _ = new RoutingSnapshot(i, routes, hashing);
            var took = Stopwatch.GetElapsedTime(started);
            if (took < best) best = took;
        }

        output.WriteLine($"{pods} pods x {Slots} slots: {best.TotalMilliseconds:F2} ms at best, {milliseconds} ms wanted when optimised");
        best.Should().BeLessThan(TimeSpan.FromMilliseconds(20 * milliseconds));
    }
}
