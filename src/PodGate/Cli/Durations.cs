using System.Globalization;

namespace PodGate.Cli;

/// <summary>
/// Reads durations the way people type them: <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>, <c>1h30m</c>, <c>250ms</c>,
/// or <c>00:05:00</c> as in the configuration.
/// </summary>
internal static class Durations
{
    /// <summary>What a duration may look like, for error messages.</summary>
    public const string Forms = "a duration such as 30s, 5m, 2h, 1h30m or 00:05:00";

    /// <summary>No duration that a person means is longer; it keeps sums from overflowing.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    private const string Units = "dhms";

    /// <summary>Reads a duration; false when it is none or is longer than <see cref="Longest"/>.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="duration">The duration.</param>
    public static bool TryRead(string text, out TimeSpan duration)
    {
        // "5" alone would be five days to TimeSpan, and five of anything to people: both colons have to be there. Nothing is nothing in any unit.
        duration = TimeSpan.Zero;
        if (text == "0") return true;
        var read = text.Contains(':', StringComparison.Ordinal)
            ? ReadClock(text, out duration)
            : ReadUnits(text, out duration);
        return read && duration >= TimeSpan.Zero && duration <= Longest;
    }

    private static bool ReadClock(string text, out TimeSpan duration)
    {
        duration = default;
        return text.Count(c => c == ':') == 2
            && text.All(c => char.IsAsciiDigit(c) || c is ':' or '.')
            && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out duration);
    }

    // Each unit at most once and the larger first, so that 5m1h, which is a slip of the finger more often than not, is refused.
    private static bool ReadUnits(string text, out TimeSpan duration)
    {
        duration = default;
        var (position, unitsFrom) = (0, 0);
        while (position < text.Length)
        {
            var start = position;
            while (position < text.Length && char.IsAsciiDigit(text[position])) position++;
            if (position == start || position - start > 7 || position == text.Length) return false;
            var number = int.Parse(text.AsSpan(start, position - start), CultureInfo.InvariantCulture);
            if (text.AsSpan(position) is "ms")
            {
                duration += TimeSpan.FromMilliseconds(number);
                return true;
            }

            var unit = Units.IndexOf(text[position++], unitsFrom);
            if (unit < 0) return false;
            unitsFrom = unit + 1;
            duration += number * OfUnit(Units[unit]);
        }

        return text.Length > 0;
    }

    private static TimeSpan OfUnit(char unit) => unit switch
    {
        'd' => TimeSpan.FromDays(1),
        'h' => TimeSpan.FromHours(1),
        'm' => TimeSpan.FromMinutes(1),
        _ => TimeSpan.FromSeconds(1),
    };
}
