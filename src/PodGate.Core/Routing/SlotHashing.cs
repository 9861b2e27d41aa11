using System.Net;

namespace PodGate.Core.Routing;

/// <summary>How a client's source address becomes a slot. Immutable; the key is secret, so that no client can choose its pod.</summary>
public sealed class SlotHashing
{
    /// <summary>The default number of slots.</summary>
    public const int DefaultSlots = 65536;

    /// <summary>Sets the hashing up.</summary>
    /// <param name="key">The 128-bit key of the fleet.</param>
    /// <param name="slots">Number of slots: a power of two, 256 to 4,194,304.</param>
    /// <param name="ipv4Prefix">Leading bits of an IPv4 address that count, 8 to 32.</param>
    /// <param name="ipv6Prefix">Leading bits of an IPv6 address that count, 16 to 128.</param>
    public SlotHashing(Key128 key, int slots = DefaultSlots, int ipv4Prefix = 32, int ipv6Prefix = 64)
    {
        Key = key;
        Slots = slots;
        IPv4Prefix = ipv4Prefix;
        IPv6Prefix = ipv6Prefix;
    }

    /// <summary>The fleet's key.</summary>
    public Key128 Key { get; }

    /// <summary>Number of slots.</summary>
    public int Slots { get; }

    /// <summary>Leading bits of an IPv4 address that count.</summary>
    public int IPv4Prefix { get; }

    /// <summary>Leading bits of an IPv6 address that count.</summary>
    public int IPv6Prefix { get; }

    /// <summary>The slot of an address. IPv4-mapped IPv6 counts as IPv4. Allocates nothing.</summary>
    /// <param name="source">The client's address.</param>
    public int SlotOf(IPAddress source) => throw new NotImplementedException();
}

/// <summary>A 128-bit key.</summary>
/// <param name="Low">The first eight bytes, little endian.</param>
/// <param name="High">The last eight bytes, little endian.</param>
public readonly record struct Key128(ulong Low, ulong High)
{
    /// <summary>Reads the 32 hexadecimal digits that <see cref="ToString"/> writes.</summary>
    /// <param name="text">32 hexadecimal digits.</param>
    /// <param name="key">The key, when the text is one.</param>
    public static bool TryParse(string? text, out Key128 key) => throw new NotImplementedException();

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => throw new NotImplementedException();
}
