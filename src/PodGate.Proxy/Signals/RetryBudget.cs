namespace PodGate.Proxy.Signals;

/// <summary>
/// Bounds the repeats of safe requests (their connection broke, their pod left the traffic, its answer was not wanted, or it is late), so
/// that a sick pod cannot double the load of the others: a share of the requests, plus a small floor so that a quiet gate may repeat at all. A token
/// bucket that is filled when it is asked, from the
/// traffic counted since; requests that need no repeat never touch it. No locks.
/// </summary>
internal sealed class RetryBudget(TrafficMeter traffic, TimeProvider time)
{
    /// <summary>Repeats a second that are always allowed.</summary>
    private const double Floor = 10;

    /// <summary>How many seconds of filling the bucket holds.</summary>
    private const double Depth = 10;

    /// <summary>Fillings closer together than this would measure the traffic badly.</summary>
    private static readonly TimeSpan ShortestStep = TimeSpan.FromMilliseconds(100);

    private Level _level = new(time.GetTimestamp(), 0, Floor * Depth);

    /// <summary>Takes one repeat out of the budget, if one is left.</summary>
    /// <param name="percent">The share of requests that may be repeated, 0 to 100; 0 forbids repeats altogether.</param>
    public bool TryTake(int percent)
    {
        if (percent <= 0) return false;
        while (true)
        {
            var seen = Volatile.Read(ref _level);
            var filled = Fill(seen, percent);
            if (filled.Tokens < 1) return false;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _level, filled with { Tokens = filled.Tokens - 1 }, seen), seen)) return true;
        }
    }

    private Level Fill(Level level, int percent)
    {
        var now = time.GetTimestamp();
        var step = time.GetElapsedTime(level.At, now);
        if (step < ShortestStep) return level;
        var requests = traffic.Ended;
        var perSecond = Floor + (Math.Max(0, requests - level.Requests) / step.TotalSeconds * percent / 100);
        return new Level(now, requests, Math.Min(level.Tokens + (perSecond * step.TotalSeconds), perSecond * Depth));
    }

    private sealed record Level(long At, long Requests, double Tokens);
}
