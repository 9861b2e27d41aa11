namespace PodGate.Control.Journal;

// What happens from a write that failed until one succeeds again.
internal sealed partial class JournalWriter
{
    /// <summary>After a failed commit only the journal itself knows whether the entries are in it, so it is opened again and asked.</summary>
    private void LookAgain(JournalAttempt attempt, bool reachedCommit, Exception failure)
    {
        CloseDatabase();

        // The outbox alone leaves no trace in the chain by which one could tell; its rows are whole, and are simply written again.
        var canTell = attempt.Rows.Count > 0;
        bool? present = reachedCommit && canTell ? null : false;
        try
        {
            var opened = JournalOpening.Open(_directory, _limits, _log);
            opened.Database?.Dispose();
            if (canTell && !opened.FromHeadOnly)
                present = Same(opened.Image, attempt.After) ? true : Same(opened.Image, attempt.Before) ? false : present;
            if (present == true)
            {
                Accept(attempt);
                _anchor = opened.Anchor;
                Fail([], failure);
                // Readable but not synced, perhaps. A commit stands: the journal would say so after a kill, too. A record is not called durable yet.
                var proved = opened.Database is not null;
                _unproved += proved ? 0 : attempt.Group.Count(entry => !entry.IsCommit);
                foreach (var entry in attempt.Group)
                    entry.Reply(proved || entry.IsCommit);
                return;
            }
        }
        catch (Exception e)
        {
            StillNotWritable(e);
        }
        if (present is null)
        {
            _uncertain = attempt;
            _unproved += attempt.Group.Count(entry => !entry.IsCommit);
            Fail([], failure);
            foreach (var entry in attempt.Group)
                entry.Reply(false);
            return;
        }
        Fail(attempt.Group, failure);
    }

    /// <summary>Tries to write again: first a few bytes, then the whole opening, then all that waits, in order.</summary>
    private void Restore()
    {
        if (_queue.IsWritable || _isTaken)
            return;
        var pause = _limits.RetryAfter;
        try
        {
            TryDisk();
            // The disk takes bytes. Should the journal still not open, reading it again and again costs more than bytes do.
            pause = TimeSpan.FromTicks(Math.Min(_retryAfter.Ticks * 2, _limits.RetryAfterLongest.Ticks));
            var opened = JournalOpening.Open(_directory, _limits, _log);
            _database = opened.Database ?? throw new IOException(opened.Trouble?.Message ?? "it cannot be written", opened.Trouble);
            if (Adopt(opened) && Flush())
            {
                _retryAfter = _limits.RetryAfter;
                _lastTrouble = null;
                JournalLog.WritableAgain(_log, _directory, _image.Sequence);
                Tell(null);
                return;
            }
        }
        catch (Exception e)
        {
            StillNotWritable(e);
        }
        _retryAfter = pause;
        CloseDatabase();
        ScheduleRetry();
    }

    private bool Flush()
    {
        do
        {
            for (var group = _queue.Take(_limits.Group); group.Count > 0; group = _queue.Take(_limits.Group))
            {
                if (!Write(group))
                    return false;
            }
        }
        while (!_queue.TryBecomeWritable());
        return true;
    }

    /// <summary>Makes sure that what was opened again is what this gate wrote, and settles what was uncertain.</summary>
    private bool Adopt(OpenedJournal opened)
    {
        var uncertain = _uncertain;
        _anchor = opened.Anchor;
        _epoch = opened.Epoch;
        if (uncertain is not null && Same(opened.Image, uncertain.After))
        {
            Accept(uncertain);
            _uncertain = null;
            _unproved = 0;
            if (uncertain.Undo(_time.GetUtcNow()) is { } undo)
            {
                JournalLog.Undone(_log, _directory);
                if (!Write([new WaitingEntry(undo, isCommit: false) { InBacklog = true }]))
                    return false;
            }
        }
        else if (uncertain is not null && Same(opened.Image, _image))
        {
            _uncertain = null;
            _unproved = 0;
            _queue.Fail(uncertain.Group.FindAll(entry => !entry.IsCommit));
        }
        else if (_fromHeadOnly && opened.Image.Sequence >= _image.Sequence)
        {
            if (opened.Image.Sequence > _image.Sequence)
                JournalLog.AheadOfStart(_log, _directory, opened.Image.Sequence - _image.Sequence);
            _image = opened.Image;
            _newest.Add(opened.Newest);
        }
        else if (!Same(opened.Image, _image))
        {
            JournalLog.Exchanged(_log, _directory, opened.Image.Sequence, _image.Sequence);
            return false;
        }
        _fromHeadOnly = false;
        _unproved = 0;
        return true;
    }

    private void Fail(IReadOnlyList<WaitingEntry> taken, Exception trouble)
    {
        var wasWritable = _queue.IsWritable;
        _queue.Fail(taken);
        CloseDatabase();
        ScheduleRetry();
        if (!wasWritable)
        {
            StillNotWritable(trouble);
            return;
        }
        JournalLog.NotWritable(_log, _directory, trouble.Message, trouble);
        Tell(trouble.Message);
    }

    /// <summary>Costs little when the disk is still full or read-only: the whole opening reads the whole journal.</summary>
    private void TryDisk()
    {
        var path = Path.Combine(_directory, "journal.try");
        try
        {
            UnixFiles.WriteSynced(path, new byte[64 * 1024]);
        }
        finally
        {
            if (File.Exists(path))
                File.Delete(path);
        }
    }

    /// <summary>Says the same thing once only: tries go on for as long as the disk is full.</summary>
    private void StillNotWritable(Exception trouble)
    {
        if (trouble.Message == _lastTrouble)
            return;
        _lastTrouble = trouble.Message;
        JournalLog.StillNotWritable(_log, _directory, Backlog, trouble.Message);
    }

    private void ScheduleRetry()
    {
        if (!_queue.IsClosed && !_isTaken)
            _retryTimer.Change(_retryAfter, Timeout.InfiniteTimeSpan);
    }

    private static bool Same(JournalImage one, JournalImage other) => one.Sequence == other.Sequence && one.Hash == other.Hash;
}
