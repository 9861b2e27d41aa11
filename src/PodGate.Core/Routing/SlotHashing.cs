using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace PodGate.Core.Routing;

/// <summary>How a client's source address becomes a slot. Immutable; the key is secret, so that no client can choose its pod.</summary>
public sealed class SlotHashing
{
    /// <summary>The default number of slots.</summary>
    public const int DefaultSlots = 65536;

    /// <summary>The fewest slots.</summary>
    public const int FewestSlots = 256;

    /// <summary>The most slots.</summary>
    public const int MostSlots = 4_194_304;

    private const int IPv4Bytes = 4;
    private const int IPv6Bytes = 16;

    // The byte that keeps the two families apart (and apart from pods' names) stands behind the address; the length of both on top.
    private const ulong BehindIPv4 = ((ulong)HashDomain.IPv4Source << 32) | ((IPv4Bytes + 1UL) << 56);
    private const ulong BehindIPv6 = (ulong)HashDomain.IPv6Source | ((IPv6Bytes + 1UL) << 56);

    // Which bits count, in the order in which the bytes of an address are read.
    private readonly uint _ipv4Mask;
    private readonly ulong _ipv6FirstMask;
    private readonly ulong _ipv6SecondMask;

    /// <summary>Sets the hashing up.</summary>
    /// <param name="key">The 128-bit key of the fleet.</param>
    /// <param name="slots">Number of slots: a power of two, 256 to 4,194,304.</param>
    /// <param name="ipv4Prefix">Leading bits of an IPv4 address that count, 8 to 32.</param>
    /// <param name="ipv6Prefix">Leading bits of an IPv6 address that count, 16 to 128.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not in its range, or the slots are not a power of two.</exception>
    public SlotHashing(Key128 key, int slots = DefaultSlots, int ipv4Prefix = 32, int ipv6Prefix = 64)
    {
        if (slots is < FewestSlots or > MostSlots || !BitOperations.IsPow2(slots))
            throw new ArgumentOutOfRangeException(nameof(slots), slots, $"The number of slots must be a power of two from {FewestSlots} to {MostSlots}.");
        if (ipv4Prefix is < 8 or > 32)
            throw new ArgumentOutOfRangeException(nameof(ipv4Prefix), ipv4Prefix, "The leading bits of an IPv4 address that count must be 8 to 32.");
        if (ipv6Prefix is < 16 or > 128)
            throw new ArgumentOutOfRangeException(nameof(ipv6Prefix), ipv6Prefix, "The leading bits of an IPv6 address that count must be 16 to 128.");

        Key = key;
        Slots = slots;
        IPv4Prefix = ipv4Prefix;
        IPv6Prefix = ipv6Prefix;
        Mark = string.Create(CultureInfo.InvariantCulture, $"{SipHash.Compute(key, [(byte)HashDomain.KeyMark]):x16}-{slots}-{ipv4Prefix}-{ipv6Prefix}");
        _ipv4Mask = BinaryPrimitives.ReverseEndianness(uint.MaxValue << (32 - ipv4Prefix));
        _ipv6FirstMask = BinaryPrimitives.ReverseEndianness(ulong.MaxValue << Math.Max(0, 64 - ipv6Prefix));
        _ipv6SecondMask = ipv6Prefix <= 64 ? 0 : BinaryPrimitives.ReverseEndianness(ulong.MaxValue << (128 - ipv6Prefix));
    }

    /// <summary>The fleet's key.</summary>
    public Key128 Key { get; }

    /// <summary>The same for two hashings that give every address the same slot, another one for others; does not tell the key.</summary>
    public string Mark { get; }

    /// <summary>Number of slots.</summary>
    public int Slots { get; }

    /// <summary>Leading bits of an IPv4 address that count.</summary>
    public int IPv4Prefix { get; }

    /// <summary>Leading bits of an IPv6 address that count.</summary>
    public int IPv6Prefix { get; }

    /// <summary>
    /// The slot of an address. IPv4-mapped IPv6 counts as IPv4, and the scope of a link-local address does not count. Allocates nothing.
    /// </summary>
    /// <param name="source">The client's address.</param>
    public int SlotOf(IPAddress source) => SlotOf(HashOf(source));

    /// <summary>The slot of what has this hash.</summary>
    /// <param name="hash">As <see cref="HashOf"/> tells.</param>
    public int SlotOf(ulong hash) => (int)(hash & (uint)(Slots - 1));

    /// <summary>The keyed hash of the part of an address that counts; its lowest bits are the slot. Allocates nothing.</summary>
    /// <param name="source">The client's address.</param>
    public ulong HashOf(IPAddress source)
    {
        ArgumentNullException.ThrowIfNull(source);

        Span<byte> bytes = stackalloc byte[IPv6Bytes];
        if (!source.TryWriteBytes(bytes, out var length))
            throw new ArgumentException($"An address of the family {source.AddressFamily} has no slot: it must be IPv4 or IPv6.", nameof(source));

        // ::ffff:192.0.2.1 is how a dual-stack socket writes 192.0.2.1; the IPv4 address is in the last four of the sixteen bytes.
        var isIPv4 = length == IPv4Bytes;
        if (!isIPv4 && source.IsIPv4MappedToIPv6)
        {
            isIPv4 = true;
            bytes = bytes[(IPv6Bytes - IPv4Bytes)..];
        }

        return isIPv4
            ? SipHash.Compute(Key, (BinaryPrimitives.ReadUInt32LittleEndian(bytes) & _ipv4Mask) | BehindIPv4)
            : SipHash.Compute(
                Key,
                BinaryPrimitives.ReadUInt64LittleEndian(bytes) & _ipv6FirstMask,
                BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) & _ipv6SecondMask,
                BehindIPv6);
    }
}
