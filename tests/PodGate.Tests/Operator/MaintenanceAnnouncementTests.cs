using System.Collections.Immutable;
using PodGate.Core.Pods;
using PodGate.Operator;

namespace PodGate.Tests.Operator;

/// <summary>The announcements word by word: they are sent as they are.</summary>
public sealed class MaintenanceAnnouncementTests
{
    private static readonly Fleet NoPods = new() { Settings = new FleetSettings(), Pods = ImmutableSortedDictionary<string, Pod>.Empty };

    [Fact]
    public void Announcement_OfANight_SaysDayTimeAndZoneInBothLanguages()
    {
        var plan = new MaintenancePlan(
            "m-1", "pod-a", "anna", "kernel update", new(2026, 12, 1, 21, 0, 0, TimeSpan.Zero), new(2026, 12, 2, 1, 30, 0, TimeSpan.Zero), "Europe/Berlin", default);
        var texts = MaintenanceAnnouncement.Of(NoPods, plan).Texts.ToDictionary(text => text.Language);
        texts["en"].Subject.Should().Be("Planned maintenance of pod-a: Tuesday, 1 December 2026, 22:00 (Europe/Berlin, UTC+01:00)");
        texts["en"].Text.Split('\n').Should().Equal(
            "pod-a is taken out of service for planned maintenance.",
            "",
            "From:   Tuesday, 1 December 2026, 22:00 (Europe/Berlin, UTC+01:00)",
            "Until:  Wednesday, 2 December 2026, 02:30 (Europe/Berlin, UTC+01:00)",
            "Reason: kernel update",
            "",
            "At the beginning its users are moved to other pods. Requests that are running may finish for a while; connections that stay open are asked to connect again.",
            "Afterwards it returns when it has been enabled.");
        texts["de"].Subject.Should().Be("Geplante Wartung von pod-a: Dienstag, 1. Dezember 2026, 22:00 Uhr (Europe/Berlin, UTC+01:00)");
        texts["de"].Text.Should().Contain("Von:   Dienstag, 1. Dezember 2026, 22:00 Uhr (Europe/Berlin, UTC+01:00)\nBis:   Mittwoch, 2. Dezember 2026, 02:30 Uhr (")
            .And.EndWith("wenn er freigegeben worden ist.");
    }

    [Theory]
    [InlineData("UTC", "Sunday, 25 October 2026, 00:30 (UTC)", "Sonntag, 25. Oktober 2026, 04:30:15 Uhr (UTC)")]
    [InlineData("+05:30", "Sunday, 25 October 2026, 06:00 (UTC+05:30)", "Sonntag, 25. Oktober 2026, 10:00:15 Uhr (UTC+05:30)")]
    [InlineData("Europe/Berlin", "Sunday, 25 October 2026, 02:30 (Europe/Berlin, UTC+02:00)", "Sonntag, 25. Oktober 2026, 05:30:15 Uhr (Europe/Berlin, UTC+01:00)")]
    [InlineData("Europe/London", "Sunday, 25 October 2026, 01:30 (Europe/London, UTC+01:00)", "Sonntag, 25. Oktober 2026, 04:30:15 Uhr (Europe/London, UTC)")]
    public void Announcement_OverTheChangeOfTheClocks_SaysTheOffsetOfEachEnd(string zone, string from, string until)
    {
        var plan = new MaintenancePlan(
            "m-1", "pod-a", "anna", "x", new(2026, 10, 25, 0, 30, 0, TimeSpan.Zero), new(2026, 10, 25, 4, 30, 15, TimeSpan.Zero), zone, default) { EnableWhenWell = true };
        var texts = MaintenanceAnnouncement.Of(NoPods, plan).Texts;
        texts[0].Text.Should().Contain($"From:   {from}\n").And.EndWith("as soon as it is found to be well.");
        texts[1].Text.Should().Contain($"Bis:   {until}\n").And.EndWith("sobald er nachweislich in Ordnung ist.");
    }
}
