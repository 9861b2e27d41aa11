using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Turnstiles;

/// <summary>How waiting for a place on a pod ended.</summary>
internal enum WaitEnd
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>Its turn has come: it has a place.</summary>
    Turn,

    /// <summary>Its slot belongs to another pod now, or to none: it picks anew. No pod has seen it.</summary>
    Elsewhere,

    /// <summary>As many waited as may.</summary>
    NoRoom,

    /// <summary>It waited for as long as it may.</summary>
    TooLong,

    /// <summary>The client went away.</summary>
    Gone,
}

/// <summary>
/// Somebody who stands in line, mostly a request for a pod; made only for one that has to. Its end is decided once, under the turnstile's lock, and whoever
/// waits goes on on a thread of the pool: many may be let in or sent elsewhere at one moment.
/// </summary>
/// <param name="turnstile">Where it stands.</param>
/// <param name="exchange">The request; null when it is something else that waits.</param>
/// <param name="longest">How long it may wait.</param>
internal sealed class Waiter(Turnstile turnstile, Exchange? exchange, TimeSpan longest)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private bool _taken;

    public Exchange? Exchange => exchange;

    /// <summary>How it ended.</summary>
    public WaitEnd End { get; private set; }

    /// <summary>Who stands before it; the turnstile's.</summary>
    public Waiter? Before { get; set; }

    /// <summary>Who stands behind it; the turnstile's.</summary>
    public Waiter? Behind { get; set; }

    /// <summary>Waits for the end, which comes when the time is over or the client is gone if it does not come before.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="gone">The client went away.</param>
    public async Task WaitAsync(TimeProvider time, CancellationToken gone)
    {
        if (End != WaitEnd.None) return;
        using var timer = time.CreateTimer(static waiter => ((Waiter)waiter!).TakeOut(WaitEnd.TooLong), this, longest, Timeout.InfiniteTimeSpan);
        await using var leaving = gone.UnsafeRegister(static waiter => ((Waiter)waiter!).TakeOut(WaitEnd.Gone), this);
        await Task;
    }

    /// <summary>Leaves the line, unless the end has come already.</summary>
    /// <param name="end">Why.</param>
    public void TakeOut(WaitEnd end) => turnstile.TakeOut(this, end);

    /// <summary>The place it waited for, to be given back by whoever takes it; null when it got none, or it was taken already.</summary>
    public Turnstile? TakePlace()
    {
        if (End != WaitEnd.Turn || _taken) return null;
        _taken = true;
        return turnstile;
    }

    /// <summary>The end. Called once, by the turnstile.</summary>
    public void Finish(WaitEnd end)
    {
        End = end;
        SetResult();
    }
}
