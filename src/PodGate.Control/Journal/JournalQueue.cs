using Microsoft.Extensions.Logging;

namespace PodGate.Control.Journal;

/// <summary>An entry on its way into the journal.</summary>
internal sealed class WaitingEntry(JournalEntry entry, bool isCommit)
{
    private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal JournalEntry Entry { get; } = entry;

    internal bool IsCommit { get; } = isCommit;

    /// <summary>True once a first attempt to write it failed: then it belongs to the backlog.</summary>
    internal bool InBacklog { get; set; }

    internal Task<bool> Answer => _answer.Task;

    /// <summary>Answers once; later answers are of no interest to anybody.</summary>
    internal void Reply(bool durable) => _answer.TrySetResult(durable);
}

/// <summary>
/// The entries between the gate and the writer thread, in order. While the journal cannot be written, records are answered here at once
/// and wait, and commits are refused here at once, so nobody waits for a disk that is known not to work.
/// </summary>
internal sealed class JournalQueue(int limit, ILogger log)
{
    private readonly object _lock = new();
    private readonly List<WaitingEntry> _waiting = [];
    private int _withdrawn;
    private long _dropped;
    private bool _writable = true;
    private bool _retry;
    private bool _closed;

    // Somebody wants the journal closed, if nothing is lost by it.
    private TaskCompletionSource<bool>? _asked;

    internal bool IsWritable
    {
        get
        {
            lock (_lock)
                return _writable;
        }
    }

    internal bool IsClosed
    {
        get
        {
            lock (_lock)
                return _closed;
        }
    }

    /// <summary>Entries in effect that are known to wait.</summary>
    internal int Backlog
    {
        get
        {
            lock (_lock)
                return _withdrawn + _waiting.Count(entry => entry.InBacklog);
        }
    }

    /// <summary>Entries dropped because others replace them.</summary>
    internal long DroppedCount
    {
        get
        {
            lock (_lock)
                return _dropped;
        }
    }

    internal Task<bool> Add(WaitingEntry entry)
    {
        lock (_lock)
        {
            if (entry.IsCommit ? _closed || !_writable || _waiting.Count >= limit : _closed)
            {
                entry.Reply(false);
                return entry.Answer;
            }
            if (!_writable)
            {
                entry.InBacklog = true;
                entry.Reply(false);
            }
            _waiting.Add(entry);
            if (_waiting.Count > limit)
                DropOne();
            Monitor.PulseAll(_lock);
        }
        return entry.Answer;
    }

    /// <summary>Waits until there is something to write, to try again, to answer, or to stop. True when a retry is due.</summary>
    internal bool Wait()
    {
        lock (_lock)
        {
            while (!_closed && !_retry && _asked is null && (!_writable || _waiting.Count == 0))
                Monitor.Wait(_lock);
            var retry = _retry;
            _retry = false;
            return retry;
        }
    }

    /// <summary>Takes the oldest entries out.</summary>
    internal List<WaitingEntry> Take(int most)
    {
        lock (_lock)
        {
            var taken = _waiting[..Math.Min(most, _waiting.Count)];
            _waiting.RemoveRange(0, taken.Count);
            _withdrawn = taken.Count(entry => entry.InBacklog);
            return taken;
        }
    }

    /// <summary>The entries taken last are durable, or refused.</summary>
    internal void Done()
    {
        lock (_lock)
            _withdrawn = 0;
    }

    /// <summary>From here on records wait and commits are refused; <paramref name="taken"/> goes back to the front.</summary>
    internal void Fail(IReadOnlyList<WaitingEntry> taken)
    {
        List<WaitingEntry> refused;
        lock (_lock)
        {
            _writable = false;
            _withdrawn = 0;
            _waiting.InsertRange(0, taken);
            refused = _waiting.FindAll(entry => entry.IsCommit);
            _waiting.RemoveAll(entry => entry.IsCommit);
            foreach (var entry in _waiting)
            {
                entry.InBacklog = true;
                entry.Reply(false);
            }
        }
        foreach (var entry in refused)
            entry.Reply(false);
    }

    /// <summary>Writable again, if really nothing waits.</summary>
    internal bool TryBecomeWritable()
    {
        lock (_lock)
        {
            if (_waiting.Count > 0)
                return false;
            _writable = true;
            return true;
        }
    }

    internal void Retry()
    {
        lock (_lock)
        {
            _retry = true;
            Monitor.PulseAll(_lock);
        }
    }

    internal void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Closes as soon as nothing waits any more (true), or does not because what waits cannot be written (false).</summary>
    internal Task<bool> AskToClose()
    {
        lock (_lock)
        {
            if (_closed)
                return Task.FromResult(false);
            _asked ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            Monitor.PulseAll(_lock);
            return _asked.Task;
        }
    }

    /// <summary>Whoever asked is told no, unless it is closed by now. Any thread, while the writer may hang at the disk.</summary>
    internal void WithdrawAsk()
    {
        lock (_lock)
        {
            _asked?.TrySetResult(false);
            _asked = null;
        }
    }

    /// <summary>Answers who asked, once nothing that can be written waits. Only the writer thread calls it.</summary>
    /// <param name="isProved">Whether everything that was written is known to be on the disk.</param>
    internal void CloseIfAsked(bool isProved)
    {
        lock (_lock)
        {
            if (_asked is null || (_writable && _waiting.Count > 0))
                return;
            _closed = _writable && isProved;
            _asked.TrySetResult(_closed);
            _asked = null;
        }
    }

    /// <summary>
    /// Drops the oldest record of whose pods a later record says all that matters. There is one as soon as more records wait than there
    /// are pods, since each pod has only one newest; so the queue is bounded by the larger of the two. Rows of the outbox keep no entry: people are told from
    /// memory, and what is forgotten of it is at worst told twice.
    /// </summary>
    private void DropOne()
    {
        var later = new HashSet<string>(StringComparer.Ordinal);
        var freezeLater = false;
        var seenLater = false;
        var agendaLater = false;
        var oldest = -1;
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var entry = _waiting[i];
            var changed = entry.Entry.Transitions.Where(transition => transition.Record is not null).Select(transition => transition.Pod).ToList();
            if (!entry.IsCommit && changed.TrueForAll(later.Contains)
                && (!entry.Entry.FreezeChanged || freezeLater) && (!entry.Entry.AllPodsSeen || seenLater)
                && (entry.Entry.Agenda is null || agendaLater) && i < _waiting.Count - 1)
                oldest = i;
            if (entry.IsCommit)
                continue; // It may be refused, so it replaces nothing.
            later.UnionWith(changed);
            freezeLater |= entry.Entry.FreezeChanged;
            seenLater |= entry.Entry.AllPodsSeen;
            agendaLater |= entry.Entry.Agenda is not null;
        }
        if (oldest < 0)
            return;
        _waiting[oldest].Reply(false);
        _waiting.RemoveAt(oldest);
        JournalLog.Dropped(log, limit, ++_dropped);
    }
}
