using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>What can happen to a pod while an enable of it is on its way to the journal, and what an enable may go by.</summary>
public sealed class EnableRaceTests
{
    [Fact]
    public void Removal_WhileAnEnableIsBeingWritten_Wins_AndAnEnableAfterItIsPossible()
    {
        var story = new FleetStory(3);
        story.Drain("pod-b", deadline: 300);
        story.InFlight("pod-b", 1);
        var prepared = Prepare(story, "pod-b");
        var all = story.Fleet.Settings;
        story.Apply(new Reconfigured(all with { Pods = all.Pods.Remove("pod-b") }));
        story.Apply(new EnableWritten(prepared)).Refusal!.Kind.Should().Be(RefusalKind.Changed);
        story.Apply(new Reconfigured(all));
        story.Enable("pod-b").Refusal.Should().BeNull("the enable that was overtaken is over");
    }

    [Fact]
    public void NewAddress_WhileAnEnableIsBeingWritten_Wins_AndAnEnableAfterItIsPossible()
    {
        var story = new FleetStory(3);
        story.Drain("pod-b");
        var prepared = Prepare(story, "pod-b");
        story.Apply(new Reconfigured(Readdressed(story, "pod-b", "http://127.0.0.9:9/")));
        story.Apply(new EnableWritten(prepared)).Refusal!.Kind.Should().Be(RefusalKind.Changed);
        story["pod-b"].Record.Intent.Kind.Should().Be(IntentKind.Disabled);
        story.Rounds(3, ProbeResult.Healthy);
        story.Enable("pod-b").Refusal.Should().BeNull();
    }

    [Fact]
    public void FirstPass_WhileAnEnableIsBeingWritten_DoesNotHinderIt()
    {
        var story = new FleetStory(2);
        var all = story.Fleet.Settings;
        story.Apply(new Reconfigured(all with { Pods = all.Pods.Add("pod-c", FleetStory.PodOf("pod-c")) }));
        story.Drain("pod-c");
        var prepared = Prepare(story, "pod-c");
        story.Rounds(3, ProbeResult.Healthy);
        story.Apply(new EnableWritten(prepared)).Refusal.Should().BeNull();
        story.State("pod-c").Should().Be(PodState.Ramping);
    }

    [Fact]
    public void PodThatIsGone_WhenItsEnableIsWritten_IsARefusal()
    {
        var story = new FleetStory(3);
        story.Drain("pod-b");
        story.Seconds(1);
        var prepared = Prepare(story, "pod-b");
        var all = story.Fleet.Settings;
        story.Apply(new Reconfigured(all with { Pods = all.Pods.Remove("pod-b") }));
        story.Seconds(1);
        story.Fleet.Pods.Should().NotContainKey("pod-b");
        story.Apply(new EnableWritten(prepared)).Refusal!.Kind.Should().Be(RefusalKind.Changed);
    }

    [Fact]
    public void WhatIsOnlyInconclusiveNow_IsNotVerifiedToBeWell()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        story.Rounds(3, ProbeResult.Healthy);
        story.Rounds(10, ProbeResult.Inconclusive, "pod-b");
        story.Seconds(30);
        story.Rounds(1, ProbeResult.Inconclusive, "pod-b");
        story.Enable("pod-b").Refusal!.Kind.Should().Be(RefusalKind.NotWell, "its last good probe is half a minute old");
    }

    [Fact]
    public void ProbesSentBeforeAForcedEnable_SayNothingAboutThePodAfterIt()
    {
        var story = new FleetStory(3);
        story.Rounds(9, ProbeResult.TimedOut, "pod-b");
        story.Enable("pod-b", force: true);
        story.Seconds(0.1);
        for (var i = 0; i < 5; i++) story.Probe("pod-b", ProbeResult.TimedOut, took: 0.5);
        story.State("pod-b").Should().Be(PodState.Ramping);
    }

    [Fact]
    public void ProbesOfTheOldAddress_SayNothingAboutTheNewOne()
    {
        var story = new FleetStory(3);
        story.Apply(new Reconfigured(Readdressed(story, "pod-b", "http://127.0.0.9:9/")));
        story.Seconds(0.1);
        for (var i = 0; i < 5; i++) story.Probe("pod-b", ProbeResult.Unhealthy, took: 0.5);
        story.State("pod-b").Should().Be(PodState.Open);
        story["pod-b"].Health.Recent.Should().BeEmpty();
    }

    [Fact]
    public void ALatchThatWasHandedOnAndCleared_IsNotInheritedAgain()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        Rename(story, "pod-b", "pod-new");
        story.State("pod-new").Should().Be(PodState.Latched);
        story.Rounds(3, ProbeResult.Healthy);
        story.Enable("pod-new").Refusal.Should().BeNull();
        story.Rounds(3, ProbeResult.Healthy);
        Rename(story, "pod-new", "pod-newer");
        story["pod-newer"].Record.Latch.Should().BeNull("a person cleared it where it stands");
    }

    [Fact]
    public void APodThatLeftWhileTheGateDidNotRun_IsRememberedAsGone()
    {
        var story = new FleetStory(3);
        var all = story.Fleet.Settings;
        var known = story.Fleet.Pods.ToDictionary(p => p.Key, p => p.Value.Record);
        var without = all with { Pods = all.Pods.Remove("pod-b") };
        story.Fleet = FleetReconfiguration.Begin(without, known, null, 0);
        story.Apply(new Reconfigured(without));
        story.Last.Transitions.Single(t => t.Pod == "pod-b").Record!.Configured.Should().BeFalse("what is durable changed");
    }

    private static Transition Prepare(FleetStory story, string pod) =>
        story.Apply(new Commanded(new EnableCommand(pod, "anna", "done", false, null))).Prepared!;

    private static FleetSettings Readdressed(FleetStory story, string pod, string address)
    {
        var all = story.Fleet.Settings;
        return all with { Pods = all.Pods.SetItem(pod, all.Pods[pod] with { Address = new Uri(address) }) };
    }

    private static void Rename(FleetStory story, string pod, string name)
    {
        var all = story.Fleet.Settings;
        story.Apply(new Reconfigured(all with { Pods = all.Pods.Remove(pod).Add(name, all.Pods[pod] with { Name = name }) }));
        story.Seconds(0.1);
    }
}
