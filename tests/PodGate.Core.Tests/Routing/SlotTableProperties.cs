using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Routing;

/// <summary>What holds for every fleet.</summary>
public sealed class SlotTableProperties(ITestOutputHelper output)
{
    [Fact]
    public void Owner_AnyPodMayServe_EverySlotHasOneOfTheBestTier() => FleetProperty.Holds(output, fleet =>
    {
        var snapshot = fleet.Snapshot();
        var serving = fleet.Pods.Any(pod => pod.Admission == Admission.Serving);
        var standby = fleet.Pods.Any(pod => pod.Admission == Admission.Standby);
        Admission? expected = serving ? Admission.Serving : standby ? Admission.Standby : null;

        for (var slot = 0; slot < Fleets.Slots; slot++) (snapshot.Owner(slot)?.Admission).Should().Be(expected);
        snapshot.SlotCounts.Sum().Should().Be(expected is null ? 0 : Fleets.Slots);
    });

    [Fact]
    public void OwnerAndNext_ExcludedOrClosed_NeverAreThese() => FleetProperty.Holds(output, fleet =>
    {
        var snapshot = fleet.Snapshot();
        for (var slot = 0; slot < Fleets.Slots; slot++)
        {
            var tried = new List<string>();
            for (var pod = snapshot.Owner(slot); pod is not null; pod = snapshot.Next(slot, tried.ToArray()))
            {
                pod.Admission.Should().BeOneOf(Admission.Serving, Admission.Standby);
                tried.Should().NotContain(pod.Name);
                tried.Add(pod.Name);
            }

            // Retries go through every pod that may serve, all that are in the traffic first, and then end.
            var kinds = tried.Select(name => fleet.Pods.Single(pod => pod.Name == name).Admission).ToArray();
            kinds.Should().BeInAscendingOrder();
            kinds.Should().HaveCount(fleet.Pods.Count(pod => pod.Admission is Admission.Serving or Admission.Standby));
        }
    });

    [Theory]
    [InlineData(Admission.Standby)]
    [InlineData(Admission.Excluded)]
    [InlineData(Admission.Closed)]
    public void Leaving_AnyPod_MovesExactlyItsSlots(Admission leaves) => FleetProperty.Holds(
        output,
        fleet => fleet.Picked.Admission == Admission.Serving,
        fleet =>
        {
            var pod = fleet.Picked;
            var before = fleet.Owners();
            var after = fleet.With(pod with { Admission = leaves }).Owners();
            var alone = leaves == Admission.Standby && fleet.Pods.Count(other => other.Admission == Admission.Serving) == 1;

            for (var slot = 0; slot < Fleets.Slots; slot++)
            {
                if (before[slot] != pod.Name) after[slot].Should().Be(before[slot], $"slot {slot} is none of {pod.Name}");
                else if (!alone) after[slot].Should().NotBe(pod.Name, $"{pod.Name} has left slot {slot}");
            }
        });

    /// <summary>A table that was made from the one before it, again and again, is the one that is made anew.</summary>
    [Fact]
    public void Next_AfterAnyChanges_IsTheTableMadeAnew() => FleetProperty.Holds(output, fleet =>
    {
        var random = new Random(fleet.Seed);
        var snapshot = fleet.Snapshot();
        for (var change = 0; change < 12; change++)
        {
            for (var pods = random.Next(1, 4); pods > 0; pods--) fleet = Changed(fleet, random);
            snapshot = snapshot.Next(Fleets.Routes(fleet.Pods));
            var anew = fleet.Snapshot();
            snapshot.SlotCounts.Should().Equal(anew.SlotCounts, "after change {0} to {1}", change, fleet);
            for (var slot = 0; slot < Fleets.Slots; slot++) (snapshot.Owner(slot)?.Name).Should().Be(anew.Owner(slot)?.Name);
        }
    });

    private static FleetCase Changed(FleetCase fleet, Random random)
    {
        var name = random.Next(4) == 0 || fleet.Pods.Length == 0 ? $"new-{random.Next(20)}" : fleet.Pods[random.Next(fleet.Pods.Length)].Name;
        if (random.Next(5) == 0) return fleet.Without(name);
        var admission = random.Next(3) > 0 ? Admission.Serving : Enum.GetValues<Admission>()[random.Next(5)];
        var kept = admission == Admission.Keeping ? Some(random) : SlotSet.Empty;
        return fleet.With(new PodCase(name, admission, random.Next(3) > 0 ? PodRoute.FullShare : random.Next(PodRoute.FullShare + 1)) { Kept = kept });
    }

    private static SlotSet Some(Random random)
    {
        var part = random.NextDouble();
        return random.Next(6) == 0 ? SlotSet.All : SlotSet.Of(Fleets.Slots, _ => random.NextDouble() < part);
    }

    /// <summary>Of its own slots it has those that it keeps, and no others; everything else is as if it were gone.</summary>
    [Fact]
    public void Keeping_AnyPod_HasExactlyWhatItKeepsOfItsOwn() => FleetProperty.Holds(
        output,
        fleet => fleet.Picked.Admission == Admission.Serving,
        fleet =>
        {
            var (pod, kept) = (fleet.Picked, Some(new Random(fleet.Seed)));
            var (before, gone) = (fleet.Owners(), fleet.With(fleet.Picked with { Admission = Admission.Excluded }).Owners());
            var after = fleet.With(pod with { Admission = Admission.Keeping, Kept = kept }).Owners();
            for (var slot = 0; slot < Fleets.Slots; slot++)
                after[slot].Should().Be(before[slot] == pod.Name && kept.Contains(slot) ? pod.Name : gone[slot], "of slot {0}", slot);
        });

    [Fact]
    public void Removing_AnyPod_MovesExactlyItsSlotsWhereTheyGoWhenItIsExcluded() => FleetProperty.Holds(output, fleet =>
    {
        var pod = fleet.Picked;
        var before = fleet.Owners();
        var without = fleet.Without(pod.Name).Owners();

        without.Should().Equal(fleet.With(pod with { Admission = Admission.Excluded }).Owners());
        for (var slot = 0; slot < Fleets.Slots; slot++)
        {
            if (before[slot] != pod.Name) without[slot].Should().Be(before[slot]);
        }
    });

    [Fact]
    public void Next_WithoutTheOwner_IsWhoOwnsTheSlotWhenTheOwnerIsExcluded() => FleetProperty.Holds(output, fleet =>
    {
        var snapshot = fleet.Snapshot();
        var without = fleet.Pods.ToDictionary(
            pod => pod.Name,
            pod => fleet.With(pod with { Admission = Admission.Excluded }).Owners());

        for (var slot = 0; slot < Fleets.Slots; slot++)
        {
            if (snapshot.Owner(slot) is not { } owner) continue;
            (snapshot.Next(slot, [owner.Name])?.Name).Should().Be(without[owner.Name][slot]);
        }
    });

    [Fact]
    public void Next_AnyTriedNames_IsWhoOwnsTheSlotWhenTheyAreExcluded() => FleetProperty.Holds(output, fleet =>
    {
        // Some of the pods, and a name that no pod has (a newer snapshot may have lost it).
        var random = new Random(fleet.Seed);
        var tried = fleet.Pods.Where(_ => random.Next(2) == 0).Select(pod => pod.Name).Append("gone").ToArray();
        var left = tried.Aggregate(fleet, (rest, name) => rest.Without(name)).Owners();

        var snapshot = fleet.Snapshot();
        for (var slot = 0; slot < Fleets.Slots; slot++) (snapshot.Next(slot, tried)?.Name).Should().Be(left[slot]);
    });

    [Fact]
    public void Returning_AnyPod_GetsTheVerySameSlotsBack() => FleetProperty.Holds(output, fleet =>
    {
        var random = new Random(fleet.Seed);
        var before = fleet.Owners();
        var now = fleet;

        // All kinds of things happen, in any order, and in the end every pod is again what it was.
        for (var i = 0; i < 10; i++)
        {
            var pod = fleet.Pods[random.Next(fleet.Pods.Length)];
            now = random.Next(3) == 0
                ? now.Without(pod.Name)
                : now.With(pod with { Admission = (Admission)random.Next(4), Share = random.Next(PodRoute.FullShare + 1) });
            now = now.With(new PodCase($"guest-{random.Next(3)}"));
        }

        var back = fleet.Pods.ToArray();
        random.Shuffle(back);
        now = back.Aggregate(now, (rest, pod) => rest.With(pod));
        for (var i = 0; i < 3; i++) now = now.Without($"guest-{i}");

        now.Owners().Should().Equal(before);
    });

    [Fact]
    public void Build_AnyOrderOfEventsToTheSameFleet_SameTable() => FleetProperty.Holds(output, fleet =>
    {
        // From a fleet of newcomers to this one, a pod at a time, in two orders.
        var random = new Random(fleet.Seed);
        var start = fleet with { Pods = [.. fleet.Pods.Select(pod => pod with { Admission = Admission.Excluded, Share = 0 })] };
        var orders = new[] { fleet.Pods.ToArray(), fleet.Pods.ToArray() };
        foreach (var order in orders) random.Shuffle(order);

        var ends = orders.Select(order => order.Aggregate(start, (rest, pod) => rest.With(pod)).Owners()).ToArray();

        ends[0].Should().Equal(ends[1]);
        ends[0].Should().Equal(fleet.Owners());
    });

    [Fact]
    public void Build_PodsThatGetNothing_MakeNoDifference() => FleetProperty.Holds(output, fleet =>
    {
        // They shift every other pod's position.
        var more = fleet
            .With(new PodCase("!first", Admission.Excluded))
            .With(new PodCase("pod-5x", Admission.Closed))
            .With(new PodCase("~last", Admission.Excluded));

        more.Owners().Should().Equal(fleet.Owners());
    });

    [Fact]
    public void Ramp_GrowingShare_TakesAndNeverGivesBackAndMovesNobodyElse() => FleetProperty.Holds(output, fleet =>
    {
        var random = new Random(fleet.Seed);
        var pod = fleet.Picked with { Admission = Admission.Serving };
        int[] shares = [0, 1, .. Enumerable.Range(0, 8).Select(_ => random.Next(2, PodRoute.FullShare)).Order(), PodRoute.FullShare];
        var before = fleet.With(pod with { Share = 0 }).Owners();

        foreach (var share in shares)
        {
            var after = fleet.With(pod with { Share = share }).Owners();
            for (var slot = 0; slot < Fleets.Slots; slot++)
            {
                if (after[slot] != before[slot]) after[slot].Should().Be(pod.Name, $"slot {slot} may only come to the ramping pod, at share {share}");
            }

            before = after;
        }

        before.Should().Equal(fleet.With(pod with { Share = PodRoute.FullShare }).Owners());
    });

    [Fact]
    public void Ramp_FromNothing_OthersServeAsIfItWereNotThere() => FleetProperty.Holds(
        output,
        fleet => fleet.Without(fleet.Picked.Name).Pods.Any(pod => pod is { Admission: Admission.Serving, Share: PodRoute.FullShare }),
        fleet => fleet.With(fleet.Picked with { Admission = Admission.Serving, Share = 0 }).Owners()
            .Should().Equal(fleet.Without(fleet.Picked.Name).Owners()));

    [Fact]
    public void SlotCounts_AnyFleet_AreTheCountsOfOwners() => FleetProperty.Holds(output, fleet =>
    {
        var snapshot = fleet.Snapshot();
        var owners = fleet.Owners();

        snapshot.SlotCounts.Should().Equal(snapshot.Pods.Select(pod => owners.Count(name => name == pod.Name)));
    });
}
