using System.Net;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

public sealed class SlotHashingTests
{
    private static readonly Key128 Key = Key128.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    private static readonly SlotHashing Hashing = new(Key);

    // Computed by a second implementation, in another language. These numbers must never change: every gate has to agree on them, and
    // a change would move every customer of every fleet.
    [Theory]
    [InlineData("192.0.2.1", 32, 64, 64475)]
    [InlineData("0.0.0.0", 32, 64, 25396)]
    [InlineData("255.255.255.255", 32, 64, 18320)]
    [InlineData("127.0.0.1", 32, 64, 6421)]
    [InlineData("192.0.2.200", 26, 64, 60364)]
    [InlineData("::ffff:192.0.2.1", 32, 64, 64475)]
    [InlineData("2001:db8:1:2:3:4:5:6", 32, 64, 38037)]
    [InlineData("2001:db8:1:2::", 32, 64, 38037)]
    [InlineData("2001:db8:1:2:3:4:5:6", 32, 61, 47725)]
    [InlineData("2001:db8:1:2:3:4:5:6", 32, 128, 11766)]
    [InlineData("::1", 32, 64, 35085)]
    public void SlotOf_KnownAddresses_NeverChanges(string address, int ipv4Prefix, int ipv6Prefix, int slot)
    {
        var hashing = new SlotHashing(Key, SlotHashing.DefaultSlots, ipv4Prefix, ipv6Prefix);

        hashing.SlotOf(IPAddress.Parse(address)).Should().Be(slot);
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", 32, 64)]
    [InlineData("10.1.2.3", "10.1.2.255", 24, 64)]
    [InlineData("10.1.2.0", "10.1.3.255", 23, 64)]
    [InlineData("10.1.2.3", "10.255.255.255", 8, 64)]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", 32, 64)]
    [InlineData("10.1.2.3", "::ffff:10.1.2.77", 24, 16)]
    [InlineData("2001:db8:0:7::1", "2001:db8:0:7:ffff:ffff:ffff:ffff", 32, 64)]
    [InlineData("2001:db8:0:100::1", "2001:db8:0:1ff::9", 32, 56)]
    [InlineData("2001:db8:0:100::1", "2001:ffff::", 32, 16)]
    [InlineData("fe80::1%3", "fe80::2%4", 32, 64)]
    [InlineData("fe80::1%3", "fe80::1", 32, 128)]
    public void SlotOf_SamePrefix_SameSlot(string one, string other, int ipv4Prefix, int ipv6Prefix)
    {
        // Under several keys, so that it is not by chance.
        for (ulong i = 1; i <= 8; i++)
        {
            var hashing = new SlotHashing(new Key128(i, ~i), SlotHashing.DefaultSlots, ipv4Prefix, ipv6Prefix);
            hashing.SlotOf(IPAddress.Parse(one)).Should().Be(hashing.SlotOf(IPAddress.Parse(other)));
        }
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.4", 32, 64)]
    [InlineData("10.1.2.63", "10.1.2.64", 26, 64)]
    [InlineData("10.1.2.3", "138.1.2.3", 8, 64)]
    [InlineData("2001:db8:0:7::1", "2001:db8:0:8::1", 32, 64)]
    [InlineData("2001:db8::1", "2001:db8::2", 32, 128)]
    [InlineData("2001:db8:0:7::1", "2001:db8:0:8::1", 32, 61)]
    // The same bytes as an IPv4 address and as the start of an IPv6 address are different messages.
    [InlineData("32.1.13.184", "2001:db8::", 32, 32)]
    // IPv4-compatible (deprecated) is not IPv4-mapped: it stays IPv6.
    [InlineData("10.1.2.3", "::10.1.2.3", 32, 128)]
    public void SlotOf_OtherPrefix_OtherSlotsInGeneral(string one, string other, int ipv4Prefix, int ipv6Prefix)
    {
        // Two different messages share a slot of 65,536 by chance under at most one key of eight; fixed keys, so always the same answer.
        var shared = 0;
        for (ulong i = 1; i <= 8; i++)
        {
            var hashing = new SlotHashing(new Key128(i, ~i), SlotHashing.DefaultSlots, ipv4Prefix, ipv6Prefix);
            if (hashing.SlotOf(IPAddress.Parse(one)) == hashing.SlotOf(IPAddress.Parse(other))) shared++;
        }

        shared.Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void SlotOf_RandomMappedAddresses_AreTheirIPv4Addresses()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        var bytes = new byte[4];
        for (var i = 0; i < 10_000; i++)
        {
            random.NextBytes(bytes);
            var address = new IPAddress(bytes);
            Hashing.SlotOf(address.MapToIPv6()).Should().Be(Hashing.SlotOf(address), $"of {address}, seed {Seed}");
        }
    }

    [Theory]
    [InlineData(256)]
    [InlineData(65536)]
    [InlineData(4_194_304)]
    public void SlotOf_NeighbouringAddresses_SpreadEvenly(int slots)
    {
        // 262,144 neighbours fall into 256 groups of slots. One false alarm in a million for a key picked at random; these are fixed.
        var hashing = new SlotHashing(Key, slots);
        var ipv4 = new long[256];
        var ipv6 = new long[256];
        var bytes = IPAddress.Parse("2001:db8::1").GetAddressBytes();
        for (var i = 0; i < 262_144; i++)
        {
            ipv4[hashing.SlotOf(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i])) / (slots / 256)]++;
            (bytes[5], bytes[6], bytes[7]) = ((byte)(i >> 16), (byte)(i >> 8), (byte)i);
            ipv6[hashing.SlotOf(new IPAddress(bytes)) / (slots / 256)]++;
        }

        Chance.ChiSquare(ipv4).Should().BeLessThan(Chance.ChiSquareOneInAMillion(255));
        Chance.ChiSquare(ipv6).Should().BeLessThan(Chance.ChiSquareOneInAMillion(255));
    }

    [Fact]
    public void SlotOf_OtherKey_OtherSlots()
    {
        var other = new SlotHashing(new Key128(Key.Low, Key.High ^ 1));

        Enumerable.Range(0, 256).Select(i => new IPAddress([10, 0, 0, (byte)i]))
            .Count(address => other.SlotOf(address) == Hashing.SlotOf(address)).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void SlotOf_AnyAddress_AllocatesNothing()
    {
        IPAddress[] addresses = [IPAddress.Parse("10.1.2.3"), IPAddress.Parse("::ffff:10.1.2.3"), IPAddress.Parse("2001:db8::1"), IPAddress.Parse("fe80::1%3")];
        var sum = 0;

        Chance.AllocatedBytes(() =>
        {
            foreach (var address in addresses) sum += Hashing.SlotOf(address);
        }).Should().Be(0, $"(sum {sum})");
    }

    [Theory]
    [InlineData(0, 32, 64, "slots")]
    [InlineData(-65536, 32, 64, "slots")]
    [InlineData(int.MinValue, 32, 64, "slots")]
    [InlineData(128, 32, 64, "slots")]
    [InlineData(65535, 32, 64, "slots")]
    [InlineData(768, 32, 64, "slots")]
    [InlineData(8_388_608, 32, 64, "slots")]
    [InlineData(65536, 7, 64, "ipv4Prefix")]
    [InlineData(65536, 33, 64, "ipv4Prefix")]
    [InlineData(65536, 32, 15, "ipv6Prefix")]
    [InlineData(65536, 32, 129, "ipv6Prefix")]
    public void Constructor_OutOfRange_IsRefusedByName(int slots, int ipv4Prefix, int ipv6Prefix, string parameter)
    {
        var create = () => new SlotHashing(Key, slots, ipv4Prefix, ipv6Prefix);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);
    }

    [Theory]
    [InlineData(256, 8, 16)]
    [InlineData(4_194_304, 32, 128)]
    public void Constructor_AtTheLimits_IsTaken(int slots, int ipv4Prefix, int ipv6Prefix)
    {
        var hashing = new SlotHashing(Key, slots, ipv4Prefix, ipv6Prefix);

        hashing.SlotOf(IPAddress.Loopback).Should().BeInRange(0, slots - 1);
        hashing.SlotOf(IPAddress.IPv6Loopback).Should().BeInRange(0, slots - 1);
    }

    [Fact]
    public void SlotOf_Null_IsRefused()
    {
        var slotOf = () => Hashing.SlotOf(null!);

        slotOf.Should().Throw<ArgumentNullException>();
    }
}
