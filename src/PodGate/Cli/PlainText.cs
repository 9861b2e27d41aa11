using System.Globalization;
using System.Text;

namespace PodGate.Cli;

/// <summary>
/// Makes text that came from elsewhere fit for a terminal. A sentence can quote what a pod said of itself, and a pod's words must
/// neither move the cursor, nor break a line in two, nor turn the reading direction round.
/// </summary>
internal static class PlainText
{
    /// <summary>The text in one line, without control and invisible formatting characters.</summary>
    /// <param name="text">Anything.</param>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.LineSeparator:
                case UnicodeCategory.ParagraphSeparator:
                    clean.Append(' ');
                    break;
                case UnicodeCategory.Control:
                    if (rune.Value is '\n' or '\r' or '\t') clean.Append(' ');
                    break;
                case UnicodeCategory.Format:
                    break;
                default:
                    clean.Append(rune.ToString());
                    break;
            }
        }

        return clean.ToString();
    }

    /// <summary>A moment, in UTC, to the second.</summary>
    /// <param name="moment">The moment.</param>
    public static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>How long something lasts, by its two largest units.</summary>
    /// <param name="span">The duration; one below zero counts as none.</param>
    public static string Span(TimeSpan span) => span switch
    {
        { Ticks: <= 0 } => "0s",
        { TotalMinutes: < 1 } => Invariant($"{span.Seconds}s"),
        { TotalHours: < 1 } => Invariant($"{span.Minutes}m {span.Seconds}s"),
        { TotalDays: < 1 } => Invariant($"{span.Hours}h {span.Minutes}m"),
        _ => Invariant($"{span.Days}d {span.Hours}h"),
    };

    /// <summary>Text that looks the same whatever the language of the machine.</summary>
    /// <param name="text">The text with its values.</param>
    public static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
