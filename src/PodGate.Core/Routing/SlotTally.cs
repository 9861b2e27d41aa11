using System.Collections.Immutable;

namespace PodGate.Core.Routing;

/// <summary>A slot, and how many of its requests were counted.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Count">So many; each stands for <see cref="SlotTally.OneIn"/>.</param>
public readonly record struct SlotCount(int Slot, long Count);

/// <summary>What was counted on one pod.</summary>
/// <param name="All">Of all slots.</param>
/// <param name="Heaviest">The slots that had the most, the heaviest first.</param>
public sealed record SlotCounts(long All, ImmutableArray<SlotCount> Heaviest)
{
    /// <summary>Nothing.</summary>
    public static SlotCounts None { get; } = new(0, []);
}

/// <summary>
/// Which slots have how much of one pod's requests, as far as they have much. Slots are folded to <see cref="Cells"/> cells, and in each the slot stands that
/// has the majority: another one's request takes one of its count away, and who finds none left takes the cell. So a slot that carries a
/// large part of a pod's requests is found, with hardly less than it had, whatever the thousands of light ones do; of these nothing is told.
/// <para>
/// Any thread may count. One request in <see cref="OneIn"/> is, and costs two loads and two stores without a lock; the others cost a multiplication. Of two
/// at once one may be lost, which makes no slot heavy.
/// </para>
/// </summary>
public sealed class SlotTally
{
    /// <summary>Which part of the requests is counted.</summary>
    public const int OneIn = 8;

    /// <summary>Cells, a power of two.</summary>
    public const int Cells = 1024;

    /// <summary>How many slots are told of.</summary>
    public const int Told = 32;

    private const int OneInBits = 3;

    // slot | count, 32 bits each
    private long[] _cells = new long[Cells];
    private long _all;

    /// <summary>A request has come, and may be counted.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="arrivedAt">When, as a timestamp: its bits are the chance by which it is counted, since no client can choose them.</param>
    public void Count(int slot, long arrivedAt)
    {
        if ((ulong)arrivedAt * 0x9e3779b97f4a7c15 >> (64 - OneInBits) == 0) Count(slot);
    }

    /// <summary>Counts a request.</summary>
    /// <param name="slot">Its slot.</param>
    public void Count(int slot)
    {
        ref var cell = ref _cells[slot & (Cells - 1)];
        var before = Volatile.Read(ref cell);
        var count = (uint)before;
        var same = (int)(before >> 32) == slot;
        Volatile.Write(ref cell, same || count == 0 ? ((long)slot << 32) | ((same ? count : 0) + 1) : before - 1);
        Volatile.Write(ref _all, Volatile.Read(ref _all) + 1);
    }

    /// <summary>What was counted since it was last taken. One thread at a time takes it; what is counted at that moment may be lost.</summary>
    public SlotCounts Take()
    {
        if (Volatile.Read(ref _all) == 0) return SlotCounts.None;
        var cells = Interlocked.Exchange(ref _cells, new long[Cells]);
        var all = Interlocked.Exchange(ref _all, 0);
        return new SlotCounts(
            all,
            [
                .. cells.Where(cell => (uint)cell > 0).Select(cell => new SlotCount((int)(cell >> 32), (uint)cell))
                    .OrderByDescending(slot => slot.Count).ThenBy(slot => slot.Slot).Take(Told),
            ]);
    }
}
