namespace PodGate.Core.Health.Formats;

/// <summary>
/// The words of all formats in one table: they mean the same wherever they stand, whatever their case, and with '_', '-', a space or nothing
/// between their parts ("OUT_OF_SERVICE", "Out of service"). UNKNOWN, SERVICE_UNKNOWN and words of somebody's own are unreadable.
/// </summary>
internal static class HealthWords
{
    /// <summary>A longer text is no word.</summary>
    internal const int Longest = 32;

    /// <summary>What a word says, or Unreadable.</summary>
    /// <param name="word">Such as "Healthy" or " up\r\n".</param>
    internal static ProbeResult Of(ReadOnlySpan<char> word)
    {
        word = word.Trim();
        if (word.Length > Longest) return ProbeResult.Unreadable;
        Span<char> letters = stackalloc char[Longest];
        var length = 0;
        foreach (var c in word)
        {
            if (c is not ('_' or '-' or ' ')) letters[length++] = char.ToUpperInvariant(c);
        }

        return letters[..length] switch
        {
            "HEALTHY" or "UP" or "PASS" or "OK" or "PASSING" or "SERVING" or "READY" => ProbeResult.Healthy,
            "DEGRADED" or "WARN" or "WARNING" => ProbeResult.Degraded,
            "UNHEALTHY" or "DOWN" or "FAIL" or "FAILED" or "ERROR" or "CRITICAL" or "NOTSERVING" or "STOPPED" => ProbeResult.Unhealthy,
            "OUTOFSERVICE" or "DRAIN" or "DRAINING" or "MAINT" or "MAINTENANCE" or "TROFS" => ProbeResult.Leaving,
            _ => ProbeResult.Unreadable,
        };
    }

    /// <summary>
    /// The worse of two readings. 503 stays "overload would explain it" even when its body is garbage, so Overloaded is worse than Unreadable. An old
    /// document says less than an unhealthy one, and nothing is worse than another pod's answer.
    /// </summary>
    /// <param name="one">One.</param>
    /// <param name="other">The other.</param>
    internal static ProbeResult Worse(ProbeResult one, ProbeResult other) => Rank(one) >= Rank(other) ? one : other;

    /// <summary>How bad it is, from 0.</summary>
    /// <param name="result">What a document can amount to.</param>
    internal static int Rank(ProbeResult result) => result switch
    {
        ProbeResult.Healthy => 0,
        ProbeResult.Degraded => 1,
        ProbeResult.Leaving => 2,
        ProbeResult.Unreadable => 3,
        ProbeResult.Overloaded => 4,
        ProbeResult.Stale => 5,
        ProbeResult.WrongPod => 7,
        _ => 6,
    };
}
