using System.Buffers.Binary;
using System.Net;

namespace PodGate.Core.Routing;

/// <summary>Addresses as numbers, so that networks are stretches of them.</summary>
internal static class AddressBits
{
    /// <summary>The number of an address, and whether it is IPv4; an IPv4-mapped IPv6 address is the IPv4 address it carries. Allocates nothing.</summary>
    /// <exception cref="ArgumentException">It is neither IPv4 nor IPv6.</exception>
    public static (UInt128 Bits, bool IsIPv4) Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length))
            throw new ArgumentException($"An address of the family {address.AddressFamily} is in no network: it must be IPv4 or IPv6.", nameof(address));
        if (length == 4) return (BinaryPrimitives.ReadUInt32BigEndian(bytes), true);
        return address.IsIPv4MappedToIPv6 ? (BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), true) : (BinaryPrimitives.ReadUInt128BigEndian(bytes), false);
    }
}
