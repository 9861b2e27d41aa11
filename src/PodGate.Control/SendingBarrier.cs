using Microsoft.Extensions.Logging;
using PodGate.Core.Routing;

namespace PodGate.Control;

/// <summary>
/// A command may be acknowledged once nobody is left between picking the pod by an older snapshot and sending. The new snapshot is out already,
/// so the number only falls; a request is there for microseconds.
/// </summary>
internal static class SendingBarrier
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Waits until nobody is left, or too long, which is logged.</summary>
    public static async Task PassAsync(string pod, PodLoad load, TimeProvider time, ILogger logger, CancellationToken cancel)
    {
        var begin = time.GetTimestamp();
        while (load.Unsent > 0)
        {
            if (time.GetElapsedTime(begin) > Longest)
            {
                logger.StillSending(pod, load.Unsent, Longest);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancel).ConfigureAwait(false);
        }
    }
}
