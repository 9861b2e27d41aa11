using System.Numerics;

namespace PodGate.Core.Routing;

/// <summary>
/// When each slot was last used. One array for the whole gate, whichever pods own the slots. Any thread may write: a use costs one load, and a store only
/// when the last one was half a second ago or more, so that busy slots are no line of memory that processors fight for.
/// <para>
/// What was used before the gate started it does not know, and takes every slot for used at that moment: nobody is called quiet for want of memory.
/// </para>
/// </summary>
public sealed class SlotUse
{
    private readonly uint[] _moments;
    private readonly int _shift;
    private readonly long _frequency;
    private readonly uint _first;

    /// <summary>Sets it up, with every slot used just now.</summary>
    /// <param name="slots">How many slots there are.</param>
    /// <param name="frequency">Ticks a second of the timestamps, as <c>TimeProvider.TimestampFrequency</c>.</param>
    /// <param name="now">The timestamp of this moment.</param>
    public SlotUse(int slots, long frequency, long now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frequency);
        _moments = new uint[slots];
        _frequency = frequency;

        // The largest power of two within a second, halved: a quarter to half a second, and it takes decades to run over.
        _shift = Math.Max(0, BitOperations.Log2((ulong)frequency) - 1);
        _first = Moment(now);
    }

    /// <summary>How exact it is: a use may be told for this much older than it is.</summary>
    public TimeSpan Grain => TimeSpan.FromSeconds((double)(1L << _shift) / _frequency);

    /// <summary>A slot is used.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="now">The timestamp of this moment.</param>
    public void Touch(int slot, long now)
    {
        // Zero stands for "never": a moment that is zero by chance is told for one grain younger.
        var moment = Math.Max(1, Moment(now) - _first + 1);
        ref var last = ref _moments[slot];
        if (Volatile.Read(ref last) != moment) Volatile.Write(ref last, moment);
    }

    /// <summary>Whether a slot was used within a time, or the gate does not run that long.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="within">The time.</param>
    /// <param name="now">The timestamp of this moment.</param>
    public bool WasUsed(int slot, TimeSpan within, long now) => Age(Volatile.Read(ref _moments[slot]), now) <= Grains(within);

    /// <summary>The same of a slot that was really used, not only presumed to be.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="within">The time.</param>
    /// <param name="now">The timestamp of this moment.</param>
    public bool WasSeen(int slot, TimeSpan within, long now)
    {
        var moment = Volatile.Read(ref _moments[slot]);
        return moment != 0 && Age(moment, now) <= Grains(within);
    }

    private uint Moment(long timestamp) => (uint)(timestamp >> _shift);

    private uint Age(uint moment, long now)
    {
        var present = Moment(now) - _first + 1;
        return present > moment ? present - moment : 0;
    }

    private uint Grains(TimeSpan time) => (uint)Math.Clamp(Math.Ceiling(time / Grain), 0, uint.MaxValue);
}
