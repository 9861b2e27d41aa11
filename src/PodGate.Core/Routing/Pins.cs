using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace PodGate.Core.Routing;

/// <summary>
/// All pins, in a form that can be asked without allocating; immutable. Of two networks that hold an address, the longer prefix counts. An IPv4-mapped IPv6
/// address counts as the IPv4 address it carries, so that it does not matter whether a listener is dual-stack.
/// <para>
/// Networks lie within each other or apart, so the addresses fall into stretches of one answer each, at most two a pin and one more: a question is a search
/// in a sorted list, and without pins one comparison.
/// </para>
/// </summary>
public sealed class Pins : IEquatable<Pins>
{
    /// <summary>The most there may be.</summary>
    public const int Most = 1000;

    private const int Nobody = -1;

    private readonly Stretch[] _ipv4;
    private readonly Stretch[] _ipv6;

    private Pins(ImmutableArray<Pin> all)
    {
        All = all;
        _ipv4 = Stretches(AddressFamily.InterNetwork);
        _ipv6 = Stretches(AddressFamily.InterNetworkV6);
    }

    /// <summary>No pins.</summary>
    public static Pins None { get; } = new([]);

    /// <summary>Every pin, in the order in which they were given.</summary>
    public ImmutableArray<Pin> All { get; }

    /// <summary>Whether there are none, which is the default.</summary>
    public bool IsEmpty => All.IsEmpty;

    /// <summary>The pins of a list. Of two for one network the later one counts; the configuration refuses such.</summary>
    /// <param name="pins">They.</param>
    /// <exception cref="ArgumentException">There are more than <see cref="Most"/>.</exception>
    public static Pins Of(ImmutableArray<Pin> pins)
    {
        if (pins.IsDefaultOrEmpty) return None;
        if (pins.Length > Most) throw new ArgumentException($"{pins.Length} pins are too many: at most {Most} fit.", nameof(pins));
        return new Pins(pins);
    }

    /// <summary>The place in <see cref="All"/> of the pin that an address falls under; -1: it falls under none. Allocates nothing.</summary>
    /// <param name="address">A client's address.</param>
    public int IndexOf(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (All.IsEmpty) return Nobody;
        var (bits, isIPv4) = AddressBits.Of(address);
        return Find(isIPv4 ? _ipv4 : _ipv6, bits);
    }

    /// <summary>The pin that an address falls under; null: none.</summary>
    /// <param name="address">A client's address.</param>
    public Pin? Find(IPAddress address) => IndexOf(address) is var index and >= 0 ? All[index] : null;

    /// <summary>By value.</summary>
    public bool Equals(Pins? other) => ReferenceEquals(this, other) || (other is not null && All.AsSpan().SequenceEqual(other.All.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Pins);

    /// <inheritdoc/>
    public override int GetHashCode() => All.Length == 0 ? 0 : HashCode.Combine(All.Length, All[0], All[^1]);

    private static int Find(Stretch[] stretches, UInt128 bits)
    {
        // The last stretch that does not begin behind the address.
        var (low, high) = (0, stretches.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (stretches[middle].From <= bits) low = middle + 1;
            else high = middle - 1;
        }

        return high < 0 ? Nobody : stretches[high].Pin;
    }

    private Stretch[] Stretches(AddressFamily family)
    {
        // Wider networks come before those within them; of two that are the same, the later one lies on top.
        var ranges = All.Select((pin, index) => (pin.Network, Index: index)).Where(pin => pin.Network.BaseAddress.AddressFamily == family)
            .Select(pin => RangeOf(pin.Network, pin.Index)).OrderBy(range => range.From).ThenByDescending(range => range.Until).ThenBy(range => range.Pin);
        var stretches = new List<Stretch>();
        var within = new Stack<Range>();
        foreach (var range in ranges)
        {
            EndBefore(range.From);
            within.Push(range);
            Begin(range.From, range.Pin);
        }

        EndBefore(null);
        return [.. stretches];

        void EndBefore(UInt128? from)
        {
            while (within.TryPeek(out var ended) && (from is null || ended.Until < from))
            {
                within.Pop();
                if (ended.Until < UInt128.MaxValue) Begin(ended.Until + UInt128.One, within.TryPeek(out var around) ? around.Pin : Nobody);
            }
        }

        void Begin(UInt128 from, int pin)
        {
            if (stretches.Count > 0 && stretches[^1].From == from) stretches.RemoveAt(stretches.Count - 1);
            stretches.Add(new Stretch(from, pin));
        }
    }

    private static Range RangeOf(IPNetwork network, int pin)
    {
        var (from, isIPv4) = AddressBits.Of(network.BaseAddress);
        var free = (isIPv4 ? 32 : 128) - network.PrefixLength;
        return new Range(from, free == 128 ? UInt128.MaxValue : from | ((UInt128.One << free) - UInt128.One), pin);
    }

    /// <summary>From an address on, up to where the next one begins, one pin counts, or none.</summary>
    private readonly record struct Stretch(UInt128 From, int Pin);

    private readonly record struct Range(UInt128 From, UInt128 Until, int Pin);
}
