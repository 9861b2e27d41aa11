using System.Net;
using PodGate.Core.Groups;

namespace PodGate.Core.Tests.Groups;

/// <summary>Which addresses are in a set of networks.</summary>
public sealed class NetworkSetTests
{
    private static readonly NetworkSet Some = Of(
        "203.0.113.0/25", "203.0.113.128/25", "10.1.0.0/16", "10.1.7.0/24", "192.0.2.7/32", "255.255.255.255/32", "2001:db8::/32", "ffff::/16", "::ffff:198.51.100.0/120");

    [Theory]
    [InlineData("203.0.112.255", false)]
    [InlineData("203.0.113.0", true)]
    [InlineData("203.0.113.128", true)]
    [InlineData("203.0.113.255", true)]
    [InlineData("203.0.114.0", false)]
    [InlineData("10.1.8.0", true)]
    [InlineData("10.2.0.0", false)]
    [InlineData("192.0.2.6", false)]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.2.8", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("255.255.255.254", false)]
    [InlineData("255.255.255.255", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("198.51.100.77", true)]
    [InlineData("198.51.101.0", false)]
    [InlineData("2001:db8:ffff::", true)]
    [InlineData("2001:db9::", false)]
    [InlineData("::", false)]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true)]
    public void Contains_Address(string address, bool expected) => Some.Contains(IPAddress.Parse(address)).Should().Be(expected);

    [Fact]
    public void Contains_RandomNetworks_IsWhatGoingThroughAllOfThemFinds()
    {
        var seed = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED") is { } given ? int.Parse(given) : Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var networks = Enumerable.Range(0, random.Next(1, 60)).Select(_ => Network(random)).ToArray();
            var set = NetworkSet.Of([.. networks]);
            for (var i = 0; i < 200; i++)
            {
                var address = Near(networks[random.Next(networks.Length)], random);
                if (address.IsIPv4MappedToIPv6) continue;
                set.Contains(address).Should().Be(networks.Any(network => network.Contains(address)), "of {0} with seed {1}, in {2}", address, seed, string.Join(' ', networks));
            }
        }
    }

    [Fact]
    public void Contains_TheWholeFamily()
    {
        Of("0.0.0.0/0").Contains(IPAddress.Parse("255.255.255.255")).Should().BeTrue();
        Of("0.0.0.0/0").Contains(IPAddress.Parse("2001:db8::")).Should().BeFalse();
        Of("::/0").Contains(IPAddress.Parse("2001:db8::")).Should().BeTrue();
        Of("::/0").Contains(IPAddress.Parse("192.0.2.1")).Should().BeFalse();
    }

    [Fact]
    public void Sets_AreComparedByWhatIsInThem()
    {
        Of("10.0.0.0/24", "10.0.1.0/24").Should().Be(Of("10.0.0.0/23")).And.NotBe(Of("10.0.0.0/22"));
        NetworkSet.Of([]).Should().BeSameAs(NetworkSet.Empty);
        NetworkSet.Empty.Contains(IPAddress.Loopback).Should().BeFalse();
    }

    [Fact]
    public void Sets_OfTooMany_AreRefused()
    {
        var make = () => NetworkSet.Of([.. Enumerable.Repeat(IPNetwork.Parse("10.0.0.0/8"), NetworkSet.Most + 1)]);
        make.Should().Throw<ArgumentException>().WithMessage("100001 networks are too many: at most 100000 fit*");
    }

    internal static NetworkSet Of(params string[] networks) => NetworkSet.Of([.. networks.Select(network => IPNetwork.Parse(network))]);

    private static IPNetwork Network(Random random)
    {
        var bytes = new byte[random.Next(2) == 0 ? 4 : 16];
        bytes[0] = (byte)(random.Next(3) * 80);
        bytes[1] = (byte)(random.Next(4) * 64);
        var prefix = random.Next(0, (bytes.Length * 8) + 1);
        for (var bit = prefix; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), prefix);
    }

    private static IPAddress Near(IPNetwork network, Random random)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        if (random.Next(2) == 0)
        {
            for (var bit = network.PrefixLength; bit < bytes.Length * 8; bit++) bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        if (random.Next(2) == 0) bytes[^1] = (byte)(bytes[^1] + (random.Next(2) == 0 ? 1 : -1));
        if (random.Next(3) == 0) bytes[1] = (byte)(bytes[1] + (random.Next(2) == 0 ? 1 : -1));
        return new IPAddress(bytes);
    }
}
