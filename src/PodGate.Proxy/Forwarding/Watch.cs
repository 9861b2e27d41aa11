namespace PodGate.Proxy.Forwarding;

/// <summary>
/// Ends an attempt that is overdue, or that the gate ends: one token, reused from attempt to attempt. Setting and moving the deadline is
/// a store; the timer behind it is only touched when it would otherwise ring too late, so that a request of usual length costs no timer at
/// all. Any thread may call anything but <see cref="Begin"/>.
/// </summary>
internal sealed class Watch : IDisposable
{
    private const long Never = long.MaxValue;
    private const long Rung = long.MinValue;

    private readonly TimeProvider _time;
    private readonly double _perTick;
    private readonly ITimer _timer;
    private CancellationTokenSource _stop = new();
    private long _deadline = Never;
    private long _ringsAt = Never;
    private long _movedAt;

    public Watch(TimeProvider time)
    {
        _time = time;
        _perTick = time.TimestampFrequency / (double)TimeSpan.TicksPerSecond;

        // Whoever happens to need a new one must not lend it his context for life.
        using (ExecutionContext.SuppressFlow())
            _timer = time.CreateTimer(static watch => ((Watch)watch!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Fires when the attempt has to end.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Whether it fired because the deadline had passed.</summary>
    public bool IsOverdue => Volatile.Read(ref _deadline) == Rung;

    /// <summary>When something last went on, as far as a deadline was set for it.</summary>
    public long MovedAt => Volatile.Read(ref _movedAt);

    /// <summary>Starts anew, without a deadline. Nobody else has it now.</summary>
    public void Begin()
    {
        // A ring that was decided may still be on its way to the token it saw: that token is not used again.
        if (Interlocked.Exchange(ref _deadline, Never) != Rung && _stop.TryReset()) return;
        _stop = new CancellationTokenSource();
    }

    /// <summary>Sets or moves the deadline.</summary>
    /// <param name="after">From now; infinite for none.</param>
    public void Set(TimeSpan after)
    {
        var deadline = Never;
        if (after != Timeout.InfiniteTimeSpan)
        {
            var now = _time.GetTimestamp();
            Volatile.Write(ref _movedAt, now);
            deadline = now + (long)(after.Ticks * _perTick);
        }

        var seen = Volatile.Read(ref _deadline);
        while (true)
        {
            if (seen == Rung) return;
            var found = Interlocked.CompareExchange(ref _deadline, deadline, seen);
            if (found == seen) break;
            seen = found;
        }

        RingBy(deadline);
    }

    /// <summary>Ends the attempt, whatever the deadline; what has to be undone is undone on other threads.</summary>
    public void Stop() => _ = _stop.CancelAsync();

    public void Dispose()
    {
        _timer.Dispose();
        _stop.Dispose();
    }

    /// <summary>Makes sure that the timer rings at this time or before.</summary>
    private void RingBy(long at)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _ringsAt);
            if (seen <= at) return;
            if (Interlocked.CompareExchange(ref _ringsAt, at, seen) == seen) break;
        }

        // Two that set the timer at once may do it in the wrong order; the one who is last sees to it that the earlier time stands.
        while (true)
        {
            var left = _time.GetElapsedTime(_time.GetTimestamp(), at);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
            var now = Volatile.Read(ref _ringsAt);
            if (now == at || now == Never) return;
            at = now;
        }
    }

    private void Ring()
    {
        Interlocked.Exchange(ref _ringsAt, Never);
        while (true)
        {
            // First the token, then the deadline: a deadline that has passed cannot be that of a later attempt, whose token it would not be.
            var stop = Volatile.Read(ref _stop);
            var deadline = Volatile.Read(ref _deadline);
            if (deadline is Never or Rung) return;
            if (deadline > _time.GetTimestamp())
            {
                RingBy(deadline);
                return;
            }

            if (Interlocked.CompareExchange(ref _deadline, Rung, deadline) != deadline) continue;
            stop.Cancel();
            return;
        }
    }
}
