using Microsoft.Extensions.Logging;
using PodGate.Control.Alerts;

namespace PodGate.Operator.Audit;

// What waits for the disk, who writes it, and what happens from a write that failed until one succeeds again.
internal sealed partial class AuditTrail
{
    private readonly Queue<Pending> _waiting = new();
    private bool _isScheduled;
    private volatile bool _isFailing;
    private long _missing;
    private long _failures;

    /// <summary>Null: too much waits. The next one says how many are missing.</summary>
    private Pending? Enqueue(AuditEntry draft)
    {
        lock (_lock)
        {
            if (_waiting.Count >= AuditLimits.Waiting)
            {
                _missing += 1 + (draft.Omitted ?? 0);
                _omitted++;
                return null;
            }

            var missing = _missing + (draft.Omitted ?? 0);
            var pending = new Pending(draft with { Omitted = missing > 0 ? missing : null });
            _missing = 0;
            _waiting.Enqueue(pending);
            if (!_isFailing) ScheduleLocked();
            return pending;
        }
    }

    private async Task<bool> ArrivesAsync(Pending pending)
    {
        try
        {
            return await pending.Written.Task.WaitAsync(AuditLimits.Patience, _time);
        }
        catch (TimeoutException)
        {
            bool holds;
            lock (_lock) holds = _holds;
            if (holds) return false;

            // Whoever writes is still at it, and says when it has ended; the timer is for one who has ended just now.
            Trouble($"the disk has not answered for {AuditLimits.Patience.TotalSeconds:0} s", null);
            _retry.Change(AuditLimits.RetryAfter, Timeout.InfiniteTimeSpan);
            return false;
        }
    }

    private void Schedule()
    {
        lock (_lock) ScheduleLocked();
    }

    private void ScheduleLocked()
    {
        if (_isScheduled || _holds) return;
        _isScheduled = true;
        _ = Task.Run(Drain);
    }

    private void Drain()
    {
        lock (_writing)
        {
            while (Next() is { } group)
            {
                try
                {
                    _writer.Write([.. group.Select(pending => pending.Draft)]);
                }
                catch (Exception exception)
                {
                    // Whatever it is: acts go on, it is said, and tried again.
                    Failed(exception);
                    return;
                }

                Wrote(group);
            }
        }
    }

    /// <summary>What is written next, which may be nothing, to see whether it goes again; null: nobody needs the disk.</summary>
    private List<Pending>? Next()
    {
        lock (_lock)
        {
            if (!_holds && (_waiting.Count > 0 || _isFailing || _writer.HasOwn)) return [.. _waiting.Take(AuditLimits.Group)];
            _isScheduled = false;
            return null;
        }
    }

    private void Wrote(List<Pending> group)
    {
        bool wasFailing;
        lock (_lock)
        {
            foreach (var pending in group)
            {
                _waiting.Dequeue();
                pending.Written.TrySetResult(true);
            }

            (wasFailing, _isFailing) = (_isFailing, false);
        }

        if (!wasFailing) return;
        AuditLog.WritableAgain(_logger, Files.Directory, Head!.Number);
        Noticed?.Invoke(new AuditNotice("the audit trail can be written again", AlertSeverity.Info, Resolved: true));
    }

    private void Failed(Exception exception)
    {
        Trouble(exception.Message, exception);
        lock (_lock)
        {
            _isScheduled = false;
            foreach (var pending in _waiting) pending.Written.TrySetResult(false);
            _retry.Change(AuditLimits.RetryAfter, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Said once, until it is over.</summary>
    private void Trouble(string why, Exception? exception)
    {
        bool wasFailing;
        lock (_lock)
        {
            _failures++;
            (wasFailing, _isFailing) = (_isFailing, true);
        }

        if (wasFailing) return;
        AuditLog.NotWritable(_logger, exception, Files.Directory, why);
        Noticed?.Invoke(new AuditNotice(
            $"the audit trail cannot be written, so that only moves to safety are carried out: {why}", AlertSeverity.Page));
    }

    private sealed record Pending(AuditEntry Draft)
    {
        public TaskCompletionSource<bool> Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
