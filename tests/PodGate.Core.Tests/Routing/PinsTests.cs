using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

/// <summary>Which pin an address falls under.</summary>
public sealed class PinsTests
{
    private static readonly Pins Some = Pins.Of(
    [
        Pin("203.0.113.0/24", "wide"), Pin("203.0.113.64/26", "narrow"), Pin("203.0.113.127/32", "one"), Pin("10.0.0.0/8", "ten"),
        Pin("2001:db8::/32", "six"), Pin("2001:db8:0:7::/64", "seven"), Pin("255.255.255.255/32", "last"), Pin("ffff::/16", "top"),
    ]);

    [Theory]
    [InlineData("203.0.113.0", "wide")]
    [InlineData("203.0.113.63", "wide")]
    [InlineData("203.0.113.64", "narrow")]
    [InlineData("203.0.113.126", "narrow")]
    [InlineData("203.0.113.127", "one")]
    [InlineData("203.0.113.128", "wide")]
    [InlineData("203.0.113.255", "wide")]
    [InlineData("203.0.114.0", null)]
    [InlineData("203.0.112.255", null)]
    [InlineData("10.255.255.255", "ten")]
    [InlineData("11.0.0.0", null)]
    [InlineData("0.0.0.0", null)]
    [InlineData("255.255.255.255", "last")]
    [InlineData("255.255.255.254", null)]
    [InlineData("::ffff:203.0.113.70", "narrow")]
    [InlineData("2001:db8::1", "six")]
    [InlineData("2001:db8:0:7:ffff::", "seven")]
    [InlineData("2001:db8:0:8::", "six")]
    [InlineData("2001:db9::", null)]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "top")]
    [InlineData("::", null)]
    public void Find_Address_IsTheLongestPrefixes(string address, string? pod) => (Some.Find(IPAddress.Parse(address))?.Pod).Should().Be(pod);

    [Fact]
    public void Find_RandomNetworksAndAddresses_IsWhatGoingThroughAllOfThemFinds()
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given) : Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var all = Enumerable.Range(0, random.Next(1, 60)).Select(i => new Pin(Network(random), $"pod-{i}")).DistinctBy(pin => pin.Network).ToImmutableArray();
            var pins = Pins.Of(all);
            for (var i = 0; i < 300; i++)
            {
                var address = i % 3 == 0 ? Address(random) : Near(all[random.Next(all.Length)].Network, random);
                if (address.IsIPv4MappedToIPv6) continue;
                var naive = all.Where(pin => pin.Network.Contains(address)).MaxBy(pin => pin.Network.PrefixLength);
                pins.Find(address).Should().Be(naive, "of {0} with seed {1}, in {2}", address, seed, string.Join(' ', all.Select(pin => pin.Network)));
            }
        }
    }

    [Fact]
    public void Pins_AreComparedByValue()
    {
        Pins.Of([Pin("10.0.0.0/8", "a")]).Should().Be(Pins.Of([Pin("10.0.0.0/8", "a")])).And.NotBe(Pins.Of([Pin("10.0.0.0/8", "b")])).And.NotBe(Pins.None);
        Pins.Of([]).Should().BeSameAs(Pins.None);
    }

    [Fact]
    public void Pins_MoreThanAThousand_AreRefused()
    {
        var many = Enumerable.Range(0, Pins.Most + 1).Select(i => Pin($"10.{i / 256}.{i % 256}.0/24", "a")).ToImmutableArray();
        var make = () => Pins.Of(many);
        make.Should().Throw<ArgumentException>().WithMessage("1001 pins are too many: at most 1000 fit*");
        Pins.Of(many[1..]).Find(IPAddress.Parse("10.3.232.9")).Should().NotBeNull();
    }

    internal static Pin Pin(string network, string pod, PinOtherwise otherwise = PinOtherwise.Spread) => new(IPNetwork.Parse(network), pod, otherwise);

    private static IPNetwork Network(Random random)
    {
        // Few bits that differ, so that many lie within each other.
        var isIPv4 = random.Next(2) == 0;
        var bytes = new byte[isIPv4 ? 4 : 16];
        bytes[0] = (byte)(random.Next(3) * 80);
        bytes[1] = (byte)(random.Next(4) * 64);
        var prefix = random.Next(1, isIPv4 ? 33 : 129);
        for (var bit = prefix; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), prefix);
    }

    private static IPAddress Address(Random random)
    {
        var bytes = new byte[random.Next(2) == 0 ? 4 : 16];
        random.NextBytes(bytes);
        return new IPAddress(bytes);
    }

    /// <summary>The first or the last address of a network, or its neighbour.</summary>
    private static IPAddress Near(IPNetwork network, Random random)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        if (random.Next(2) == 0)
        {
            for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++) bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        if (random.Next(3) == 0) bytes[^1] = (byte)(bytes[^1] + (random.Next(2) == 0 ? 1 : -1));
        return new IPAddress(bytes);
    }
}
