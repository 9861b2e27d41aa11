using System.Collections.Immutable;
using PodGate.Control.Alerts;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Alerts;

/// <summary>Which conditions hold, by tables.</summary>
public sealed class AlertConditionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    //          minutes since it looks well, since it was latched; the stage of the reminder, 0: none
    [InlineData(null, 600, 0)]
    [InlineData(14, 600, 0)]
    [InlineData(15, 600, 1)]
    [InlineData(44, 600, 1)]
    [InlineData(45, 600, 2)]
    [InlineData(105, 600, 3)]
    [InlineData(600, 20, 1)]
    [InlineData(945, 9999, 6)]
    [InlineData(945 + 1440, 9999, 7)]
    [InlineData(945 + 2880, 9999, 8)]
    public void PodThatLooksWellAndIsLatched_IsRemindedOf(int? well, int latched, int stage)
    {
        var pod = Pod(PodState.Latched, new Latch("L", Cause.Refused, "x", Now.AddMinutes(-latched), []), well is { } minutes ? Now.AddMinutes(-minutes) : null);
        Stages(pod, AlertKinds.LatchedLooksWell).Should().Be(stage);
        Stages(pod with { Record = pod.Record with { Latch = null } }, AlertKinds.LatchedLooksWell).Should().Be(0);
        Stages(pod with { Record = pod.Record with { Intent = pod.Record.Intent with { Kind = IntentKind.Disabled } } }, AlertKinds.LatchedLooksWell)
            .Should().Be(0, "somebody works on it");
    }

    [Theory]
    [InlineData(PodState.Suspended, 119, 0)]
    [InlineData(PodState.Suspended, 121, 1)]
    [InlineData(PodState.Open, 121, 0)]
    public void PodThatIsRoutedAround_IsToldOfAfterTwoMinutes(PodState state, int seconds, int stage) =>
        Stages(Pod(state, null, null) with { StateSince = Now.AddSeconds(-seconds) }, AlertKinds.Suspended).Should().Be(stage);

    [Fact]
    public void PodThatFlaps_IsToldOf()
    {
        var pod = Pod(PodState.Open, null, null);
        Stages(pod with { Health = pod.Health with { Flapping = true } }, AlertKinds.Flapping).Should().Be(1);
        Stages(pod, AlertKinds.Flapping).Should().Be(0);
    }

    [Theory]
    //          hours left, whether the one in the file is used; stage and severity
    [InlineData(22 * 24, true, "")]
    [InlineData(21 * 24, true, "1 Info")]
    [InlineData(7 * 24, true, "2 Warning")]
    [InlineData(24, true, "3 Page")]
    [InlineData(0, true, "4 Page")]
    [InlineData(-5, true, "4 Page")]
    [InlineData(22 * 24, false, "2 Warning")]
    [InlineData(21 * 24, false, "2 Warning")]
    [InlineData(24, false, "3 Page")]
    public void Certificate_IsToldOfInStages(int hours, bool isUsed, string expected) =>
        string.Join(' ', AlertConditions.OfCertificate("Listen https://[::]:443", Now.AddHours(hours), isUsed ? null : "it is another's", Now)
            .Select(condition => $"{condition.Stage} {condition.Severity}")).Should().Be(expected);

    [Fact]
    public void CertificateThatIsNotUsed_IsToldWithTheReason() =>
        AlertConditions.OfCertificate("Listen https://[::]:443", Now.AddDays(30), "it is another's", Now).Single().Sentence
            .Should().EndWith("UTC; the one in its file is not used: it is another's");

    [Fact]
    public void Configuration_IsToldOfWithItsFirstError()
    {
        AlertConditions.OfConfiguration(null).Should().BeEmpty();
        AlertConditions.OfConfiguration(["podgate.json:2:1: a", "podgate.json:3:1: b"]).Single().Sentence
            .Should().Be("the configuration file was refused and the old one is in force: podgate.json:2:1: a (and 1 more)");
    }

    [Theory]
    [InlineData(AlertKinds.Latched, Cause.Refused, "latched.md")]
    [InlineData(AlertKinds.HeldBack, Cause.GuardHolds, "guard-holds.md")]
    [InlineData(AlertKinds.HeldBack, Cause.AllFailAlike, "pod-errors.md")]
    [InlineData(AlertKinds.Channel, null, "alerts-not-delivered.md")]
    public void Runbook_IsThePageThatExists(string kind, Cause? cause, string page)
    {
        Runbooks.Of(new Alert("1", kind, AlertSeverity.Page, null, cause, "x", Now)).Should().Be("docs/runbooks/" + page);
        foreach (var any in AlertKinds.All)
        {
            foreach (var why in Enum.GetValues<Cause>())
                File.Exists(Path.Combine(Configuration.ConfigurationTestFiles.Root, Runbooks.Of(new Alert("1", any, AlertSeverity.Page, null, why, "x", Now)))).Should().BeTrue($"{any} {why}");
        }
    }

    private static int Stages(Pod pod, string kind)
    {
        var fleet = new Fleet { Settings = new FleetSettings(), Pods = ImmutableSortedDictionary.Create<string, Pod>(StringComparer.Ordinal).Add(pod.Name, pod) };
        return AlertConditions.OfPods(fleet, Now).SingleOrDefault(condition => condition.Kind == kind)?.Stage ?? 0;
    }

    private static Pod Pod(PodState state, Latch? latch, DateTimeOffset? well)
    {
        var url = new Uri("http://127.0.0.1:9/");
        return new Pod
        {
            Settings = new PodSettings("pod-a", url, new HealthSettings(url), ImmutableSortedDictionary<string, string>.Empty),
            Record = new PodRecord("pod-a", url.AbsoluteUri, 3, new PodIntent(IntentKind.Enabled, "anna", "", Now), latch, Now),
            State = state,
            StateSince = Now,
            Health = PodHealth.Unknown with { Document = ProbeTrack.Empty with { WellSince = well } },
        };
    }
}
