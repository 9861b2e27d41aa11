using System.Collections.Immutable;
using PodGate.Control.Alerts;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Tests.Alerts;

/// <summary>Which alerts a transition deserves: what a pod had before it and after it, side by side.</summary>
public sealed class AlertRulesTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    // latch before       held before        latch after             held after         alerts
    [InlineData(null, null, null, null, "")]
    [InlineData(null, null, "1 Refused", null, "latched Page")]
    [InlineData(null, null, "1 ErrorsInTraffic", null, "latched Page")]
    [InlineData(null, null, "1 SuspendedTooLong", null, "suspendedTooLong Page")]
    [InlineData("1 Refused", null, "1 Refused", null, "")]
    [InlineData("1 Refused", null, null, null, "latched Info resolved")]
    [InlineData("1 SuspendedTooLong", null, null, null, "suspendedTooLong Info resolved")]
    [InlineData("1 Refused", null, "2 Silent", null, "latched Page")]
    [InlineData(null, null, null, "GuardHolds", "heldBack Page")]
    [InlineData(null, null, null, "NoWitness", "heldBack Page")]
    [InlineData(null, null, null, "Frozen", "heldBack Page")]
    [InlineData(null, null, null, "SourcesFail", "heldBack Page")]
    [InlineData(null, null, null, "AllFailAlike", "heldBack Page")]
    [InlineData(null, null, null, "SuspendedTooLong", "heldBack Page")]
    [InlineData(null, "GuardHolds", null, "GuardHolds", "")]
    [InlineData(null, "GuardHolds", null, "NoWitness", "heldBack Page")]
    [InlineData(null, "GuardHolds", null, null, "heldBack Info resolved")]
    [InlineData(null, "GuardHolds", "1 Refused", null, "heldBack Info resolved, latched Page")]
    public void Transition_OfAPod_Deserves(string? latchBefore, string? heldBefore, string? latchAfter, string? heldAfter, string expected)
    {
        var transition = Transition("pod-a", Cause.Refused) with { LatchBefore = LatchOf(latchBefore), HeldBackBefore = HeldOf(heldBefore) };
        var alerts = AlertRules.From(transition, PodOf(LatchOf(latchAfter), HeldOf(heldAfter))).ToArray();
        Words(alerts).Should().Be(expected);
        foreach (var alert in alerts) (alert.Pod, alert.Sentence, alert.Cause, alert.At).Should().Be(("pod-a", transition.Sentence, transition.Cause, At));
        alerts.Select(alert => alert.Id).Should().OnlyHaveUniqueItems("a receiver tells repetitions by it");
    }

    [Fact]
    public void PodThatIsGone_ResolvesWhatItHad() =>
        AlertRules.From(Transition("pod-a", Cause.Removed) with { LatchBefore = LatchOf("1 Refused"), HeldBackBefore = HeldOf("Frozen") }, null)
            .Should().OnlyContain(alert => alert.Resolved).And.HaveCount(2);

    [Theory]
    //          cause                     alerts, when only told of a pod that was latched meanwhile
    [InlineData(Cause.MaintenancePlanned, "")]
    [InlineData(Cause.MaintenanceCancelled, "")]
    [InlineData(Cause.MaintenanceHeldBack, "maintenanceHeldBack Page")]
    [InlineData(Cause.MaintenanceReleased, "maintenanceHeldBack Info resolved")]
    [InlineData(Cause.MaintenanceNotDone, "maintenance Warning")]
    [InlineData(Cause.MaintenanceNotWell, "maintenance Warning")]
    [InlineData(Cause.MaintenanceOver, "maintenance Info")]
    [InlineData(Cause.DrainExpired, "drainExpired Warning")]
    public void WhatIsToldOfPlans_Deserves(Cause cause, string expected) =>
        Words(AlertRules.From(Transition("pod-a", cause), PodOf(LatchOf("1 Refused"), HeldOf("GuardHolds")))).Should().Be(expected);

    [Theory]
    [InlineData(Cause.MaintenanceBegun, "maintenance Info")]
    [InlineData(Cause.MaintenanceEnabled, "maintenance Info")]
    public void WhatPlansDoToAPod_Deserves(Cause cause, string expected) =>
        Words(AlertRules.From(Transition("pod-a", cause) with { Record = PodOf(null, null).Record }, PodOf(null, null))).Should().Be(expected);

    [Theory]
    //          minutes until the expiry, intent after; alerts
    [InlineData(-1, true, "drainExpired Info resolved")]
    [InlineData(-1, false, "")]
    [InlineData(1, true, "")]
    [InlineData(null, true, "")]
    public void PodThatIsBackAfterItsExpiry_ResolvesIt(int? expiry, bool changes, string expected)
    {
        var intent = new PodIntent(IntentKind.Disabled, "anna", "update", At, At, Until: expiry is { } minutes ? At.AddMinutes(minutes) : null);
        var pod = PodOf(null, null);
        if (!changes) pod = pod with { Record = pod.Record with { Intent = intent } };
        Words(AlertRules.From(Transition("pod-a", Cause.Enabled) with { Record = pod.Record, IntentBefore = intent }, pod)).Should().Be(expected);
    }

    [Theory]
    [InlineData(Cause.Frozen, "freeze Info False")]
    [InlineData(Cause.Unfrozen, "freeze Info True")]
    [InlineData(Cause.Recovered, "")]
    public void Transition_OfTheFleet_Deserves(Cause cause, string expected)
    {
        var alerts = AlertRules.From(Transition("", cause), null).ToArray();
        string.Join(", ", alerts.Select(alert => $"{alert.Kind} {alert.Severity} {alert.Resolved}")).Should().Be(expected);
        foreach (var alert in alerts) (alert.Pod, alert.Id).Should().Be((null, "7-fleet-freeze"));
    }

    [Theory]
    //          kind, latch and held back of the pod now; whether an alert of before still stands
    [InlineData(AlertKinds.Latched, "1 Refused", null, true)]
    [InlineData(AlertKinds.Latched, "1 SuspendedTooLong", null, false)]
    [InlineData(AlertKinds.SuspendedTooLong, "1 SuspendedTooLong", null, true)]
    [InlineData(AlertKinds.Latched, null, null, false)]
    [InlineData(AlertKinds.HeldBack, null, "GuardHolds", true)]
    [InlineData(AlertKinds.HeldBack, "1 Refused", null, false)]
    [InlineData(AlertKinds.Freeze, null, null, false)]
    [InlineData(AlertKinds.Journal, null, null, false)]
    public void AlertOfBefore_StandsWhileItIsStillSo(string kind, string? latch, string? held, bool stands)
    {
        var pod = PodOf(LatchOf(latch), HeldOf(held));
        var fleet = new Fleet { Settings = new FleetSettings(), Pods = ImmutableSortedDictionary.Create<string, Pod>(StringComparer.Ordinal).Add("pod-a", pod) };
        AlertRules.IsStill(new Alert("1", kind, AlertSeverity.Page, "pod-a", null, "x", At), fleet).Should().Be(stands);
        AlertRules.IsStill(new Alert("1", kind, AlertSeverity.Page, "pod-z", null, "x", At), fleet).Should().BeFalse("there is no such pod");
    }

    private static string Words(IEnumerable<Alert> alerts) =>
        string.Join(", ", alerts.Select(alert => $"{alert.Kind} {alert.Severity}{(alert.Resolved ? " resolved" : "")}"));

    private static Transition Transition(string pod, Cause cause) =>
        new(7, At, pod, PodState.Open, PodState.Open, cause, "what was seen", Core.Pods.Transition.Automation, 3, null);

    private static Latch? LatchOf(string? text) => text?.Split(' ') is [var id, var cause] ? new Latch(id, Enum.Parse<Cause>(cause), "x", At, []) : null;

    private static HeldBack? HeldOf(string? cause) => cause is null ? null : new HeldBack(Enum.Parse<Cause>(cause), "x", At);

    private static Pod PodOf(Latch? latch, HeldBack? held)
    {
        var url = new Uri("http://127.0.0.1:9/");
        return new Pod
        {
            Settings = new PodSettings("pod-a", url, new HealthSettings(url), ImmutableSortedDictionary<string, string>.Empty),
            Record = new PodRecord("pod-a", url.AbsoluteUri, 3, new PodIntent(IntentKind.Enabled, "anna", "", At), latch, At),
            HeldBack = held,
        };
    }
}
