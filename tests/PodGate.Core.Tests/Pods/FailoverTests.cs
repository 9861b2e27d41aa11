using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

public sealed class FailoverTests
{
    [Fact]
    public void ThreeFailures_Delivered_LatchWithoutAWitness()
    {
        var story = new FleetStory(3);
        story.Rounds(1, ProbeResult.Refused, "pod-b");
        story.State("pod-b").Should().Be(PodState.Open, "one lost answer must not move customers");
        story.Rounds(1, ProbeResult.Refused, "pod-b");
        story.State("pod-b").Should().Be(PodState.Suspended);
        story.Rounds(1, ProbeResult.Refused, "pod-b");
        story.State("pod-b").Should().Be(PodState.Latched);
        story["pod-b"].Record.Latch!.Cause.Should().Be(Cause.Refused);
        story["pod-b"].Record.Latch!.Evidence.Should().NotBeEmpty();
        story.Transitions.Select(t => (t.From, t.To)).Should().Equal((PodState.Open, PodState.Suspended), (PodState.Suspended, PodState.Latched));
    }

    [Fact]
    public void RefusedConnection_OfAClient_SuspendsAtOnceAndProbes()
    {
        var story = new FleetStory(3);
        story.Apply(new ConnectionRefused("pod-a")).ProbeNow.Should().Contain("pod-a");
        story.State("pod-a").Should().Be(PodState.Suspended);
    }

    [Theory]
    [InlineData(ProbeResult.Unhealthy, Cause.ReportedUnhealthy)]
    [InlineData(ProbeResult.Unreadable, Cause.UnreadableHealth)]
    [InlineData(ProbeResult.Broken, Cause.BrokenHealth)]
    [InlineData(ProbeResult.TimedOut, Cause.Silent)]
    [InlineData(ProbeResult.Unreachable, Cause.Silent)]
    [InlineData(ProbeResult.Overloaded, Cause.ReportedUnhealthy)]
    public void EachKindOfFailure_Latches_WithItsCause(ProbeResult result, Cause cause)
    {
        var story = new FleetStory(3);
        story.Rounds(9, result, "pod-c");
        story["pod-c"].Record.Latch!.Cause.Should().Be(cause);
    }

    [Fact]
    public void LatchedPod_ThatLooksWell_StaysLatchedForever()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        for (var i = 0; i < 200; i++) story.Everybody(ProbeResult.Healthy);
        story.State("pod-b").Should().Be(PodState.Latched);
        story["pod-b"].Health.WellSince.Should().NotBeNull();
    }

    [Fact]
    public void SuspendedPod_ComesBack_OnlyAfterRiseAndAHoldThatDoubles()
    {
        var story = new FleetStory(3);
        var holds = new List<TimeSpan>();
        for (var i = 0; i < 3; i++)
        {
            story.Apply(new ConnectionRefused("pod-a"));
            var since = story.Now;
            while (story.State("pod-a") == PodState.Suspended && story.Now - since < TimeSpan.FromMinutes(5)) story.Everybody(ProbeResult.Healthy);
            holds.Add(story.Now - since);
        }

        holds.Select(hold => Math.Round(hold.TotalSeconds)).Should().Equal(5, 10, 20);
    }

    [Fact]
    public void Suspension_ThatLasts_IsLatchedAtLast()
    {
        var story = new FleetStory(3, new FleetSettings { FlapLimit = 0 });
        for (var i = 0; i < 5 * 310 && story.State("pod-a") != PodState.Latched; i++)
        {
            story.Everybody(ProbeResult.Healthy);
            story.Probe("pod-a", i % 2 == 0 ? ProbeResult.Unhealthy : ProbeResult.Broken);
            if (i % 3 == 0) story.Apply(new ConnectionRefused("pod-a"));
            story.Probe("pod-a", ProbeResult.Unhealthy);
        }

        story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.SuspendedTooLong);
    }

    [Fact]
    public void Silence_OfAllPods_ChangesNothingAndRaisesTheAlarm()
    {
        var story = new FleetStory(3);
        var before = story.Routes().Select(route => route.Admission).ToArray();
        for (var i = 0; i < 25; i++) story.Everybody(ProbeResult.TimedOut);
        story.States().Should().Be("Open Open Open");
        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.HeldBack!.Cause == Cause.NoWitness);
        story.Routes().Select(route => route.Admission).Should().Equal(before);
    }

    [Fact]
    public void TheMomentTheGatesOwnNetworkComesBack_CondemnsNobody()
    {
        // Probes of the cut-off time are still timing out when the first pod answers again.
        var story = new FleetStory(3);
        for (var i = 0; i < 25; i++) story.Everybody(ProbeResult.TimedOut);
        var back = story.Now;
        story.Seconds(0.01);
        story.Probe("pod-a", ProbeResult.Healthy, took: 0.001);
        foreach (var late in new[] { 0.05, 0.1 })
        {
            story.Now = back + TimeSpan.FromSeconds(late);
            story.Probe("pod-b", ProbeResult.TimedOut);
            story.Probe("pod-c", ProbeResult.TimedOut);
        }

        story.Seconds(0.1);
        story.Probe("pod-b", ProbeResult.Healthy);
        story.Probe("pod-c", ProbeResult.Healthy);
        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.Record.Latch == null);
        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.HeldBack == null);
    }

    [Fact]
    public void TwoPods_OneSilent_TheOtherIsTheWitness()
    {
        var story = new FleetStory(2);
        story.Rounds(9, ProbeResult.TimedOut, "pod-a");
        story.States().Should().Be("Latched Open");
    }

    [Fact]
    public void ReportsOutOfOrder_AreJudgedInTheOrderTheyWereSent()
    {
        var story = new FleetStory(3);
        story.Rounds(1, ProbeResult.Refused, "pod-a");
        story.Seconds(0.01);
        story.Probe("pod-a", ProbeResult.Healthy);
        story.Probe("pod-a", ProbeResult.Broken, took: 0.5);
        story.Probe("pod-a", ProbeResult.Broken, took: 0.4);
        story["pod-a"].Health.FailuresInARow.Should().Be(0, "they were sent before the good one");
        story.State("pod-a").Should().Be(PodState.Open);
    }

    [Fact]
    public void Inconclusive_IsNoEvidenceAtAll()
    {
        var story = new FleetStory(3);
        for (var i = 0; i < 10; i++) story.Everybody(ProbeResult.Inconclusive);
        story.States().Should().Be("Open Open Open");
    }

    [Fact]
    public void LatchedPod_IsClosedAtTheFailoversDeadline()
    {
        var story = new FleetStory(3);
        story.InFlight("pod-b", 2);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        story.Routes()[1].Admission.Should().Be(Admission.Excluded);
        story.Seconds(30);
        story.Routes()[1].Admission.Should().Be(Admission.Closed);
        story.Transitions[^1].Cause.Should().Be(Cause.DeadlineReached);
    }

    [Fact]
    public void Restart_PresumesOpenWhatWasOpenAndKeepsLatches()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        var known = story.Fleet.Pods.ToDictionary(p => p.Key, p => p.Value.Record);
        story.Fleet = FleetReconfiguration.Begin(story.Fleet.Settings, known, null, 0);
        story.Apply(new Reconfigured(story.Fleet.Settings));
        story.States().Should().Be("Open Latched Open");
    }
}
