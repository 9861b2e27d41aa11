namespace PodGate.Proxy.Turnstiles;

/// <summary>What one request has to do with turnstiles between being taken up and being sent; its exchange's, and reused with it.</summary>
/// <param name="time">The clock.</param>
internal sealed class Turns(TimeProvider time)
{
    /// <summary>Where it stands in line since it last wanted to be counted in; null: nowhere.</summary>
    public Waiter? Waiter { get; set; }

    /// <summary>How long it has waited altogether, whichever pods for.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Whether it may stand in line. <value>Default true.</value></summary>
    public bool MayWait { get; private set; } = true;

    /// <summary>
    /// A pod may have executed it already: from now on it takes a place that is free, or is not done, and does not even stand in line.
    /// </summary>
    public void WasSent() => MayWait = false;

    /// <summary>Waits until it is its turn, or whatever else ends the waiting.</summary>
    /// <param name="gone">The client went away.</param>
    public async Task WaitAsync(CancellationToken gone)
    {
        var began = time.GetTimestamp();
        await Waiter!.WaitAsync(time, gone);
        Waited += time.GetElapsedTime(began);
    }

    /// <summary>The place that it waited for, to be given back by whoever takes it; null when it has none.</summary>
    public Turnstile? TakePlace()
    {
        if (Waiter is null) return null;
        var place = Waiter.TakePlace();
        Waiter = null;
        return place;
    }

    /// <summary>The request is over; a place that was never used is given back.</summary>
    public void Reset()
    {
        TakePlace()?.Leave();
        Waited = TimeSpan.Zero;
        MayWait = true;
    }
}
