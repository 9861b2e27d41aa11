using System.Globalization;

namespace SelfMonitoringPod;

/// <summary>
/// What a pod can do: up to so many requests at a time take so long each; beyond that each takes longer by the square of how many too many there are, as
/// where they fight for locks, caches and a database. So it does the most when it has just as much as it can do, and the less the more it has.
/// </summary>
internal sealed record Capacity(int Requests, int Milliseconds)
{
    private const string Word = "capacity:";
    private const int LongestMilliseconds = 60_000;

    /// <summary>Reads capacity:requests:milliseconds; null when it is something else, or out of bounds.</summary>
    public static Capacity? Parse(string word)
    {
        if (!word.StartsWith(Word, StringComparison.Ordinal) || word[Word.Length..].Split(':') is not [var requests, var milliseconds]) return null;
        var (most, time) = (Number(requests), Number(milliseconds));
        return most is >= 1 and <= 10_000 && time is >= 1 and <= LongestMilliseconds ? new Capacity(most.Value, time.Value) : null;
    }

    /// <summary>How long a request takes when so many run, itself included; a minute at most.</summary>
    public TimeSpan TimeFor(int running)
    {
        var load = Math.Max(1, (double)running / Requests);
        return TimeSpan.FromMilliseconds(Math.Min(LongestMilliseconds, Milliseconds * load * load));
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
