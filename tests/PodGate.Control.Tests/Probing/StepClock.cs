using System.Diagnostics;

namespace PodGate.Control.Tests.Probing;

/// <summary>Time that passes when the test says so. Timers fire in order of their due times, on the thread that advances.</summary>
internal sealed class StepClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<StepTimer> _timers = [];
    private int _changes;
    private DateTimeOffset _now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StepTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan span)
    {
        DateTimeOffset end;
        lock (_lock) end = _now + span;
        while (true)
        {
            StepTimer? next;
            lock (_lock)
            {
                next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                if (next is null)
                {
                    _now = end;
                    return;
                }

                if (next.Due > _now) _now = next.Due!.Value;
                next.Due = null;
                _timers.Remove(next);
            }

            next.Fire();
        }
    }

    /// <summary>How many timers wait.</summary>
    public int Sleepers
    {
        get
        {
            lock (_lock) return _timers.Count;
        }
    }

    /// <summary>How long until the first of them is due; null when none waits.</summary>
    public TimeSpan? UntilNext
    {
        get
        {
            lock (_lock) return _timers.Count == 0 ? null : _timers.Min(timer => timer.Due!.Value) - _now;
        }
    }

    /// <summary>How long the timer that is due next was set to; null when none waits.</summary>
    public TimeSpan? NextSpan
    {
        get
        {
            lock (_lock) return _timers.MinBy(timer => timer.Due)?.Span;
        }
    }

    /// <summary>Waits (in real time) until so many sleep, and nothing has been done with timers for a moment: whoever was woken has gone back to sleep.</summary>
    public async Task SettledAsync(int sleepers)
    {
        var watch = Stopwatch.StartNew();
        int seen;
        do
        {
            if (watch.Elapsed > Eventually.Limit) throw new TimeoutException($"{Sleepers} sleep, {sleepers} should");
            seen = Volatile.Read(ref _changes);
            await Task.Delay(10);
        }
        while (seen != Volatile.Read(ref _changes) || Sleepers < sleepers);
    }

    /// <summary>Waits (in real time) until somebody sleeps, then lets time pass up to the moment at which the first sleeper wakes. Returns how much that was.</summary>
    public async Task<TimeSpan> AdvanceToNextAsync()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            TimeSpan? rest = null;
            lock (_lock)
            {
                if (_timers.Count > 0) rest = _timers.Min(timer => timer.Due!.Value) - _now;
            }

            if (rest is { } span)
            {
                Advance(span);
                return span;
            }

            if (watch.Elapsed > Eventually.Limit) throw new TimeoutException("nobody sleeps");
            await Task.Delay(2);
        }
    }

    private sealed class StepTimer(StepClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Span { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero) throw new NotSupportedException("no periodic timers");
            lock (clock._lock)
            {
                clock._changes++;
                clock._timers.Remove(this);
                Span = dueTime;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
                if (Due is not null) clock._timers.Add(this);
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Waiting for something to become true, with an end.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Limit) throw new TimeoutException($"not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(5);
        }
    }

    /// <summary>Real time for what should NOT happen to happen; kept short, and never what a test's success depends on.</summary>
    public static Task AMomentAsync() => Task.Delay(50);
}
