using System.Threading.Channels;

namespace PodGate.Control.Probing;

/// <summary>
/// What a loop sleeps on: a timer, or somebody who calls. Many calls while it is awake are one. One sleeper, any number of callers.
/// </summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly Channel<bool> _calls =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly ITimer _timer;

    /// <summary>Makes one with its timer off.</summary>
    /// <param name="time">The clock.</param>
    internal WakeSignal(TimeProvider time) =>
        _timer = time.CreateTimer(static state => ((WakeSignal)state!).Call(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Wakes the sleeper, or keeps it from falling asleep once.</summary>
    internal void Call() => _calls.Writer.TryWrite(true);

    /// <summary>Sleeps until called or until the time is over; may also return early, so the sleeper looks at its clock again.</summary>
    /// <param name="longest">How long.</param>
    /// <param name="cancel">Ends the sleep.</param>
    internal async ValueTask SleepAsync(TimeSpan longest, CancellationToken cancel)
    {
        _timer.Change(longest, Timeout.InfiniteTimeSpan);
        await _calls.Reader.ReadAsync(cancel).ConfigureAwait(false);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
