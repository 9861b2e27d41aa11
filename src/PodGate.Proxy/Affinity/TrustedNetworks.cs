using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace PodGate.Proxy.Affinity;

/// <summary>
/// The networks of trusted proxies, in a form that can be asked without allocating. An IPv4-mapped IPv6 address counts as the IPv4
/// address it carries, so that it does not matter whether a listener is dual-stack; and an IPv6 network never covers IPv4 peers.
/// </summary>
internal sealed class TrustedNetworks
{
    private readonly ImmutableArray<Range> _ranges;

    public TrustedNetworks(ImmutableArray<IPNetwork> networks) => _ranges = [.. networks.IsDefault ? [] : networks.Select(ToRange)];

    /// <summary>Whether no proxy is trusted, which is the default.</summary>
    public bool IsEmpty => _ranges.IsEmpty;

    /// <summary>Whether the address lies in one of the networks.</summary>
    public bool Contains(IPAddress address)
    {
        if (_ranges.IsEmpty) return false;
        var (bits, isIPv4) = BitsOf(address);
        foreach (var range in _ranges)
        {
            if (range.IsIPv4 == isIPv4 && (bits & range.Mask) == range.Bits) return true;
        }

        return false;
    }

    private static Range ToRange(IPNetwork network)
    {
        var (bits, isIPv4) = BitsOf(network.BaseAddress);
        var prefix = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? network.PrefixLength + 96 : network.PrefixLength;

        // ::ffff:0:0/96 and narrower are IPv4 networks written the long way; anything wider is about IPv6.
        if (prefix < 96) isIPv4 = false;
        var mask = prefix == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - prefix);
        return new Range(bits & mask, mask, isIPv4);
    }

    private static (UInt128 Bits, bool IsIPv4) BitsOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[..10].Clear();
            bytes[10..12].Fill(0xff);
            address.TryWriteBytes(bytes[12..], out _);
            return (BinaryPrimitives.ReadUInt128BigEndian(bytes), true);
        }

        address.TryWriteBytes(bytes, out _);
        return (BinaryPrimitives.ReadUInt128BigEndian(bytes), address.IsIPv4MappedToIPv6);
    }

    private readonly record struct Range(UInt128 Bits, UInt128 Mask, bool IsIPv4);
}
