using Microsoft.Extensions.Logging;
using PodGate.Core.Pods;

namespace PodGate.Control;

/// <summary>What the gatekeeper takes steps for although nothing came in: time that passes, and looks at clients' requests.</summary>
internal static class GatekeeperTicks
{
    /// <summary>How often clients' requests may be looked at; time passes every fourth time.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(25);

    /// <summary>Puts them into the queue until it is told to stop. What finds no place there is left out: the next tick says the same.</summary>
    public static async Task RunAsync(
        TrafficWatch traffic, Func<FleetView> view, GatekeeperQueue queue, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Tick, time);
        var blind = false;
        try
        {
            for (var tick = 0L; await timer.WaitForNextTickAsync(stop).ConfigureAwait(false); tick++)
            {
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

                if (tick % 4 == 0) queue.TryPut(new Step(new TimePassed(), null));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Because the gatekeeper stops, and time with it.
        }
    }
}
