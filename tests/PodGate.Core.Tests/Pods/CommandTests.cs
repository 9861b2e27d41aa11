using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

public sealed class CommandTests
{
    [Fact]
    public void Enable_OfALatchedPodThatIsNotWell_IsRefusedAndChangesNothing()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        var before = story.Fleet;
        story.Enable("pod-b").Refusal!.Kind.Should().Be(RefusalKind.NotWell);
        story.Fleet.Should().BeSameAs(before);
    }

    [Fact]
    public void Enable_OfALatchedPodThatIsWell_RampsItBack()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        for (var i = 0; i < 3; i++) story.Everybody(ProbeResult.Healthy);
        story.Enable("pod-b").Refusal.Should().BeNull();
        story.State("pod-b").Should().Be(PodState.Ramping);
        var shares = new List<int>();
        for (var i = 0; i < 31; i++)
        {
            shares.Add(story.Routes()[1].Share);
            story.Seconds(1);
        }

        shares.Should().BeInAscendingOrder();
        shares[0].Should().Be(25);
        story.State("pod-b").Should().Be(PodState.Open);
        story.Transitions[^1].Cause.Should().Be(Cause.RampComplete);
    }

    [Fact]
    public void Enable_WithAnOldVersion_IsRefused()
    {
        var story = new FleetStory(3);
        var seen = story["pod-b"].Record.Version;
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        story.Enable("pod-b", force: true, version: seen).Refusal!.Kind.Should().Be(RefusalKind.Changed);
        story.Enable("pod-b", force: true, version: story["pod-b"].Record.Version).Refusal.Should().BeNull();
    }

    [Fact]
    public void Enable_TakesEffect_OnlyOnceItIsWritten()
    {
        var story = new FleetStory(3);
        story.Drain("pod-b");
        story.Seconds(0.1);
        var prepared = story.Apply(new Commanded(new EnableCommand("pod-b", "anna", "done", false, null))).Prepared;
        story.State("pod-b").Should().Be(PodState.Drained);
        story.Apply(new EnableNotWritten(prepared!));
        story.State("pod-b").Should().Be(PodState.Drained);
        story.Enable("pod-b");
        story.State("pod-b").Should().Be(PodState.Ramping);
    }

    [Fact]
    public void Disable_WhileAnEnableIsBeingWritten_Wins()
    {
        var story = new FleetStory(3);
        story.Drain("pod-b");
        var prepared = story.Apply(new Commanded(new EnableCommand("pod-b", "anna", "done", false, null))).Prepared!;
        story.Command(new DisableCommand("pod-b", "ben", "not yet", false, null));
        story["pod-b"].Record.Version.Should().BeGreaterThan(prepared.Version, "the journal orders them by version");
        story.Apply(new EnableWritten(prepared)).Refusal!.Kind.Should().Be(RefusalKind.Changed);
        story["pod-b"].Record.Intent.Kind.Should().Be(IntentKind.Disabled);
    }

    [Fact]
    public void Drain_BelowMinimumOpen_IsRefusedUnlessForced()
    {
        var story = new FleetStory(3);
        story.Drain("pod-a").Refusal.Should().BeNull();
        story.Drain("pod-b").Refusal!.Kind.Should().Be(RefusalKind.Guard);
        story.Drain("pod-b", force: true).Refusal.Should().BeNull();
    }

    [Fact]
    public void Drain_IsDraining_UntilNothingIsLeft()
    {
        var story = new FleetStory(3);
        story.InFlight("pod-a", 3);
        story.Drain("pod-a");
        story.State("pod-a").Should().Be(PodState.Draining);
        story.Seconds(1);
        story.State("pod-a").Should().Be(PodState.Draining);
        story.InFlight("pod-a", 0);
        story.Seconds(0.1);
        story.State("pod-a").Should().Be(PodState.Drained);
        story.Routes()[0].Admission.Should().Be(Admission.Excluded);
    }

    [Fact]
    public void Drain_AtItsDeadline_Closes()
    {
        var story = new FleetStory(3);
        story.InFlight("pod-a", 3);
        story.Drain("pod-a", deadline: 5);
        story.Seconds(5);
        story.State("pod-a").Should().Be(PodState.Drained);
        story.Routes()[0].Admission.Should().Be(Admission.Closed);
    }

    [Fact]
    public void Disable_ClosesAtOnce()
    {
        var story = new FleetStory(3);
        story.InFlight("pod-a", 3);
        story.Command(new DisableCommand("pod-a", "anna", "now", false, null));
        story.Routes()[0].Admission.Should().Be(Admission.Closed);
        story.State("pod-a").Should().Be(PodState.Drained);
    }

    [Fact]
    public void UnknownPod_IsRefused() => new FleetStory(2).Enable("pod-z").Refusal!.Kind.Should().Be(RefusalKind.UnknownPod);

    [Fact]
    public void DisabledPod_ThatFails_IsNotLatched_AndLatchAndIntentAreBothShown()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-a");
        story.Command(new DisableCommand("pod-a", "anna", "look into it", false, null));
        story["pod-a"].Record.Latch.Should().NotBeNull();
        story["pod-a"].Record.Intent.Kind.Should().Be(IntentKind.Disabled);
        story.Drain("pod-b", force: true);
        story.Rounds(9, ProbeResult.Refused, "pod-b");
        story["pod-b"].Record.Latch.Should().BeNull();
    }

    [Fact]
    public void RemovedPod_IsDrainedFirst_AndComesBackWithItsLatch()
    {
        var story = new FleetStory(3);
        story.InFlight("pod-b", 1);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        var all = story.Fleet.Settings;
        story.Apply(new Reconfigured(all with { Pods = all.Pods.Remove("pod-b") }));
        story.State("pod-b").Should().Be(PodState.Draining);
        story.InFlight("pod-b", 0);
        story.Seconds(0.1);
        story.Fleet.Pods.Should().NotContainKey("pod-b");
        story.Apply(new Reconfigured(all));
        story.State("pod-b").Should().Be(PodState.Latched);
    }

    [Fact]
    public void NewName_OnALatchedPodsAddress_InheritsTheLatch()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        var all = story.Fleet.Settings;
        var renamed = all.Pods["pod-b"] with { Name = "pod-new" };
        story.Apply(new Reconfigured(all with { Pods = all.Pods.Remove("pod-b").Add("pod-new", renamed) }));
        story.State("pod-new").Should().Be(PodState.Latched);
        story["pod-new"].Record.Latch.Should().Be(story.Fleet.Gone.GetValueOrDefault("pod-b")?.Latch ?? story["pod-b"].Record.Latch);
    }

    [Fact]
    public void PodAddedToARunningFleet_Waits_ThenRamps()
    {
        var story = new FleetStory(2);
        var all = story.Fleet.Settings;
        story.Apply(new Reconfigured(all with { Pods = all.Pods.Add("pod-c", FleetStory.PodOf("pod-c")) }));
        story.State("pod-c").Should().Be(PodState.Waiting);
        for (var i = 0; i < 3; i++) story.Everybody(ProbeResult.Healthy);
        story.State("pod-c").Should().Be(PodState.Ramping);
    }

    [Fact]
    public void AtTheVeryStart_EverybodyWaits_AndOpensWithoutARamp()
    {
        var story = new FleetStory(3, passed: false);
        story.States().Should().Be("Waiting Waiting Waiting");
        for (var i = 0; i < 3; i++) story.Everybody(ProbeResult.Healthy);
        story.States().Should().Be("Open Open Open");
    }

    [Fact]
    public void RampingPod_ThatFails_IsLatchedAgain()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        story.Enable("pod-b", force: true);
        story.State("pod-b").Should().Be(PodState.Ramping);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        story.State("pod-b").Should().Be(PodState.Latched);
    }
}
