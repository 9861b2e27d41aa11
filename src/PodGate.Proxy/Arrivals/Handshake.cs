using PodGate.Proxy.Turnstiles;

namespace PodGate.Proxy.Arrivals;

/// <summary>One client's TLS handshake. Begins and ends on one connection's path; only its place may be taken away by a timer's thread.</summary>
internal sealed class Handshake
{
    /// <summary>
    /// It has a place for so long at most: what takes longer waits for the client and not for a processor, and clients that stand still must not keep all
    /// places.
    /// </summary>
    private static readonly TimeSpan LongestPlace = TimeSpan.FromSeconds(2);

    private readonly FrontDoor _door;
    private readonly ITimer? _timer;
    private Turnstile? _place;
    private bool _hasEnded;

    /// <summary>Begins.</summary>
    /// <param name="door">Where it is counted.</param>
    /// <param name="place">Where it has a place; null where there is no limit.</param>
    /// <param name="time">The clock.</param>
    public Handshake(FrontDoor door, Turnstile? place, TimeProvider time)
    {
        _door = door;
        _place = place;
        if (place is not null)
            _timer = time.CreateTimer(static handshake => ((Handshake)handshake!).LeavePlace(), this, LongestPlace, Timeout.InfiniteTimeSpan);
    }

    /// <summary>It has ended; what follows is not what the limit is about. Only the first call counts.</summary>
    /// <param name="well">Whether it came to a good end.</param>
    public void End(bool well)
    {
        if (_hasEnded) return;
        _hasEnded = true;
        _timer?.Dispose();
        LeavePlace();
        _door.Ended(well);
    }

    private void LeavePlace()
    {
        if (_place is not null) Interlocked.Exchange(ref _place, null)?.Leave();
    }
}
