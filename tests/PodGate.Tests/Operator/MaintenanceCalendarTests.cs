using System.Text;
using PodGate.Core.Pods;
using PodGate.Operator;

namespace PodGate.Tests.Operator;

/// <summary>The calendar file, line by line, as RFC 5545 wants it.</summary>
public sealed class MaintenanceCalendarTests
{
    private static readonly DateTimeOffset Planned = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Calendar_OfAPlan_HasItsTimesInUtcAndAnIdOfItsOwn()
    {
        var file = Write(Plan("m-1"));
        Unfolded(file).Should().Equal(
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//PodGate//Planned maintenance//EN", "BEGIN:VEVENT", "UID:m-1@gate-1", "DTSTAMP:20261123T080000Z", "SEQUENCE:0",
            "DTSTART:20261201T210000Z", "DTEND:20261202T010000Z", "SUMMARY:Planned maintenance of pod-a", "DESCRIPTION:kernel update", "STATUS:CONFIRMED", "TRANSP:TRANSPARENT",
            "CATEGORIES:MAINTENANCE", "END:VEVENT", "END:VCALENDAR");
        file.Should().EndWith("END:VCALENDAR\r\n");
    }

    [Fact]
    public void Calendar_OfACancelledPlan_SaysSo_AsANewerVersionOfTheSameEvent()
    {
        var cancelled = Plan("m-1") with { Stage = MaintenanceStage.Cancelled, Changed = Planned.AddHours(1), Sentence = "ben cancelled it" };
        Unfolded(Write(cancelled, Plan("m-2"))).Should().Contain(
            ["UID:m-1@gate-1", "DTSTAMP:20261123T090000Z", "SEQUENCE:1", "STATUS:CANCELLED", "DESCRIPTION:kernel update\\nben cancelled it", "UID:m-2@gate-1", "STATUS:CONFIRMED"]);
    }

    [Fact]
    public void Calendar_WithNothingPlanned_IsStillOne()
    {
        var lines = Unfolded(Write());
        lines[3].Should().Be("BEGIN:VTIMEZONE", "a calendar must have a component");
        lines[^1].Should().Be("END:VCALENDAR");
    }

    [Theory]
    [InlineData("a,b;c\\d", "a\\,b\\;c\\\\d")]
    [InlineData("\"quoted\" and: colons", "\"quoted\" and: colons")]
    [InlineData("Wartung für größere Änderungen", "Wartung für größere Änderungen")]
    public void Text_IsEscaped(string why, string written) => Unfolded(Write(Plan("m-1", why))).Should().Contain("DESCRIPTION:" + written);

    [Theory]
    [InlineData('x')]
    [InlineData('ü')]
    [InlineData('\u20AC')]
    [InlineData('\\')]
    public void LongLines_AreFoldedAt75Bytes_NeverWithinACharacter(char character)
    {
        var why = string.Concat(Enumerable.Repeat(character == 'x' ? "x" : $"{character}\U0001F600", 200));
        var file = Write(Plan("m-1", why));
        file.Replace("\r\n", "", StringComparison.Ordinal).Should().NotContain("\r").And.NotContain("\n");
        var lines = file.Split("\r\n");
        foreach (var line in lines) Encoding.UTF8.GetByteCount(line).Should().BeLessThanOrEqualTo(75);
        lines.Should().Contain(line => line.StartsWith(' '));
        file.Should().NotContain("\uFFFD");
        Unfolded(file).Should().Contain("DESCRIPTION:" + why.Replace("\\", "\\\\", StringComparison.Ordinal));
    }

    private static MaintenancePlan Plan(string id, string why = "kernel update") =>
        new(id, "pod-a", "anna", why, new(2026, 12, 1, 21, 0, 0, TimeSpan.Zero), new(2026, 12, 2, 1, 0, 0, TimeSpan.Zero), "Europe/Berlin", Planned);

    private static string Write(params MaintenancePlan[] plans) =>
        Encoding.UTF8.GetString(MaintenanceCalendar.Write(Agenda.Empty with { Plans = [.. plans] }, "gate-1"));

    private static string[] Unfolded(string file) => file.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
}
