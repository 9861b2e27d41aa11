using System.Diagnostics;

namespace PodGate.TestKit;

/// <summary>Waits for what must come soon, with a deadline.</summary>
public static class Soon
{
    /// <summary>Waits until something is so.</summary>
    /// <param name="condition">What.</param>
    /// <param name="what">In words, for the failure.</param>
    /// <param name="seconds">How long at most, by the real clock.</param>
    /// <exception cref="TimeoutException">It never was.</exception>
    public static async Task BeTrueAsync(Func<bool> condition, string what, int seconds = 20)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(seconds)) throw new TimeoutException($"Not within {seconds} s: {what}");
            await Task.Delay(10).ConfigureAwait(false);
        }
    }
}
