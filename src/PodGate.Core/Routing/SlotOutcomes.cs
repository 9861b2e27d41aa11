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

/// <summary>One source's last requests, as they are remembered.</summary>
/// <param name="Slot">The source.</param>
/// <param name="Kind">How it last failed, as long as that is among its last <see cref="SlotOutcomes.Remembered"/> requests; else Fine, or None.</param>
/// <param name="History">Which of its last requests failed, a bit each; the lowest is the newest.</param>
/// <param name="Moment">When the last one ended, by the clock of <see cref="SlotOutcomes.MomentOf"/>.</param>
/// <param name="FirstByte">Its time to the first byte, in milliseconds (above 4 s in coarser steps); zero when there was none.</param>
public readonly record struct SlotEntry(int Slot, SlotOutcome Kind, int History, uint Moment, TimeSpan FirstByte)
{
    /// <summary>The pod failed this source last.</summary>
    public bool IsFailure => (History & 1) != 0;

    /// <summary>How many of its last <see cref="SlotOutcomes.Remembered"/> requests failed.</summary>
    public int Failures => System.Numerics.BitOperations.PopCount((uint)History);

    /// <summary>
    /// The pod fails this source, not only now and then: two of its last four requests failed. A connection that broke once, or a client that met the
    /// one error in a hundred, is none.
    /// </summary>
    public bool IsAffected => Failures >= 2;

    /// <summary>What became of the last one.</summary>
    public SlotOutcome Outcome => IsFailure || Kind <= SlotOutcome.Fine ? Kind : SlotOutcome.Fine;
}

/// <summary>
/// What became of the last requests of each source on one pod: the memory behind traffic as evidence. A source that fails all the time is one entry, so
/// nobody's number of requests gives him weight. Sources are slots, folded to
/// <see cref="Cells"/> cells, of which each remembers one slot: of two that share a cell the one stands that ended a request last.
/// <para>
/// Any thread may write: a request costs one load and one store of eight bytes, without a lock, and when two requests of a cell end at once either may stand.
/// </para>
/// </summary>
public sealed class SlotOutcomes
{
    /// <summary>Cells, a power of two.</summary>
    public const int Cells = 1 << CellBits;

    /// <summary>How many requests of a source its history tells of.</summary>
    public const int Remembered = 4;

    private const int CellBits = 13;
    private const int KindBits = 4;

    /// <summary>What is left of the largest slot number (22 bits) beside the cell's own.</summary>
    private const int TagBits = 10;
    private const int TimeBits = 14;
    private const int HistoryAt = KindBits;
    private const int TagAt = HistoryAt + Remembered;
    private const int TimeAt = TagAt + TagBits;

    // moment (32 bits) | time to the first byte | the rest of the slot's number | history | kind
    private readonly long[] _cells = new long[Cells];
    private long _troubles;
    private long _slow;
    private long _slowFrom = long.MaxValue;
    private long _forgotten = -1;

    /// <summary>First bytes that take as long as this are counted in <see cref="Slow"/>; a hint for when to look. <value>Default: none do.</value></summary>
    public TimeSpan SlowFrom
    {
        set => Volatile.Write(ref _slowFrom, value.Ticks);
    }

    /// <summary>
    /// What sources met before this moment is forgotten with their next request: a person enabled the pod, and whoever was failed then begins anew.
    /// <value>Default: nothing is.</value>
    /// </summary>
    public uint ForgetBefore
    {
        set => Volatile.Write(ref _forgotten, value);
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
            return new SlotEntry(
                (Part(value, TagAt, TagBits) << CellBits) | cell, (SlotOutcome)Part(value, 0, KindBits), Part(value, HistoryAt, Remembered),
                (uint)(value >> 32), Expand(Part(value, TimeAt, TimeBits)));
        }
    }

    /// <summary>What is remembered of a slot; of one that was never seen, or that another one hides, the kind is <see cref="SlotOutcome.None"/>.</summary>
    /// <param name="slot">The slot.</param>
    public SlotEntry Of(int slot)
    {
        var entry = this[CellOf(slot)];
        return entry.Slot == slot ? entry : default;
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
        ref var cell = ref _cells[CellOf(slot)];
        var before = Volatile.Read(ref cell);
        var tag = (slot >> CellBits) & ((1 << TagBits) - 1);
        var failed = outcome > SlotOutcome.Fine;
        var history = before != 0 && Part(before, TagAt, TagBits) == tag && !IsForgotten((uint)(before >> 32)) ? Part(before, HistoryAt, Remembered) : 0;
        history = ((history << 1) & ((1 << Remembered) - 1)) | (failed ? 1 : 0);

        // Of a source that is served again the kind of its last failure is kept until that is forgotten.
        var kind = failed || history == 0 ? (int)outcome : Part(before, 0, KindBits);
        var low = ((long)Compress(firstByte) << TimeAt) | ((long)tag << TagAt) | ((long)history << HistoryAt) | (long)kind;
        Volatile.Write(ref cell, ((long)moment << 32) | low);
        if (failed) Interlocked.Increment(ref _troubles);
        else if (firstByte.Ticks >= Volatile.Read(ref _slowFrom)) Interlocked.Increment(ref _slow);
    }

    private bool IsForgotten(uint moment)
    {
        var forgotten = Volatile.Read(ref _forgotten);
        return forgotten >= 0 && Between(moment, (uint)forgotten) < TimeSpan.Zero;
    }

    private static int Part(long value, int at, int bits) => (int)(value >> at) & ((1 << bits) - 1);

    // 12 bits of digits and 2 of scale: exact to 4 s, then in steps of 4, 16 and 64 ms, 262 s at most.
    private static int Compress(TimeSpan time)
    {
        var milliseconds = Math.Clamp(time.Ticks / TimeSpan.TicksPerMillisecond, 0, 0xFFFL << 6);
        var scale = 0;
        for (; milliseconds > 0xFFF; milliseconds >>= 2) scale++;
        return (scale << 12) | (int)milliseconds;
    }

    private static TimeSpan Expand(int compressed) =>
        TimeSpan.FromTicks(((long)(compressed & 0xFFF) << ((compressed >> 12) * 2)) * TimeSpan.TicksPerMillisecond);
}
