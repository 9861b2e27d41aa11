namespace PodGate.TestKit;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire in the order of their due times, each at exactly its due time, on
/// the thread that advances. Timestamps begin at an odd number and have a frequency of their own, so that code which takes them
/// for ticks, or for zero, is found out.
/// <para>
/// What a timer wakes often goes on on another thread and makes its next timer there, later than <see cref="Advance"/> returns. So
/// loops are driven by <see cref="WaitForTimersAsync"/> before a step, or by <see cref="AdvanceUntilAsync"/>.
/// </para>
/// All members may be called from any thread.
/// </summary>
public sealed class ManualTime : TimeProvider
{
    /// <summary>Eight stamps a tick: unlike any real clock, and still exact in floating point.</summary>
    public const long DefaultFrequency = 8 * TimeSpan.TicksPerSecond;

    /// <summary>A bound on what one advance may fire: a timer that makes itself due again at once is a mistake of the test's.</summary>
    private const int MostFirings = 10_000_000;

    private readonly object _state = new();
    private readonly object _advancing = new();
    private readonly PriorityQueue<ManualTimer, (long Due, long Order)> _due = new();
    private readonly long _frequency;
    private readonly long _firstStamp;
    private DateTimeOffset _start;
    private long _elapsed;
    private long _order;
    private int _active;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">What it shows at first; by default noon of 2 March 2026 in UTC.</param>
    /// <param name="frequency">Stamps a second.</param>
    /// <param name="firstStamp">The first timestamp.</param>
    public ManualTime(DateTimeOffset? start = null, long frequency = DefaultFrequency, long firstStamp = 1_000_003)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frequency);
        _start = (start ?? new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero)).ToUniversalTime();
        _frequency = frequency;
        _firstStamp = firstStamp;
    }

    public override long TimestampFrequency => _frequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Time since the clock was made; a step of the wall clock does not count.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_state)
                return new TimeSpan(_elapsed);
        }
    }

    /// <summary>Timers that will fire.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_state)
                return _active;
        }
    }

    /// <summary>How long until the next timer fires, or null when none will.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_state)
                return TryPeek(out var due) ? new TimeSpan(Math.Max(0, due - _elapsed)) : null;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_state)
            return _start.AddTicks(_elapsed);
    }

    public override long GetTimestamp()
    {
        lock (_state)
            return _firstStamp + (long)((Int128)_elapsed * _frequency / TimeSpan.TicksPerSecond);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on and fires every timer that becomes due, in order; also those that these make.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);

        // Re-entrant, so that a callback may advance too; another thread waits its turn.
        lock (_advancing)
        {
            var target = Elapsed.Ticks + by.Ticks;
            for (var fired = 0; TryTakeDue(target) is { } timer; fired++)
            {
                if (fired == MostFirings)
                    throw new InvalidOperationException($"more than {MostFirings} timers became due within {by}");
                timer.Fire();
            }

            lock (_state)
                _elapsed = Math.Max(_elapsed, target);
        }
    }

    /// <summary>Sets the wall clock forward or back without any time passing, as an administrator or NTP does.</summary>
    public void StepWallClock(TimeSpan by)
    {
        lock (_state)
            _start += by;
    }

    /// <summary>Waits in real time until so many timers are set, so that a loop on another thread has come round to waiting.</summary>
    public Task WaitForTimersAsync(int count = 1, TimeSpan? deadline = null) =>
        WaitAsync(() => ActiveTimers >= count, $"there are {count} timers", deadline);

    /// <summary>Advances step by step until something is so, giving other threads room after each; false when it never is.</summary>
    public async Task<bool> AdvanceUntilAsync(Func<bool> condition, TimeSpan step, TimeSpan most)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(step, TimeSpan.Zero);
        for (var advanced = TimeSpan.Zero; !condition(); advanced += step)
        {
            if (advanced >= most)
                return false;
            Advance(step);
            await SettleAsync(condition).ConfigureAwait(false);
        }

        return true;
    }

    private static async Task SettleAsync(Func<bool> condition)
    {
        // Some rounds through the thread pool let what was woken run; a real millisecond lets it win a core on a busy machine.
        for (var i = 0; i < 3 && !condition(); i++)
            await Task.Yield();
        if (!condition())
            await Task.Delay(1).ConfigureAwait(false);
    }

    private static async Task WaitAsync(Func<bool> condition, string what, TimeSpan? deadline)
    {
        var most = deadline ?? TimeSpan.FromSeconds(30);
        var begin = System.GetTimestamp();
        while (!condition())
        {
            if (System.GetElapsedTime(begin) > most)
                throw new TimeoutException($"waited {most} in vain until {what}");
            await Task.Delay(1).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the first timer that is due, and moves the clock to its due time.</summary>
    private ManualTimer? TryTakeDue(long target)
    {
        lock (_state)
        {
            if (!TryPeek(out var due) || due > target)
                return null;
            var timer = _due.Dequeue();
            _elapsed = Math.Max(_elapsed, due);
            timer.Taken(due);
            return timer;
        }
    }

    /// <summary>The next due time; entries of timers that were changed since are thrown away on the way.</summary>
    private bool TryPeek(out long due)
    {
        while (_due.TryPeek(out var timer, out var priority))
        {
            due = priority.Due;
            if (timer.Order == priority.Order)
                return true;
            _due.Dequeue();
        }

        due = 0;
        return false;
    }

    private void Schedule(ManualTimer timer, long due)
    {
        timer.Order = ++_order;
        _active++;
        _due.Enqueue(timer, (due, timer.Order));
    }

    private void Unschedule(ManualTimer timer)
    {
        if (timer.Order == 0)
            return;
        timer.Order = 0;
        _active--;
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private long _period;
        private bool _disposed;

        /// <summary>The number of its entry in the queue; 0 when it will not fire. Changes with each change of the timer.</summary>
        public long Order { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Check(dueTime, nameof(dueTime));
            Check(period, nameof(period));
            lock (time._state)
            {
                if (_disposed)
                    return false;
                time.Unschedule(this);
                _period = Math.Max(0, period.Ticks);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                time.Schedule(this, time._elapsed + dueTime.Ticks);
            }

            // As with a real clock, a timer that is due at once needs nobody to move the clock, and never fires within this call.
            if (dueTime == TimeSpan.Zero)
                ThreadPool.QueueUserWorkItem(static time => time.Advance(TimeSpan.Zero), time, preferLocal: false);
            return true;
        }

        /// <summary>Its entry was taken out of the queue; a periodic one gets the next.</summary>
        public void Taken(long due)
        {
            time.Unschedule(this);
            if (_period > 0)
                time.Schedule(this, due + _period);
        }

        public void Fire()
        {
            if (_context is null)
                callback(state);
            else
                ExecutionContext.Run(_context, static self => ((ManualTimer)self!).Call(), this);
        }

        public void Dispose()
        {
            lock (time._state)
            {
                _disposed = true;
                time.Unschedule(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Call() => callback(state);

        private static void Check(TimeSpan value, string name)
        {
            if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
                throw new ArgumentOutOfRangeException(name, value, "a timer cannot be due in the past");
        }
    }
}
