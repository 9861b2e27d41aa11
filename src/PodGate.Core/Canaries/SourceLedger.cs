using PodGate.Core.Routing;

namespace PodGate.Core.Canaries;

/// <summary>
/// Counts by source and time: requests, failures, times to the first byte. It keeps the last <see cref="Spans"/> spans of equal length, for at most <see
/// cref="Places"/> sources, and makes place for new ones where an old one was not seen for as long.
/// <para>
/// Any thread may write, without a lock: when two requests of a source end at once, one of them may stay uncounted. A source that is new costs an allocation, a
/// request none.
/// </para>
/// </summary>
public sealed class SourceLedger
{
    /// <summary>The most sources, a power of two; about 2 kB each.</summary>
    public const int Places = 8192;

    /// <summary>How many spans are kept, the one that is not over yet among them.</summary>
    public const int Spans = 12;

    /// <summary>How many places a source may have.</summary>
    private const int Tries = 8;

    private readonly Row?[] _rows = new Row?[Places];
    private readonly DateTimeOffset _since;
    private readonly TimeSpan _kept;
    private readonly long _span;
    private long _uncounted;

    /// <summary>Begins to count.</summary>
    /// <param name="since">What ends before this does not count.</param>
    /// <param name="kept">How long all spans are together. At least a millisecond for each.</param>
    public SourceLedger(DateTimeOffset since, TimeSpan kept)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, TimeSpan.FromMilliseconds(Spans));
        _since = since;
        _kept = kept;
        _span = kept.Ticks / Spans;
    }

    /// <summary>Requests that found no place, since there were too many sources.</summary>
    public long Uncounted => Volatile.Read(ref _uncounted);

    /// <summary>Counts how a request of a source ended.</summary>
    /// <param name="slot">The source.</param>
    /// <param name="outcome">What became of it; what says nothing is not counted.</param>
    /// <param name="now">When.</param>
    /// <param name="firstByte">Time to the first byte.</param>
    public void Record(int slot, SlotOutcome outcome, DateTimeOffset now, TimeSpan firstByte)
    {
        if (outcome == SlotOutcome.None || now < _since) return;
        var span = SpanOf(now);
        if (Find(slot, span) is not { } row)
        {
            Interlocked.Increment(ref _uncounted);
            return;
        }

        row.Count(span, outcome == SlotOutcome.Fine ? FirstByteScale.StepOf(firstByte) : -1);
    }

    /// <summary>How long what is kept goes back.</summary>
    /// <param name="now">The moment.</param>
    public TimeSpan Reach(DateTimeOffset now) => now - _since < _kept ? now - _since : _kept;

    /// <summary>What is kept of each source that was seen, by slot.</summary>
    /// <param name="now">The moment.</param>
    public Dictionary<int, SourceTally> Tallies(DateTimeOffset now)
    {
        var tallies = new Dictionary<int, SourceTally>();
        var last = SpanOf(now);
        foreach (ref var place in _rows.AsSpan())
        {
            // A source may have moved to a place that became free before its own one did, so it may be there twice.
            if (Volatile.Read(ref place) is not { } row || row.Last <= last - Spans) continue;
            if (!tallies.TryGetValue(row.Slot, out var tally)) tallies.Add(row.Slot, tally = new SourceTally());
            row.AddTo(tally, last);
        }

        return tallies;
    }

    private int SpanOf(DateTimeOffset now) => (int)Math.Clamp((now - _since).Ticks / _span, 0, int.MaxValue - 1);

    private Row? Find(int slot, int span)
    {
        var home = (int)((uint)slot * 2_654_435_769u >> 16);
        for (var i = 0; i < Tries; i++)
        {
            ref var place = ref _rows[(home + i) & (Places - 1)];
            var row = Volatile.Read(ref place);
            if (row?.Slot == slot) return row;
            if (row is not null && row.Last > span - Spans) continue;
            var fresh = new Row(slot, span);
            var winner = Interlocked.CompareExchange(ref place, fresh, row);
            if (ReferenceEquals(winner, row)) return fresh;
            if (winner?.Slot == slot) return winner;
        }

        return null;
    }

    /// <summary>One source's spans, as a ring.</summary>
    private sealed class Row(int slot, int first)
    {
        private readonly int[] _span = new int[Spans];
        private readonly int[] _requests = new int[Spans];
        private readonly int[] _failures = new int[Spans];
        private readonly int[] _times = new int[Spans * FirstByteScale.Steps];
        private int _last = first;

        public int Slot => slot;

        /// <summary>The last span in which it was seen.</summary>
        public int Last => Volatile.Read(ref _last);

        /// <param name="span">The span.</param>
        /// <param name="step">The step of its time; -1: it failed.</param>
        public void Count(int span, int step)
        {
            var at = span % Spans;

            // Which span is told for one more than it is: zero stands for none.
            if (_span[at] != span + 1)
            {
                _requests[at] = _failures[at] = 0;
                TimesOf(at).Clear();
                _span[at] = span + 1;
                Volatile.Write(ref _last, span);
            }

            _requests[at]++;
            if (step < 0) _failures[at]++;
            else _times[(at * FirstByteScale.Steps) + step]++;
        }

        public void AddTo(SourceTally tally, int last)
        {
            for (var at = 0; at < Spans; at++)
            {
                if (_span[at] > 0 && _span[at] - 1 > last - Spans) tally.Add(_requests[at], _failures[at], TimesOf(at));
            }
        }

        private Span<int> TimesOf(int at) => _times.AsSpan(at * FirstByteScale.Steps, FirstByteScale.Steps);
    }
}
