using Microsoft.Extensions.Logging;
using PodGate.Control.Probing;
using PodGate.Core.Pods;

namespace PodGate.Control;

/// <summary>
/// What the gatekeeper takes steps for although nothing came in: time that passes, and looks at clients' requests. An idle gate wakes for it ten times a
/// second; whoever sees a request fail calls, and the look comes at once, or 25 ms after the last one.
/// </summary>
internal sealed class GatekeeperTicks(TrafficWatch traffic, TimeProvider time) : IDisposable
{
    /// <summary>How often time passes.</summary>
    private static readonly TimeSpan Passing = TimeSpan.FromMilliseconds(100);

    /// <summary>The shortest time from one look that somebody called for, or that a suspicion needs, to the next.</summary>
    private static readonly TimeSpan Closest = TimeSpan.FromMilliseconds(25);

    private readonly WakeSignal _wake = new(time);
    private volatile bool _called;

    /// <summary>There is something to look at. Any thread, any number of times; allocates nothing.</summary>
    public void Call()
    {
        if (_called) return;
        _called = true;
        _wake.Call();
    }

    /// <summary>Puts steps into the queue until it is told to stop. What finds no place there is left out: the next tick says the same.</summary>
    public async Task RunAsync(Func<FleetView> view, GatekeeperQueue queue, ILogger logger, CancellationToken stop)
    {
        var blind = false;
        var passed = time.GetTimestamp();
        var looked = passed;
        try
        {
            while (true)
            {
                var (isCalled, rest) = (_called || traffic.IsSuspicious, Passing - time.GetElapsedTime(passed));
                if (!isCalled && rest > TimeSpan.Zero)
                {
                    await _wake.SleepAsync(rest, stop).ConfigureAwait(false);
                    continue;
                }

                var gap = Closest - time.GetElapsedTime(looked);
                if (isCalled && gap > TimeSpan.Zero) await Task.Delay(gap, time, stop).ConfigureAwait(false);
                (_called, looked) = (false, time.GetTimestamp());
                try
                {
                    if (traffic.Look(view(), time.GetUtcNow()) is { } picture) queue.TryPut(new Step(new TrafficSeen(picture), null));
                    blind = false;
                }
                catch (Exception exception)
                {
                    // Holds, ramps and deadlines end by the time that passes, whatever becomes of a look. Said once, not ten times a second.
                    if (!blind) logger.LookFailed(exception);
                    blind = true;
                }

                if (time.GetElapsedTime(passed) < Passing) continue;
                passed = time.GetTimestamp();
                queue.TryPut(new Step(new TimePassed(), null));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Because the gatekeeper stops, and time with it.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();
}
