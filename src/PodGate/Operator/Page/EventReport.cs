using System.Globalization;
using System.Text;

namespace PodGate.Operator.Page;

/// <summary>The time line as Markdown, for an incident report: a table, oldest first, in UTC.</summary>
internal static class EventReport
{
    /// <summary>Writes it.</summary>
    /// <param name="events">Oldest first.</param>
    /// <param name="now">The gate's time.</param>
    public static byte[] Of(IReadOnlyList<EventJson> events, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"PodGate, as of {now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {events.Count} events.\n\n");
        text.Append("| when (UTC) | pod | from | to | cause | who | what |\n|---|---|---|---|---|---|---|\n");
        foreach (var one in events)
        {
            var (from, to) = one.Pod.Length == 0 ? ("", "") : (one.From, one.To);
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {one.At.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff} | {Cell(one.Pod)} | {from} | {to} | {one.Cause} | {Cell(one.Who)} | {Cell(one.Sentence)} |\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Text in a cell: what would end the cell, or begin a link or a tag, is only shown.</summary>
    private static string Cell(string text)
    {
        var cell = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (char.IsControl(character)) continue;
            if (character is '|' or '\\' or '`' or '*' or '_' or '<' or '>' or '[' or ']') cell.Append('\\');
            cell.Append(character);
        }

        return cell.ToString();
    }
}
