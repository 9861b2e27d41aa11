using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Routing;

/// <summary>What holds for every fleet with pins.</summary>
public sealed class PinnedRoutingProperties(ITestOutputHelper output)
{
    private static readonly IPAddress[] Clients =
        [.. Enumerable.Range(0, 64).Select(i => IPAddress.Parse($"10.0.{i / 8}.{i % 8}")), .. Enumerable.Range(0, 8).Select(i => IPAddress.Parse($"2001:db8:{i}::1"))];

    [Fact]
    public void For_WithPins_DiffersOnlyForClientsOfTheirNetworks() => FleetProperty.Holds(output, fleet =>
    {
        var with = Pinned(fleet, out var hashing);
        var without = new RoutingSnapshot(1, with.Pods, hashing);
        foreach (var client in Clients.Where(client => with.Pins.Find(client) is null))
        {
            var slot = with.Hashing.SlotOf(client);
            (with.For(client, slot, [])?.Name).Should().Be(without.Owner(slot)?.Name).And.Be(with.Owner(slot)?.Name);
        }
    });

    [Fact]
    public void For_AnyClient_IsWhatTheRulesSay_AndNobodyWhoIsOut() => FleetProperty.Holds(output, fleet =>
    {
        var snapshot = Pinned(fleet, out _);
        foreach (var client in Clients)
        {
            var slot = snapshot.Hashing.SlotOf(client);
            var tried = new List<string>();
            for (var count = 0; count <= fleet.Pods.Length; count++)
            {
                var pod = snapshot.For(client, slot, tried.ToArray());
                (pod?.Name).Should().Be(ByTheRules(snapshot, client, slot, [.. tried]), "{0} after {1}", client, string.Join(", ", tried));
                if (pod is null) break;
                pod.Admission.Should().BeOneOf(Admission.Serving, Admission.Standby, Admission.Keeping);
                tried.Should().NotContain(pod.Name);
                tried.Add(pod.Name);
            }
        }
    });

    [Fact]
    public void For_AnyClient_IsWhereThePictureOfTheSnapshotPutsHim() => FleetProperty.Holds(output, fleet =>
    {
        var snapshot = Pinned(fleet, out var hashing);
        var picture = RoutingPicture.Of(snapshot);
        picture.IsOf(snapshot).Should().BeTrue();
        foreach (var client in Clients)
        {
            var place = new ClientPlace(hashing, client).In(picture);
            var pod = snapshot.For(client, hashing.SlotOf(client), [])?.Name;
            if (place.Or is null && pod == place.Pod) continue;
            snapshot.Pods.Any(route => route.Admission == Admission.Keeping).Should().BeTrue("only the slots that are kept are not told");
            pod.Should().BeOneOf(place.Pod, place.Or);
        }
    });

    /// <summary>A table that was made from the one before keeps the pins, or has those that it was given.</summary>
    [Fact]
    public void Next_OfASnapshot_HasItsPinsOrOthers() => FleetProperty.Holds(output, fleet =>
    {
        var snapshot = Pinned(fleet, out _);
        snapshot.Next(snapshot.Pods).Pins.Should().BeSameAs(snapshot.Pins);
        snapshot.Next(snapshot.Pods, Pins.None).For(Clients[0], snapshot.Hashing.SlotOf(Clients[0]), [])
            .Should().Be(snapshot.Owner(snapshot.Hashing.SlotOf(Clients[0])));
    });

    [Fact]
    public void For_WithAThousandPins_AllocatesNothing()
    {
        var fleet = Fleets.Open(1, 3);
        var pins = Pins.Of([.. Enumerable.Range(0, Pins.Most).Select(i => PinsTests.Pin($"10.{i / 250}.{i % 250}.0/24", "pod-2"))]);
        var snapshot = fleet.Snapshot().Next(Fleets.Routes(fleet.Pods), pins);
        IPAddress[] clients = [IPAddress.Parse("10.1.7.9"), IPAddress.Parse("192.0.2.1"), IPAddress.Parse("::ffff:10.2.3.4"), IPAddress.Parse("2001:db8::1")];
        string[] tried = ["pod-2"];
        foreach (var client in clients)
        {
            var slot = snapshot.Hashing.SlotOf(client);
            Chance.AllocatedBytes(() => snapshot.For(client, slot, [])).Should().Be(0, "of {0}", client);
            Chance.AllocatedBytes(() => snapshot.For(client, slot, tried)).Should().Be(0, "of {0}, once tried", client);
        }
    }

    [Theory]
    [InlineData(Admission.Serving, 1, PinOtherwise.Spread, "pinned")]
    [InlineData(Admission.Standby, 256, PinOtherwise.Spread, "other")]
    [InlineData(Admission.Standby, 256, PinOtherwise.Refuse, "pinned")]
    [InlineData(Admission.Keeping, 256, PinOtherwise.Spread, "other")]
    [InlineData(Admission.Keeping, 256, PinOtherwise.Refuse, null)]
    [InlineData(Admission.Excluded, 256, PinOtherwise.Spread, "other")]
    [InlineData(Admission.Excluded, 256, PinOtherwise.Refuse, null)]
    [InlineData(Admission.Closed, 256, PinOtherwise.Refuse, null)]
    public void For_APinnedClient_ByWhatItsPodMayGet(Admission admission, int share, PinOtherwise otherwise, string? expected)
    {
        var fleet = Fleets.Of(new PodCase("other"), new PodCase("pinned", admission, share));
        var snapshot = fleet.Snapshot().Next(Fleets.Routes(fleet.Pods), Pins.Of([PinsTests.Pin("192.0.2.0/24", "pinned", otherwise)]));
        var client = IPAddress.Parse("192.0.2.7");
        (snapshot.For(client, snapshot.Hashing.SlotOf(client), [])?.Name).Should().Be(expected);
        snapshot.Refuses(client).Should().Be(otherwise == PinOtherwise.Refuse);
    }

    [Fact]
    public void For_APinnedClientWhoseSlotIsKept_IsThePinsPod()
    {
        var client = IPAddress.Parse("192.0.2.7");
        var slot = new SlotHashing(Fleets.Key(1), Fleets.Slots).SlotOf(client);
        var fleet = Fleets.Of(new PodCase("other"), new PodCase("pinned", Admission.Keeping) { Kept = SlotSet.Of(Fleets.Slots, one => one == slot) });
        var snapshot = fleet.Snapshot().Next(Fleets.Routes(fleet.Pods), Pins.Of([PinsTests.Pin("192.0.2.0/24", "pinned", PinOtherwise.Refuse)]));
        (snapshot.For(client, slot, [])?.Name).Should().Be("pinned");
    }

    private static RoutingSnapshot Pinned(FleetCase fleet, out SlotHashing hashing)
    {
        var random = new Random(fleet.Seed);
        var pins = Enumerable.Range(0, random.Next(1, 8)).Select(_ => PinsTests.Pin(
            random.Next(4) == 0 ? $"2001:db8:{random.Next(8)}::/48" : $"10.0.{random.Next(8)}.0/{random.Next(24, 30)}",
            random.Next(8) == 0 ? "gone" : fleet.Pods[random.Next(fleet.Pods.Length)].Name,
            random.Next(2) == 0 ? PinOtherwise.Spread : PinOtherwise.Refuse)).DistinctBy(pin => pin.Network).ToImmutableArray();
        if (random.Next(3) == 0)
        {
            var part = random.NextDouble();
            fleet = fleet.With(fleet.Picked with { Admission = Admission.Keeping, Kept = SlotSet.Of(Fleets.Slots, _ => random.NextDouble() < part) });
        }

        hashing = new SlotHashing(fleet.Key, Fleets.Slots);
        return new RoutingSnapshot(1, Fleets.Routes(fleet.Pods), hashing, pins: Pins.Of(pins));
    }

    /// <summary>The rules, written down without regard to what they cost.</summary>
    private static string? ByTheRules(RoutingSnapshot snapshot, IPAddress client, int slot, string[] tried)
    {
        var bySlot = snapshot.Next(slot, tried);
        var pin = snapshot.Pins.All.Where(pin => pin.Network.Contains(client)).MaxBy(pin => pin.Network.PrefixLength);
        if (pin is null) return bySlot?.Name;
        var own = snapshot.Pods.FirstOrDefault(pod => pod.Name == pin.Pod && !tried.Contains(pod.Name));
        var may = own?.Admission switch
        {
            Admission.Serving => true,
            Admission.Keeping => own.Kept.Contains(slot),
            Admission.Standby => pin.Otherwise == PinOtherwise.Refuse || bySlot?.Admission == Admission.Standby,
            _ => false,
        };
        return may ? own!.Name : pin.Otherwise == PinOtherwise.Refuse ? null : bySlot?.Name;
    }
}
