using System.Globalization;
using System.Text;
using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>
/// What is planned as a calendar file (RFC 5545). Moments are in UTC, so that it needs no definitions of zones; lines end with CRLF and are folded at 75 bytes,
/// never within a character.
/// </summary>
internal static class MaintenanceCalendar
{
    /// <summary>What the answer is to be labelled as.</summary>
    public const string ContentType = "text/calendar; charset=utf-8";

    private const int LongestLine = 75;

    /// <summary>Writes the open plans, and those that ended not long ago, so that a calendar which had them learns that they are cancelled.</summary>
    /// <param name="agenda">What is planned.</param>
    /// <param name="gateId">Makes the ids of events unique over all gates.</param>
    public static byte[] Write(Agenda agenda, string gateId)
    {
        var calendar = new StringBuilder();
        Line(calendar, "BEGIN:VCALENDAR");
        Line(calendar, "VERSION:2.0");
        Line(calendar, "PRODID:-//PodGate//Planned maintenance//EN");
        foreach (var plan in agenda.Plans) WriteEvent(calendar, plan, gateId);
        if (agenda.Plans.IsEmpty) WriteZone(calendar);
        Line(calendar, "END:VCALENDAR");
        return Encoding.UTF8.GetBytes(calendar.ToString());
    }

    private static void WriteEvent(StringBuilder calendar, MaintenancePlan plan, string gateId)
    {
        // What never was, or will not be, is cancelled; what is over was. Each change of that counts, and has the moment at which it was made.
        var cancelled = plan.Stage is MaintenanceStage.Cancelled or MaintenanceStage.NotDone;
        Line(calendar, "BEGIN:VEVENT");
        Line(calendar, $"UID:{plan.Id}@{gateId}");
        Line(calendar, $"DTSTAMP:{Moment(cancelled ? plan.Changed : plan.Planned)}");
        Line(calendar, $"SEQUENCE:{(cancelled ? 1 : 0)}");
        Line(calendar, $"DTSTART:{Moment(plan.From)}");
        Line(calendar, $"DTEND:{Moment(plan.Until)}");
        Line(calendar, $"SUMMARY:{Escape($"Planned maintenance of {plan.Pod}")}");
        Line(calendar, $"DESCRIPTION:{Escape(cancelled ? $"{plan.Why}\n{plan.Sentence}" : plan.Why)}");
        Line(calendar, $"STATUS:{(cancelled ? "CANCELLED" : "CONFIRMED")}");
        Line(calendar, "TRANSP:TRANSPARENT");
        Line(calendar, "CATEGORIES:MAINTENANCE");
        Line(calendar, "END:VEVENT");
    }

    /// <summary>A calendar must have at least one component, and nothing is planned.</summary>
    private static void WriteZone(StringBuilder calendar)
    {
        string[] lines =
        [
            "BEGIN:VTIMEZONE", "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD",
            "END:VTIMEZONE",
        ];
        foreach (var line in lines) Line(calendar, line);
    }

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\\' or ';' or ',' => escaped.Append('\\').Append(character),
                '\n' => escaped.Append("\\n"),
                _ when char.IsControl(character) => escaped,
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }

    private static void Line(StringBuilder calendar, string line)
    {
        var room = LongestLine;
        foreach (var rune in line.EnumerateRunes())
        {
            if (rune.Utf8SequenceLength > room)
            {
                calendar.Append("\r\n ");
                room = LongestLine - 1;
            }

            calendar.Append(rune.ToString());
            room -= rune.Utf8SequenceLength;
        }

        calendar.Append("\r\n");
    }
}
