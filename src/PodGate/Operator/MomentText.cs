using System.Globalization;
using System.Text.RegularExpressions;

namespace PodGate.Operator;

/// <summary>A moment as a person wrote it.</summary>
/// <param name="At">In UTC.</param>
/// <param name="Zone">The zone it was written in: an IANA name, <c>UTC</c>, or an offset such as <c>+01:00</c>.</param>
internal readonly record struct WrittenMoment(DateTimeOffset At, string Zone);

/// <summary>
/// Reads moments that say their zone: <c>2026-12-01T22:00:00+01:00</c>, <c>2026-12-01T21:00Z</c>, or <c>2026-12-01 22:00 Europe/Berlin</c>. Without a zone
/// it would be another moment on every machine, so that is refused; and so is what the clocks of a zone show twice, or never.
/// </summary>
internal static partial class MomentText
{
    /// <summary>What a moment may look like, for messages.</summary>
    public const string Forms = "a moment with its zone, such as 2026-12-01T22:00:00+01:00, 2026-12-01T21:00Z or \"2026-12-01 22:00 Europe/Berlin\"";

    /// <summary>The zone of what ends in Z.</summary>
    public const string Utc = "UTC";

    // No zone has ever been farther from UTC.
    private static readonly TimeSpan LargestOffset = TimeSpan.FromHours(14);

    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF"];

    /// <summary>Reads a moment.</summary>
    /// <param name="name">What it is called, for the message.</param>
    /// <param name="text">What was written.</param>
    /// <param name="moment">The moment.</param>
    /// <returns>Null when it was read, else what is wrong and what would be right.</returns>
    public static string? Read(string name, string? text, out WrittenMoment moment)
    {
        moment = default;
        if (Split(name, text, out var local, out var zone) is { } wrong) return wrong;
        if (zone == Utc)
        {
            moment = new WrittenMoment(new DateTimeOffset(local, TimeSpan.Zero), Utc);
            return null;
        }

        return zone[0] is '+' or '-' ? ReadOffset(name, local, zone, out moment) : ReadZone(name, local, zone, out moment);
    }

    /// <summary>Whether it has the form of a moment; whether its zone exists, and has that moment, is for the gate to say.</summary>
    /// <param name="name">What it is called, for the message.</param>
    /// <param name="text">What was written.</param>
    /// <returns>Null when it has, else what is wrong and what would be right.</returns>
    public static string? Check(string name, string? text) => Split(name, text, out _, out _);

    /// <summary>A moment as the clocks of a zone show it.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="zone">The zone as it was written; UTC is shown where this machine does not know it.</param>
    public static DateTimeOffset InZone(DateTimeOffset moment, string zone)
    {
        if (zone != Utc && zone.Length > 0 && zone[0] is '+' or '-' && ReadOffset("", default, zone, out _) is null) return moment.ToOffset(OffsetOf(zone));
        return zone != Utc && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? TimeZoneInfo.ConvertTime(moment, found) : moment.ToUniversalTime();
    }

    private static string? Split(string name, string? text, out DateTime local, out string zone)
    {
        (local, zone) = (default, "");
        if (string.IsNullOrWhiteSpace(text)) return $"{name} is missing; it must be {Forms}";
        if (Written().Match(text.Trim()) is not { Success: true } match) return $"{name} is {RequestReading.Shown(text)}; it must be {Forms}";
        var time = $"{match.Groups["day"].Value}T{match.Groups["time"].Value}";
        if (!DateTime.TryParseExact(time, Times, CultureInfo.InvariantCulture, DateTimeStyles.None, out local))
            return $"{name} is {RequestReading.Shown(text)}, and there is no such day or time; it must be {Forms}";

        // In some zone it must not be beyond what can be counted.
        if (local.Year is < 2 or > 9998) return $"{name} is in the year {local.Year}; it must be in one from 2 to 9998";
        zone = match.Groups["zone"].Value;
        if (zone.Length == 0)
        {
            return $"{name} is {RequestReading.Shown(text)}, which says no zone and is another moment in each; write {time}Z for UTC, {time}+01:00 for an offset, "
                + $"or \"{match.Groups["day"].Value} {match.Groups["time"].Value} Europe/Berlin\" for the clocks of a place";
        }

        if (zone is "Z" or "z" || zone.Equals(Utc, StringComparison.OrdinalIgnoreCase)) zone = Utc;
        return zone == Utc || zone[0] is '+' or '-' || zone.Contains('/', StringComparison.Ordinal)
            ? null
            : $"{name} is in the zone {zone}, which does not say for certain what is meant; name a place, such as Europe/Berlin, or an offset, such as +01:00";
    }

    private static string? ReadOffset(string name, DateTime local, string zone, out WrittenMoment moment)
    {
        moment = default;
        var offset = OffsetOf(zone);
        if (offset.Duration() > LargestOffset || zone[4] > '5') return $"{name} has the offset {zone}; it must be from -14:00 to +14:00";
        if (local != default) moment = new WrittenMoment(new DateTimeOffset(local, offset).ToUniversalTime(), zone);
        return null;
    }

    private static TimeSpan OffsetOf(string zone)
    {
        var (hours, minutes) = (int.Parse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture), int.Parse(zone.AsSpan(4, 2), CultureInfo.InvariantCulture));
        var offset = new TimeSpan(hours, minutes, 0);
        return zone[0] == '-' ? -offset : offset;
    }

    private static string? ReadZone(string name, DateTime local, string zone, out WrittenMoment moment)
    {
        moment = default;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
        {
            return $"{name} is in the zone {RequestReading.Shown(zone)}, which the gate's machine does not know; it must be a name such as Europe/Berlin or "
                + "America/New_York (the package tzdata has them), or write the offset, such as +01:00";
        }

        var shown = local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        if (found.IsInvalidTime(local))
        {
            // An hour before and after the gap the clocks are certain; by the one before it is later on the new clock, and the other way round.
            var (before, after) = (OffsetNear(found, local, -1), OffsetNear(found, local, 1));
            return $"{name}: {shown} does not exist in {zone}, where the clocks are put forward then; "
                + $"by the clocks before it would be {Iso(local, before)}, by those after it {Iso(local, after)}: write the one that is meant";
        }

        if (found.IsAmbiguousTime(local))
        {
            var offsets = found.GetAmbiguousTimeOffsets(local).OrderDescending().ToArray();
            return $"{name}: {shown} is there twice in {zone}, where the clocks are put back then; "
                + $"the first is {Iso(local, offsets[0])}, the second {Iso(local, offsets[^1])}: write the one that is meant";
        }

        moment = new WrittenMoment(new DateTimeOffset(local, found.GetUtcOffset(local)).ToUniversalTime(), found.Id);
        return null;
    }

    private static TimeSpan OffsetNear(TimeZoneInfo zone, DateTime local, int days) =>
        zone.GetUtcOffset(new DateTimeOffset(local.AddDays(days), zone.BaseUtcOffset));

    private static string Iso(DateTime local, TimeSpan offset) =>
        new DateTimeOffset(local, offset).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<day>\d{4}-\d\d-\d\d)[Tt ](?<time>\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?) ?(?<zone>[Zz]|[+-]\d\d:\d\d|[A-Za-z][A-Za-z0-9_+-]{0,31}(?:/[A-Za-z0-9_+-]{1,32}){0,2})?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
