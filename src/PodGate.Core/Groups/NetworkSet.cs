using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PodGate.Core.Routing;

namespace PodGate.Core.Groups;

/// <summary>
/// The addresses of many networks; immutable. Networks that touch or lie within each other become one stretch, and a question is a search in a sorted list:
/// of 100,000 networks it takes some seventeen comparisons. An IPv4-mapped IPv6 address counts as the IPv4 address it carries.
/// </summary>
public sealed class NetworkSet : IEquatable<NetworkSet>
{
    /// <summary>The most networks there may be.</summary>
    public const int Most = 100_000;

    private const int MappedPrefix = 96;

    private readonly uint[] _ipv4From;
    private readonly uint[] _ipv4Until;
    private readonly UInt128[] _ipv6From;
    private readonly UInt128[] _ipv6Until;

    private NetworkSet(ImmutableArray<IPNetwork> all)
    {
        All = all;
        var ranges = all.Select(RangeOf).ToList();
        var (four, six) = (Merged(ranges.Where(range => range.IsIPv4)), Merged(ranges.Where(range => !range.IsIPv4)));
        (_ipv4From, _ipv4Until) = ([.. four.Select(range => (uint)range.From)], [.. four.Select(range => (uint)range.Until)]);
        (_ipv6From, _ipv6Until) = ([.. six.Select(range => range.From)], [.. six.Select(range => range.Until)]);
    }

    /// <summary>No address.</summary>
    public static NetworkSet Empty { get; } = new([]);

    /// <summary>The networks, in the order in which they were given.</summary>
    public ImmutableArray<IPNetwork> All { get; }

    /// <summary>Whether no address is in it.</summary>
    public bool IsEmpty => All.IsEmpty;

    /// <summary>The addresses of these networks. That one is there twice, or within another, is no mistake.</summary>
    /// <param name="networks">They.</param>
    /// <exception cref="ArgumentException">There are more than <see cref="Most"/>.</exception>
    public static NetworkSet Of(ImmutableArray<IPNetwork> networks)
    {
        if (networks.IsDefaultOrEmpty) return Empty;
        if (networks.Length > Most) throw new ArgumentException($"{networks.Length} networks are too many: at most {Most} fit.", nameof(networks));
        return new NetworkSet(networks);
    }

    /// <summary>Whether an address is in one of the networks. Allocates nothing.</summary>
    /// <param name="address">A client's address.</param>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (All.IsEmpty) return false;
        var (bits, isIPv4) = AddressBits.Of(address);
        return isIPv4 ? Contains(_ipv4From, _ipv4Until, (uint)bits) : Contains(_ipv6From, _ipv6Until, bits);
    }

    /// <summary>By value: whether they are the same networks, however written.</summary>
    public bool Equals(NetworkSet? other) => ReferenceEquals(this, other)
        || (other is not null && _ipv4From.AsSpan().SequenceEqual(other._ipv4From) && _ipv4Until.AsSpan().SequenceEqual(other._ipv4Until)
            && _ipv6From.AsSpan().SequenceEqual(other._ipv6From) && _ipv6Until.AsSpan().SequenceEqual(other._ipv6Until));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NetworkSet);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_ipv4From.Length, _ipv6From.Length, _ipv4From.FirstOrDefault(), _ipv6From.FirstOrDefault());

    private static bool Contains<T>(T[] from, T[] until, T bits)
        where T : IComparable<T>
    {
        // The last stretch that does not begin behind the address.
        var found = from.AsSpan().BinarySearch(bits);
        if (found >= 0) return true;
        var before = ~found - 1;
        return before >= 0 && bits.CompareTo(until[before]) <= 0;
    }

    private static Range RangeOf(IPNetwork network)
    {
        var (bits, isMapped) = AddressBits.Of(network.BaseAddress);
        var isIPv4 = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;

        // ::ffff:0:0/96 and narrower are IPv4 networks written the long way.
        var prefix = network.PrefixLength;
        if (!isIPv4 && isMapped && prefix >= MappedPrefix) (isIPv4, prefix) = (true, prefix - MappedPrefix);
        else if (!isIPv4 && isMapped) bits = UInt128.Zero;
        var free = (isIPv4 ? 32 : 128) - prefix;
        var from = free == 128 ? UInt128.Zero : bits >> free << free;
        return new Range(from, free == 128 ? UInt128.MaxValue : from | ((UInt128.One << free) - UInt128.One), isIPv4);
    }

    private static List<Range> Merged(IEnumerable<Range> ranges)
    {
        var merged = new List<Range>();
        foreach (var range in ranges.OrderBy(range => range.From))
        {
            if (merged.Count > 0 && (merged[^1].Until == UInt128.MaxValue || range.From <= merged[^1].Until + UInt128.One))
                merged[^1] = merged[^1] with { Until = UInt128.Max(merged[^1].Until, range.Until) };
            else
                merged.Add(range);
        }

        return merged;
    }

    private readonly record struct Range(UInt128 From, UInt128 Until, bool IsIPv4);
}
