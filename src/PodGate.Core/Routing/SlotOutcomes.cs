namespace PodGate.Core.Routing;

/// <summary>What the last request of a source came to, on one pod.</summary>
public enum SlotOutcome
{
    /// <summary>Nothing was seen of it yet.</summary>
    None = 0,

    /// <summary>An answer that is not a server error, whole.</summary>
    Fine = 1,

    /// <summary>An answer with a status code of 500 to 599, but 503 (and but 501 and 505, which are the client's doing).</summary>
    ServerError = 2,

    /// <summary>The answer broke off in the middle.</summary>
    CutOff = 3,

    /// <summary>The connection broke before an answer.</summary>
    Broken = 4,

    /// <summary>No first byte in time.</summary>
    NoAnswer = 5,

    /// <summary>An answer with the status code 503, which overload would explain.</summary>
    Unavailable = 6,
}

/// <summary>One source's last request, as it is remembered.</summary>
/// <param name="Slot">The source.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Moment">When it ended, by the clock of <see cref="SlotOutcomes.MomentOf"/>.</param>
/// <param name="FirstByte">Time to the first byte, whole milliseconds; zero when there was none.</param>
public readonly record struct SlotEntry(int Slot, SlotOutcome Outcome, uint Moment, TimeSpan FirstByte)
{
    /// <summary>The pod failed this source last.</summary>
    public bool IsFailure => Outcome > SlotOutcome.Fine;
}

/// <summary>
/// The last outcome of each source on one pod: the memory behind traffic as evidence. A source that fails all the time is one entry, and one
/// that fails once and then succeeds is well again, so nobody's number of requests gives him weight. Sources are slots, folded to
/// <see cref="Cells"/> cells, of which each remembers one slot: of two that share a cell the one stands that ended a request last.
/// <para>
/// Any thread may write: a request costs one store of eight bytes, without a lock, and when two sources of a cell end at once either may stand.
/// </para>
/// </summary>
public sealed class SlotOutcomes
{
    /// <summary>Cells, a power of two.</summary>
    public const int Cells = 1 << CellBits;

    private const int CellBits = 13;
    private const int OutcomeBits = 4;

    /// <summary>What is left of the largest slot number (22 bits) beside the cell's own.</summary>
    private const int TagBits = 10;
    private const int MillisecondBits = 18;
    private const long LongestMilliseconds = (1 << MillisecondBits) - 1;

    // moment (32 bits) | milliseconds to the first byte, saturated | the rest of the slot's number | outcome
    private readonly long[] _cells = new long[Cells];
    private long _troubles;
    private long _slow;
    private long _slowFrom = long.MaxValue;

    /// <summary>First bytes that take as long as this are counted in <see cref="Slow"/>; a hint for when to look. <value>Default: none do.</value></summary>
    public TimeSpan SlowFrom
    {
        set => Volatile.Write(ref _slowFrom, value.Ticks);
    }

    /// <summary>How many first bytes were slow; it changes when there is something new to look at.</summary>
    public long Slow => Volatile.Read(ref _slow);

    /// <summary>How many failures there were; it changes when there is something new to look at.</summary>
    public long Troubles => Volatile.Read(ref _troubles);

    /// <summary>What is remembered in a cell; of a cell that was never written the outcome is <see cref="SlotOutcome.None"/>.</summary>
    /// <param name="cell">0 to <see cref="Cells"/> - 1.</param>
    public SlotEntry this[int cell]
    {
        get
        {
            var value = Volatile.Read(ref _cells[cell]);
            var tag = (int)(value >> OutcomeBits) & ((1 << TagBits) - 1);
            var milliseconds = (value >> (OutcomeBits + TagBits)) & LongestMilliseconds;
            var firstByte = TimeSpan.FromTicks(milliseconds * TimeSpan.TicksPerMillisecond);
            return new SlotEntry((tag << CellBits) | cell, (SlotOutcome)(value & ((1 << OutcomeBits) - 1)), (uint)(value >> 32), firstByte);
        }
    }

    /// <summary>The next cell that was ever written, from a cell on; -1 when there is none. Most are empty, and are passed over many at a time.</summary>
    /// <param name="from">0 to <see cref="Cells"/>.</param>
    public int NextWritten(int from)
    {
        var offset = _cells.AsSpan(from).IndexOfAnyExcept(0L);
        return offset < 0 ? -1 : from + offset;
    }

    /// <summary>The cell that remembers a slot.</summary>
    /// <param name="slot">The slot.</param>
    public static int CellOf(int slot) => slot & (Cells - 1);

    /// <summary>The clock of the cells: hundredths of a second, running over after 497 days; compare by differences only.</summary>
    /// <param name="time">The gate's time.</param>
    public static uint MomentOf(DateTimeOffset time) => unchecked((uint)(time.UtcTicks / (TimeSpan.TicksPerMillisecond * 10)));

    /// <summary>How long after <paramref name="earlier"/> a moment is; negative when it is before.</summary>
    /// <param name="later">A moment.</param>
    /// <param name="earlier">Another.</param>
    public static TimeSpan Between(uint later, uint earlier) => TimeSpan.FromTicks(unchecked((int)(later - earlier)) * 10L * TimeSpan.TicksPerMillisecond);

    /// <summary>Remembers how a request of a source ended.</summary>
    /// <param name="slot">The source.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="moment">When.</param>
    /// <param name="firstByte">Time to the first byte.</param>
    public void Record(int slot, SlotOutcome outcome, uint moment, TimeSpan firstByte)
    {
        var milliseconds = Math.Clamp(firstByte.Ticks / TimeSpan.TicksPerMillisecond, 0, LongestMilliseconds);
        var tag = (long)(slot >> CellBits) & ((1 << TagBits) - 1);
        var value = ((long)moment << 32) | (milliseconds << (OutcomeBits + TagBits)) | (tag << OutcomeBits) | (long)outcome;
        Volatile.Write(ref _cells[CellOf(slot)], value);
        if (outcome > SlotOutcome.Fine) Interlocked.Increment(ref _troubles);
        else if (firstByte.Ticks >= Volatile.Read(ref _slowFrom)) Interlocked.Increment(ref _slow);
    }
}
