namespace PodGate.Proxy.Arrivals;

/// <summary>
/// Gives each newcomer the moment at which it is let in, so that no more than so many come in a second; after a quiet second as many at once. One number,
/// the moment of the next one: no lock, no list, and first come is first served. Any thread.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ArrivalRate(TimeProvider time)
{
    /// <summary>Nobody waits for longer: whose moment would be later is not let in.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>What was not used for so long may be used at once.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    private readonly long _begun = time.GetTimestamp();
    private long _next;
    private long _interval;

    /// <summary>So many a second; 0: as many as come.</summary>
    public int PerSecond
    {
        set => Volatile.Write(ref _interval, value == 0 ? 0 : Math.Max(1, TimeSpan.TicksPerSecond / value));
    }

    /// <summary>How long somebody who comes now has to wait; zero: not at all; null: too long, and he is not counted.</summary>
    public TimeSpan? Wait()
    {
        var now = time.GetElapsedTime(_begun).Ticks;
        var seen = Volatile.Read(ref _next);
        while (true)
        {
            var interval = Volatile.Read(ref _interval);
            if (interval == 0) return TimeSpan.Zero;
            var turn = Math.Max(seen, now - Burst.Ticks + interval);
            if (turn - now > LongestWait.Ticks) return null;
            var found = Interlocked.CompareExchange(ref _next, turn + interval, seen);
            if (found == seen) return TimeSpan.FromTicks(Math.Max(0, turn - now));
            seen = found;
        }
    }
}
