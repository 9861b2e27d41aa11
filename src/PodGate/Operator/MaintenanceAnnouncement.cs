using System.Globalization;
using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>
/// What to tell people of a planned maintenance, ready to be sent, in English and in German. The names of days and months stand here: the gate runs without
/// the cultures of the platform.
/// </summary>
internal static class MaintenanceAnnouncement
{
    /// <summary>The languages there are.</summary>
    public static readonly IReadOnlyList<string> Languages = ["en", "de"];

    private static readonly string[] GermanDays = ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"];

    private static readonly string[] GermanMonths =
        ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];

    /// <summary>The announcement of a plan.</summary>
    /// <param name="fleet">The fleet it belongs to.</param>
    /// <param name="plan">The plan.</param>
    public static AnnouncementJson Of(Fleet fleet, MaintenancePlan plan) =>
        new(MaintenanceMapping.Plan(fleet, plan), [English(plan), German(plan)]);

    private static AnnouncementTextJson English(MaintenancePlan plan)
    {
        var (from, until) = (MomentText.InZone(plan.From, plan.Zone), MomentText.InZone(plan.Until, plan.Zone));
        string[] lines =
        [
            $"{plan.Pod} is taken out of service for planned maintenance.",
            "",
            $"From:   {EnglishMoment(from, plan.Zone)}",
            $"Until:  {EnglishMoment(until, plan.Zone)}",
            $"Reason: {plan.Why}",
            "",
            "At the beginning its users are moved to other pods. Requests that are running may finish for a while; connections that stay open are asked to connect again.",
            plan.EnableWhenWell ? "Afterwards it returns by itself as soon as it is found to be well." : "Afterwards it returns when it has been enabled.",
        ];
        return new AnnouncementTextJson("en", $"Planned maintenance of {plan.Pod}: {EnglishMoment(from, plan.Zone)}", string.Join('\n', lines));
    }

    private static AnnouncementTextJson German(MaintenancePlan plan)
    {
        var (from, until) = (MomentText.InZone(plan.From, plan.Zone), MomentText.InZone(plan.Until, plan.Zone));
        string[] lines =
        [
            $"{plan.Pod} wird für eine geplante Wartung außer Betrieb genommen.",
            "",
            $"Von:   {GermanMoment(from, plan.Zone)}",
            $"Bis:   {GermanMoment(until, plan.Zone)}",
            $"Grund: {plan.Why}",
            "",
            "Zu Beginn wechseln die Benutzer auf andere Pods. Laufende Anfragen dürfen noch eine Weile zu Ende laufen; offene Verbindungen werden gebeten, sich neu zu verbinden.",
            plan.EnableWhenWell
                ? "Danach kommt er von selbst zurück, sobald er nachweislich in Ordnung ist."
                : "Danach kommt er zurück, wenn er freigegeben worden ist.",
        ];
        return new AnnouncementTextJson("de", $"Geplante Wartung von {plan.Pod}: {GermanMoment(from, plan.Zone)}", string.Join('\n', lines));
    }

    private static string EnglishMoment(DateTimeOffset moment, string zone) =>
        moment.ToString("dddd, d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture) + Seconds(moment) + $" ({Zone(moment, zone)})";

    private static string GermanMoment(DateTimeOffset moment, string zone) => string.Create(
        CultureInfo.InvariantCulture,
        $"{GermanDays[(int)moment.DayOfWeek]}, {moment.Day}. {GermanMonths[moment.Month - 1]} {moment.Year}, {moment:HH:mm}{Seconds(moment)} Uhr ({Zone(moment, zone)})");

    private static string Seconds(DateTimeOffset moment) => moment.Second == 0 ? "" : moment.ToString(":ss", CultureInfo.InvariantCulture);

    /// <summary>The place and the offset there at that moment, since it may have another one at the end.</summary>
    private static string Zone(DateTimeOffset moment, string zone)
    {
        var offset = moment.Offset == TimeSpan.Zero ? MomentText.Utc : "UTC" + moment.ToString("zzz", CultureInfo.InvariantCulture);
        return zone.Contains('/', StringComparison.Ordinal) ? $"{zone}, {offset}" : offset;
    }
}
