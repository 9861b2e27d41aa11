using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>What survives a take-over beside the journal: nobody is moved and no suspicion is forgotten, and what is only measured begins anew.</summary>
public sealed class InheritedFleetTests
{
    [Fact]
    public void ATakeOver_OfAQuietFleet_ChangesNothing()
    {
        var story = new FleetStory(3);
        story.Apply(new Resolved("pod-a", [new IPEndPoint(IPAddress.Loopback, 9097)]));
        TakeOver(story);
        story.Last.Transitions.Should().BeEmpty();
        story.States().Should().Be("Open Open Open");
        story["pod-a"].Endpoints.Should().HaveCount(1, "requests need it before a name is looked up again");
    }

    [Fact]
    public void ASuspendedPod_StaysOut_UntilItsHoldIsOver_AndItProvedItself()
    {
        var story = new FleetStory(3, new FleetSettings { SuspensionHold = TimeSpan.FromSeconds(10) });
        story.Rounds(2, ProbeResult.Refused, "pod-b");
        var (suspension, since) = (story["pod-b"].Suspension!, story["pod-b"].StateSince);
        TakeOver(story);
        story.Last.Transitions.Should().BeEmpty();
        (story.State("pod-b"), story["pod-b"].Suspension, story["pod-b"].StateSince).Should().Be((PodState.Suspended, suspension, since));
        story.Rounds(5, ProbeResult.Healthy);
        story.State("pod-b").Should().Be(PodState.Suspended, "its hold is not over");
        story.Rounds(60, ProbeResult.Healthy);
        story.State("pod-b").Should().Be(PodState.Open);
    }

    [Fact]
    public void APodThatCannotBeReached_StaysOut_AlsoWhereTheGuardWouldKeepOneThatAnswers()
    {
        var story = new FleetStory(2, new FleetSettings { MinimumOpen = 2 });
        story.Rounds(2, ProbeResult.Refused, "pod-b");
        story.State("pod-b").Should().Be(PodState.Suspended);
        TakeOver(story);
        story.State("pod-b").Should().Be(PodState.Suspended);
    }

    [Fact]
    public void ARamp_GoesOnWhereItWas()
    {
        var story = new FleetStory(3, new FleetSettings { RampDuration = TimeSpan.FromSeconds(60) });
        story.Drain("pod-a", deadline: 0);
        story.Seconds(1);
        story.Everybody(ProbeResult.Healthy);
        story.Everybody(ProbeResult.Healthy);
        story.Everybody(ProbeResult.Healthy);
        story.Enable("pod-a");
        story.Seconds(20);
        var share = story.Routes()[0].Share;
        TakeOver(story);
        (story.State("pod-a"), story.Routes()[0].Share).Should().Be((PodState.Ramping, share));
    }

    [Fact]
    public void ADrain_IsOver_OnlyWhenBothProcessesAreEmpty()
    {
        var story = new FleetStory(3);
        story.InFlight("pod-a", 2);
        story.Drain("pod-a", deadline: 60);
        story.Seconds(1);
        TakeOver(story);
        story.State("pod-a").Should().Be(PodState.Draining);
        story.Seconds(1);
        story.State("pod-a").Should().Be(PodState.Draining);
        story.InFlight("pod-a", 0);
        story.Seconds(1);
        story.State("pod-a").Should().Be(PodState.Drained);
    }

    [Fact]
    public void ADrainedPod_StaysDrained_AndALatchedOneLatched()
    {
        var story = new FleetStory(3);
        story.Drain("pod-a", deadline: 60);
        story.Seconds(1);
        story.Rounds(4, ProbeResult.Refused, "pod-b");
        story.States().Should().Be("Drained Latched Open");
        TakeOver(story);
        story.Last.Transitions.Should().BeEmpty();
        story.States().Should().Be("Drained Latched Open");
    }

    [Fact]
    public void APodWithAnotherRecord_BeginsAnew()
    {
        var story = new FleetStory(3);
        story.Rounds(2, ProbeResult.Refused, "pod-b");
        var inherited = InheritedFleet.Of(story.Fleet);
        var other = inherited with { Pods = [.. inherited.Pods.Select(pod => pod with { Version = pod.Version + 1 })] };
        TakeOver(story, other);
        story.State("pod-b").Should().Be(PodState.Open, "it is presumed open until its probes say otherwise, as at any start");
    }

    [Fact]
    public void Numbers_GoOnGrowing()
    {
        var story = new FleetStory(3);
        story.Rounds(2, ProbeResult.Refused, "pod-b");
        var last = story.Fleet.LastNumber;
        TakeOver(story);
        story.Rounds(2, ProbeResult.Refused, "pod-c");
        story.Fleet.LastNumber.Should().BeGreaterThan(last);
    }

    private static void TakeOver(FleetStory story, InheritedFleet? inherited = null)
    {
        inherited ??= InheritedFleet.Of(story.Fleet);
        var records = story.Fleet.Pods.Values.Select(pod => pod.Record).Concat(story.Fleet.Gone.Values).ToDictionary(record => record.Name, StringComparer.Ordinal);
        story.Fleet = inherited.Resume(FleetReconfiguration.Begin(story.Fleet.Settings, records.ToImmutableDictionary(), story.Fleet.Freeze, 0));
        story.Apply(new Reconfigured(story.Fleet.Settings));
    }
}
