using System.Numerics;

namespace PodGate.Core.Routing;

/// <summary>Some of the slots; immutable. A bit each.</summary>
public sealed class SlotSet
{
    private readonly ulong[]? _bits;

    private SlotSet(ulong[]? bits, int count)
    {
        _bits = bits;
        Count = count;
    }

    /// <summary>None of them.</summary>
    public static SlotSet Empty { get; } = new([], 0);

    /// <summary>All of them, however many there are.</summary>
    public static SlotSet All { get; } = new(null, int.MaxValue);

    /// <summary>How many; of <see cref="All"/> the largest number there is.</summary>
    public int Count { get; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The slots for which something is true.</summary>
    /// <param name="slots">How many slots there are.</param>
    /// <param name="belongs">Asked once for each, in order.</param>
    public static SlotSet Of(int slots, Func<int, bool> belongs)
    {
        ArgumentNullException.ThrowIfNull(belongs);
        ArgumentOutOfRangeException.ThrowIfNegative(slots);
        var bits = new ulong[(slots + 63) / 64];
        var count = 0;
        for (var slot = 0; slot < slots; slot++)
        {
            if (!belongs(slot)) continue;
            bits[slot >> 6] |= 1UL << (slot & 63);
            count++;
        }

        return count == 0 ? Empty : new SlotSet(bits, count);
    }

    /// <summary>Those of them for which something is true.</summary>
    /// <param name="stays">Asked once for each, in order.</param>
    /// <exception cref="InvalidOperationException">Of <see cref="All"/>, which does not know how many there are.</exception>
    public SlotSet Where(Func<int, bool> stays)
    {
        ArgumentNullException.ThrowIfNull(stays);
        if (_bits is null) throw new InvalidOperationException("All slots are not counted, so none can be taken out of them.");
        var bits = new ulong[_bits.Length];
        var count = 0;
        for (var word = 0; word < bits.Length; word++)
        {
            for (var left = _bits[word]; left != 0; left &= left - 1)
            {
                var bit = BitOperations.TrailingZeroCount(left);
                if (!stays((word << 6) | bit)) continue;
                bits[word] |= 1UL << bit;
                count++;
            }
        }

        return count == Count ? this : count == 0 ? Empty : new SlotSet(bits, count);
    }

    /// <summary>From what <see cref="ToBytes"/> made.</summary>
    /// <param name="bytes">Null: all.</param>
    public static SlotSet FromBytes(byte[]? bytes) =>
        bytes is null ? All : Of(bytes.Length * 8, slot => (bytes[slot >> 3] & (1 << (slot & 7))) != 0);

    /// <summary>A bit each, the lowest first; null of <see cref="All"/>.</summary>
    public byte[]? ToBytes()
    {
        if (_bits is null) return null;
        var bytes = new byte[_bits.Length * 8];
        for (var slot = 0; slot < bytes.Length * 8; slot++)
        {
            if (Contains(slot)) bytes[slot >> 3] |= (byte)(1 << (slot & 7));
        }

        return bytes;
    }

    /// <summary>Whether a slot is one of them. Two reads; allocates nothing.</summary>
    /// <param name="slot">The slot.</param>
    public bool Contains(int slot) => _bits is null || ((uint)slot >> 6 < (uint)_bits.Length && (_bits[slot >> 6] & (1UL << (slot & 63))) != 0);
}
