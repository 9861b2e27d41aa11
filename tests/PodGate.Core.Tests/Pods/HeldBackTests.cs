using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

public sealed class HeldBackTests
{
    [Fact]
    public void WellPodInALongHold_IsNotLatchedForIt()
    {
        var story = new FleetStory(3, new FleetSettings { SuspendedTooLong = TimeSpan.FromSeconds(10), SuspensionHold = TimeSpan.FromSeconds(60) });
        story.Apply(new ConnectionRefused("pod-a"));
        for (var i = 0; i < 250; i++) story.Everybody(ProbeResult.Healthy);
        story["pod-a"].Record.Latch.Should().BeNull("it waits for its hold, not for proof");
        for (var i = 0; i < 60; i++) story.Everybody(ProbeResult.Healthy);
        story.State("pod-a").Should().Be(PodState.Open);
    }

    [Fact]
    public void SuspendedTooLong_ThatLatchesNothing_IsAnAlarm_OnceAndOverOnce()
    {
        var story = new FleetStory(3, new FleetSettings { SuspendedTooLong = TimeSpan.FromSeconds(30) });
        for (var i = 0; i < 200; i++) story.Rounds(1, ProbeResult.Leaving, "pod-a");
        story.State("pod-a").Should().Be(PodState.Suspended);
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.SuspendedTooLong);
        for (var i = 0; i < 50; i++) story.Everybody(ProbeResult.Healthy);
        story.Transitions.Count(t => t.Pod == "pod-a" && t.Cause == Cause.SuspendedTooLong).Should().Be(1);
        story.State("pod-a").Should().Be(PodState.Open);
        story["pod-a"].HeldBack.Should().BeNull();
    }

    [Fact]
    public void SuspensionByARefusedConnection_HasThatCause_WhateverFailedOnceBefore()
    {
        var story = new FleetStory(3);
        story.Rounds(1, ProbeResult.Broken, "pod-a");
        story.Apply(new ConnectionRefused("pod-a"));
        story["pod-a"].Suspension!.Cause.Should().Be(Cause.Refused);
    }

    [Fact]
    public void ARefusedConnection_ExplainsOnlyWhatFollowsFromIt()
    {
        var story = new FleetStory(3);
        story.Command(new FreezeCommand("anna", "maintenance", TimeSpan.FromHours(1)));
        story.Drain("pod-a");
        story.Seconds(1);
        story.Rounds(3, ProbeResult.Healthy);
        story.Enable("pod-a");
        story.Now += TimeSpan.FromSeconds(31);
        story.Apply(new ConnectionRefused("pod-a"));
        story.Transitions[^1].Cause.Should().Be(Cause.RampComplete);
    }

    [Fact]
    public void TheSentence_FollowsTheReason()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-a");
        story.Rounds(9, ProbeResult.TimedOut, "pod-b");
        story["pod-b"].HeldBack!.Sentence.Should().Contain("overload");
        story.Rounds(9, ProbeResult.Refused, "pod-c");
        story.Rounds(9, ProbeResult.Refused, "pod-b", "pod-c");
        story.Fleet.Pods.Values.Single(pod => pod.HeldBack is not null).HeldBack!.Sentence.Should().Contain("last pod");
    }

    [Fact]
    public void WhatOverloadExplains_WaitsForWhatItDoesNot_WhoeverComesFirstByName()
    {
        var bad = new[]
        {
            new Candidate("pod-a", HealthLevel.Unhealthy, false, true, true, OverloadExplains: false),
            new Candidate("pod-b", HealthLevel.Unhealthy, false, true, true, OverloadExplains: true),
            new Candidate("pod-c", HealthLevel.Healthy, true, false, false, OverloadExplains: false),
        };
        var ruling = Guard.Rule(bad, 1, mayAct: true, overloadLikely: false);
        ruling.Latch.Should().Equal("pod-a");
        ruling.Held.Should().ContainKey("pod-b");
    }

    [Theory]
    [InlineData(FailoverMode.Observe, false)]
    [InlineData(FailoverMode.Act, true)]
    public void ALeavingPod_IsSaidToBe_WhereAutomationOnlyWatches(FailoverMode mode, bool freeze)
    {
        var story = new FleetStory(3, new FleetSettings { Mode = mode });
        if (freeze) story.Command(new FreezeCommand("anna", "network work", TimeSpan.FromHours(1)));
        story.Rounds(1, ProbeResult.Leaving, "pod-a");
        story["pod-a"].Suspension.Should().BeNull();
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.Frozen);
        story["pod-a"].HeldBack!.Sentence.Should().Contain("pod-a asks to be drained and would be routed around");
        story.Transitions[^1].Sentence.Should().Be(story["pod-a"].HeldBack!.Sentence);
    }

    [Fact]
    public void AFreeze_SaysNothingOfALeavingPodThatIsOutAlready()
    {
        var story = new FleetStory(3);
        story.Rounds(1, ProbeResult.Leaving, "pod-a");
        story.Command(new FreezeCommand("anna", "network work", TimeSpan.FromHours(1)));
        story.Rounds(3, ProbeResult.Leaving, "pod-a");
        story["pod-a"].HeldBack.Should().BeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.2)]
    public void APodNobodyCanMeasure_IsAnAlarm_AndOverWithTheFirstReportThatTells(double pause)
    {
        var story = new FleetStory(3);
        var start = story.Now;
        while (story["pod-a"].HeldBack is null && story.Now - start < TimeSpan.FromMinutes(1))
        {
            story.Seconds(pause);
            foreach (var pod in story.Fleet.Pods.Keys) story.Probe(pod, pod == "pod-a" ? ProbeResult.Inconclusive : ProbeResult.Healthy);
        }

        (story.Now - start).Should().BeCloseTo(TimeSpan.FromSeconds(11.5), TimeSpan.FromSeconds(1), "ten intervals and the timeout");
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.NotMeasured);
        story["pod-a"].HeldBack!.Sentence.Should().StartWith("pod-a is not measured: ").And.Contain("no probe has told whether it is well").And.EndWith("the last: Inconclusive");
        for (var i = 0; i < 60; i++)
        {
            story.Seconds(pause);
            story.Probe("pod-a", ProbeResult.Inconclusive);
        }

        story.Transitions.Where(transition => transition.Pod == "pod-a").Should().ContainSingle();
        story.Everybody(ProbeResult.Healthy);
        story["pod-a"].HeldBack.Should().BeNull();
    }

    [Fact]
    public void AGateThatStoodStillForAMinute_RaisesNoAlarmForThat()
    {
        var story = new FleetStory(3);
        story.Seconds(60);
        foreach (var pod in story.Fleet.Pods.Keys)
        {
            for (var i = 0; i < 3; i++) story.Probe(pod, ProbeResult.Inconclusive, took: 60 - i);
        }

        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.HeldBack == null);
    }

    [Fact]
    public void EveryTransition_SaysWhatWasLatchedOrHeldBackBefore()
    {
        var story = new FleetStory(2);
        story.Rounds(3, ProbeResult.Unhealthy, "pod-a", "pod-b");
        var held = story.Fleet.Pods.Values.Single(pod => pod.HeldBack is not null);
        story.Drain(held.Name, force: true);
        story.Transitions[^1].HeldBackBefore.Should().Be(held.HeldBack);
        var latched = story.Fleet.Pods.Values.Single(pod => pod.Record.Latch is not null);
        story.Command(new DisableCommand(latched.Name, "anna", "later", false, null));
        story.Enable(latched.Name, force: true);
        story.Transitions[^1].LatchBefore.Should().Be(latched.Record.Latch);
    }

    [Fact]
    public void InModeObserve_TheSentenceFollowsWhatWouldBeDone()
    {
        var story = TrafficStory.Warm(settings: new FleetSettings { Mode = FailoverMode.Observe });
        for (var i = 0; i < 4; i++) TrafficStory.Round(story, (pod, _, _) => (pod == "pod-a" ? SlotOutcome.ServerError : SlotOutcome.Fine, 2));
        story["pod-a"].HeldBack!.Sentence.Should().Contain("is suspect and would be routed around");

        story.Rounds(4, ProbeResult.Unhealthy, "pod-a");
        story.State("pod-a").Should().Be(PodState.Observed);
        story["pod-a"].HeldBack!.Sentence.Should().Contain("is Unhealthy and would be failed over");
    }
}
