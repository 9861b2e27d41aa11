using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PodGate.Core.Health.Formats;

/// <summary>Moments, durations and numbers as documents write them. None of these readings depends on the machine's clock, zone or language.</summary>
internal static partial class FieldValues
{
    private const int LongestText = 64;

    /// <summary>A moment: ISO 8601 or RFC 1123 text, or seconds or milliseconds since 1970. Null for anything else.</summary>
    /// <param name="value">The field.</param>
    /// <returns>The moment, and whether the zone is known; a text that names none is taken as UTC.</returns>
    internal static (DateTimeOffset At, bool HasZone)? Time(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (!value.TryGetDecimal(out var number)) return null;
            // 2001 to 2286, in seconds or in milliseconds: the two do not meet.
            if (number is >= 1e12m and < 1e13m) number /= 1000;
            return number is >= 1e9m and < 1e10m ? (DateTimeOffset.UnixEpoch.AddTicks((long)(number * TimeSpan.TicksPerSecond)), true) : null;
        }

        var text = Text(value);
        if (text is null) return null;
        if (DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var rfc)) return (rfc, true);
        var match = IsoMoment().Match(text);
        if (!match.Success) return null;
        var fraction = match.Groups["fraction"].Value;
        var zone = match.Groups["zone"].Value;
        // The platform reads seven digits of a second's fraction; others write nine.
        var moment = $"{match.Groups["day"].Value}T{match.Groups["time"].Value}{fraction[..Math.Min(fraction.Length, 8)]}";
        var plain = moment + (zone.Length == 0 ? "Z" : zone);
        return DateTimeOffset.TryParse(plain, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var iso)
            ? (iso.ToUniversalTime(), zone.Length > 0)
            : null;
    }

    /// <summary>A duration: a number of seconds, as a number or a text; a TimeSpan's text; or ISO 8601 (PT1H2M3.5S). Null for anything else.</summary>
    /// <param name="value">The field.</param>
    internal static TimeSpan? Duration(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number) return value.TryGetDecimal(out var number) ? Seconds(number) : null;
        var text = Text(value);
        if (text is null) return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)) return Seconds(seconds);
        if (text.Contains(':', StringComparison.Ordinal))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero ? span : null;
        var match = IsoDuration().Match(text);
        if (!match.Success || text[^1] is 'P' or 'T') return null;
        decimal Part(string name) => match.Groups[name] is { Success: true } group ? decimal.Parse(group.Value, CultureInfo.InvariantCulture) : 0;
        return Seconds((Part("days") * 86_400) + (Part("hours") * 3_600) + (Part("minutes") * 60) + Part("seconds"));
    }

    /// <summary>A whole number, as a number or a text. Null for anything else.</summary>
    /// <param name="value">The field.</param>
    internal static long? Number(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number) return value.TryGetInt64(out var number) ? number : null;
        return long.TryParse(Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) ? written : null;
    }

    /// <summary>A text, number, true or false as text, cleaned; null for anything else, for an empty one and for one that is too long.</summary>
    /// <param name="value">The field.</param>
    /// <param name="most">The most characters.</param>
    internal static string? Scalar(JsonElement value, int most)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
        return text is null || text.Length > most ? null : CleanText.Of(text, most) is { Length: > 0 } clean ? clean : null;
    }

    private static TimeSpan? Seconds(decimal number) => number is >= 0 and < 1e11m ? new TimeSpan((long)(number * TimeSpan.TicksPerSecond)) : null;

    private static string? Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { Length: > 0 and <= LongestText } text ? text : null;

    [GeneratedRegex(@"^(?<day>\d{4}-\d\d-\d\d)[Tt ](?<time>\d\d:\d\d(?::\d\d)?)(?<fraction>\.\d{1,9})?\s?(?<zone>Z|z|[+-]\d\d:?\d\d)?(?:\[[A-Za-z_/+-]{1,32}\])?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex IsoMoment();

    [GeneratedRegex(@"^P((?<days>\d{1,6})D)?(T((?<hours>\d{1,8})H)?((?<minutes>\d{1,9})M)?((?<seconds>\d{1,10}(\.\d{1,9})?)S)?)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex IsoDuration();
}
