using Microsoft.Extensions.Logging;
using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>
/// The writer thread of a journal. It alone touches the database and the head. Once a write has failed, nothing is written until the
/// journal has been closed, opened again and verified as at the start: after a failed sync nobody knows what is on the disk but the disk.
/// </summary>
internal sealed partial class JournalWriter
{
    private static readonly JournalImage AnyImage = new() { GateId = "", Key = "" };

    private readonly string _directory;
    private readonly JournalLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly FileStream? _held;
    private readonly JournalQueue _queue;
    private readonly NewestTransitions _newest;
    private readonly ITimer _retryTimer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Only the writer thread touches these.
    private JournalDatabase? _database;
    private JournalImage _image;
    private JournalAnchor _anchor;
    private long _epoch;
    private bool _fromHeadOnly;
    private bool _isTaken;
    private JournalAttempt? _uncertain;
    private TimeSpan _retryAfter;
    private string? _lastTrouble;

    // Entries that can be read in the journal but are not proved to be on the disk.
    private volatile int _unproved;

    internal JournalWriter(string directory, OpenedJournal opened, FileStream? held, JournalLimits limits, TimeProvider time, ILogger log)
    {
        _directory = directory;
        _limits = limits;
        _time = time;
        _log = log;
        _held = held;
        _queue = new JournalQueue(limits.Backlog, log);
        _newest = new NewestTransitions(limits.InMemory, opened.Newest);
        _database = opened.Database;
        _image = opened.Image;
        _anchor = opened.Anchor;
        _epoch = opened.Epoch;
        _fromHeadOnly = opened.FromHeadOnly;
        _retryAfter = limits.RetryAfter;
        _retryTimer = time.CreateTimer(_ => _queue.Retry(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (_database is null)
        {
            JournalLog.NotWritable(log, directory, opened.Trouble?.Message ?? "", opened.Trouble);
            _queue.Fail([]);
            ScheduleRetry();
        }
        new Thread(Run) { IsBackground = true, Name = "journal" }.Start();
    }

    internal event Action<string?>? WritabilityChanged;

    internal bool IsWritable => _queue.IsWritable;

    internal int Backlog => _queue.Backlog + _unproved;

    internal long Dropped => _queue.DroppedCount;

    /// <summary>Where the journal ends. Only while nothing is written: before the first entry, and after the end.</summary>
    internal Takeover.JournalPosition Position => new(_image.Sequence, _image.Hash, _epoch);

    internal Task<bool> Add(JournalEntry entry, bool isCommit)
    {
        ArgumentNullException.ThrowIfNull(entry);
        // An entry that cannot be put into rows is the caller's mistake and must not reach the backlog, where it would block all others.
        _ = AnyImage.RowsOf(entry, DateTimeOffset.UnixEpoch);
        return _queue.Add(new WaitingEntry(entry, isCommit));
    }

    internal IReadOnlyList<Transition> ReadNewest(int most) => _newest.Read(most);

    internal Task StopAsync()
    {
        _queue.Close();
        return _stopped.Task;
    }

    /// <summary>Writes what waits and ends, or goes on as before when not all of it can be written. True when it has ended.</summary>
    internal async Task<bool> TryStopAsync()
    {
        if (!await _queue.AskToClose().ConfigureAwait(false))
            return false;
        await _stopped.Task.ConfigureAwait(false);
        return true;
    }

    /// <summary>Who asked by <see cref="TryStopAsync"/> waits no longer. Does not wait for the disk.</summary>
    internal void KeepOpen() => _queue.WithdrawAsk();

    private void Run()
    {
        try
        {
            while (!_queue.IsClosed)
            {
                var retry = _queue.Wait();
                if (_queue.IsWritable)
                    Write(_queue.Take(_limits.Group));
                else if (retry)
                    Restore();
                _queue.CloseIfAsked(isProved: _unproved == 0);
            }
            Finish();
        }
        catch (Exception e)
        {
            // Nothing below throws by design; should it, the gate goes on without its journal and says so, instead of waiting for answers for ever.
            Fail([], e);
            _queue.Close();
        }
        finally
        {
            _retryTimer.Dispose();
            _database?.Dispose();
            _held?.Dispose();
            _queue.WithdrawAsk();
            _stopped.TrySetResult();
        }
    }

    private void Finish()
    {
        // Taken only while it can be written: what is neither in the queue nor in the journal would be lost without a word.
        while (_queue.IsWritable && _queue.Take(_limits.Group) is { Count: > 0 } group)
            Write(group);
        if (!_queue.IsWritable)
            Restore();
        if (Backlog is var lost and > 0)
            JournalLog.Lost(_log, lost, _directory);
    }

    /// <summary>Writes a group. True when it is durable.</summary>
    private bool Write(List<WaitingEntry> group)
    {
        if (group.Count == 0)
            return true;
        var attempt = JournalAttempt.Make(group, _image, _time.GetUtcNow());
        var reachedCommit = false;
        try
        {
            if (attempt.Rows.Count > 0 || attempt.Outbox.Count > 0)
            {
                var pruneTo = PruneTo(attempt.After.Sequence);
                _database!.Append(attempt.Rows, attempt.After, pruneTo, out reachedCommit, attempt.Outbox);
                if (pruneTo is { } anchor)
                {
                    _anchor = anchor;
                    JournalLog.Pruned(_log, anchor.Sequence);
                }
            }
        }
        catch (JournalTakenException e)
        {
            _isTaken = true;
            Fail(attempt.Group, e);
            return false;
        }
        catch (Exception e)
        {
            LookAgain(attempt, reachedCommit, e);
            return false;
        }
        Accept(attempt);
        // From here on the entries are durable: a journal ahead of its head is legal. What fails now only stops the next ones.
        var trouble = Complete(isChainLonger: attempt.Rows.Count > 0);
        if (trouble is not null)
            Fail([], trouble);
        _queue.Done();
        foreach (var entry in group)
            entry.Reply(true);
        return trouble is null;
    }

    private Exception? Complete(bool isChainLonger)
    {
        try
        {
            if (_limits.Checkpoint)
                _database!.Checkpoint();
            if (isChainLonger)
                JournalHead.Write(_directory, _image);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private void Accept(JournalAttempt attempt)
    {
        _image = attempt.After;
        _newest.Add(attempt.Rows.Select(row => row.ToTransition()));
    }

    private JournalAnchor? PruneTo(long newest)
    {
        if (newest - _anchor.Sequence <= _limits.Kept + _limits.PruneBatch)
            return null;
        // Never past the head as it is on the disk now: that transition has to be found again if the gate is killed before the next head.
        var sequence = Math.Min(newest - _limits.Kept, _image.Sequence);
        return sequence <= _anchor.Sequence ? null : new JournalAnchor(sequence, _database!.HashAt(sequence));
    }

    private void CloseDatabase()
    {
        _database?.Dispose();
        _database = null;
    }

    private void Tell(string? trouble)
    {
        try
        {
            WritabilityChanged?.Invoke(trouble);
        }
        catch (Exception e)
        {
            JournalLog.FollowerFailed(_log, e);
        }
    }
}
