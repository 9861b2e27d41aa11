using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

/// <summary>How a suspension begins, changes, lasts and ends.</summary>
public sealed class SuspensionTests
{
    [Fact]
    public void AFreeze_BringsNobodyBack_AndItsEndDoes()
    {
        var story = new FleetStory(3);
        story.Rounds(2, ProbeResult.Unhealthy, "pod-a");
        story.State("pod-a").Should().Be(PodState.Suspended);
        story.Command(new FreezeCommand("anna", "the switch", TimeSpan.FromMinutes(2)));
        for (var i = 0; i < 100; i++) story.Everybody(ProbeResult.Healthy);
        story.State("pod-a").Should().Be(PodState.Suspended, "a freeze moves nobody, neither away nor back");
        story.Seconds(120);
        story.Fleet.Freeze.Should().BeNull();
        story.State("pod-a").Should().Be(PodState.Open);
    }

    [Fact]
    public void ModeObserve_BringsBackWhatWasSuspendedBefore()
    {
        var story = new FleetStory(3);
        story.Rounds(2, ProbeResult.Unhealthy, "pod-a");
        story.Apply(new Reconfigured(story.Fleet.Settings with { Mode = FailoverMode.Observe }));
        for (var i = 0; i < 40; i++) story.Everybody(ProbeResult.Healthy);
        story.State("pod-a").Should().Be(PodState.Open, "there would be nobody to end it");
    }

    [Fact]
    public void ALeavingPodThatFails_IsLatchedAtFall_HoweverLongItHasAskedToLeave()
    {
        var story = new FleetStory(3, new FleetSettings { SuspendedTooLong = TimeSpan.FromSeconds(30) });
        for (var i = 0; i < 200; i++) story.Rounds(1, ProbeResult.Leaving, "pod-a");
        var asked = story["pod-a"].Suspension!;
        story.Rounds(2, ProbeResult.Refused, "pod-a");
        story.State("pod-a").Should().Be(PodState.Suspended, "two failures make it suspect, no more");
        var suspected = story["pod-a"].Suspension!;
        (suspected.Cause, suspected.Since, suspected.Count).Should().Be((Cause.Refused, story.Now, asked.Count));
        story["pod-a"].Sentence.Should().Contain("2 probes in a row failed");
        story.Transitions[^1].Cause.Should().Be(Cause.Refused);
        story.Rounds(1, ProbeResult.Refused, "pod-a");
        story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.Refused);
        story["pod-a"].Record.Latch!.Sentence.Should().Contain("3 probes in a row failed");
    }

    [Fact]
    public void ALeavingPodThatFails_GivesTheRequestsUpThatWaitOnIt()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Leaving, "pod-a");
        story.Routes()[0].MovesWaiting.Should().BeFalse("it finishes what it has");
        story.Rounds(2, ProbeResult.Refused, "pod-a");
        story.Routes()[0].MovesWaiting.Should().BeTrue();
    }

    [Fact]
    public void ARampingPod_SuspendedForLongerThanItsRamp_RampsAnewWhenItComesBack()
    {
        var story = new FleetStory(3, new FleetSettings { RampDuration = TimeSpan.FromSeconds(10), SuspensionHold = TimeSpan.FromSeconds(15) });
        story.Drain("pod-a");
        story.Seconds(31);
        story.Rounds(3, ProbeResult.Healthy);
        story.Enable("pod-a").Refusal.Should().BeNull();
        story.State("pod-a").Should().Be(PodState.Ramping);
        story.Rounds(2, ProbeResult.Refused, "pod-a");
        story.State("pod-a").Should().Be(PodState.Suspended);
        for (var i = 0; i < 60; i++) story.Everybody(ProbeResult.Healthy);
        story.State("pod-a").Should().Be(PodState.Suspended, "its hold is longer than its ramp");
        for (var i = 0; story.State("pod-a") == PodState.Suspended && i < 100; i++) story.Everybody(ProbeResult.Healthy);
        story.State("pod-a").Should().Be(PodState.Ramping, "it is as cold as it was");
        story.Routes()[0].Share.Should().BeLessThan(PodRoute.FullShare / 5);
        story.Seconds(11);
        story.State("pod-a").Should().Be(PodState.Open);
    }

    [Theory]
    [InlineData(ProbeResult.TimedOut)]
    [InlineData(ProbeResult.Inconclusive)]
    public void SuspendedForLong_NeitherProvedNorCondemned_IsAnAlarm(ProbeResult every)
    {
        var check = new CheckSettings("login") { Steps = [new CheckStep()], Rise = 1 };
        var story = WithCheck(new FleetSettings { SuspendedTooLong = TimeSpan.FromSeconds(60) }, check);
        story.Apply(new ConnectionRefused("pod-a"));
        for (var i = 0; i < 200; i++)
        {
            story.Seconds(0.1);
            story.Rounds(2, ProbeResult.Healthy);
            if (every == ProbeResult.TimedOut) story.Probe("pod-a", ProbeResult.TimedOut, took: 0);
            else story.Apply(new ProbeEnded(new ProbeReport("pod-a", story.Now, story.Now, every, "no free socket") { Check = "login" }));
        }

        story["pod-a"].Record.Latch.Should().BeNull();
        story.State("pod-a").Should().Be(PodState.Suspended);
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.SuspendedTooLong);
        story["pod-a"].HeldBack!.Sentence.Should().Contain("routed around for 60").And.Contain("has not proved itself well").And.Contain("check login 0 of 1");
        story.Transitions.Count(transition => transition.Cause == Cause.SuspendedTooLong).Should().Be(1);
    }

    private static FleetStory WithCheck(FleetSettings settings, CheckSettings check)
    {
        var story = new FleetStory(3, settings);
        var all = story.Fleet.Settings;
        var pods = all.Pods.Values.Select(pod => pod with { Checks = pod.Checks.Add(check.Name, check) });
        story.Apply(new Reconfigured(all with { Pods = pods.ToImmutableSortedDictionary(pod => pod.Name, pod => pod, StringComparer.Ordinal) }));
        return story;
    }
}
