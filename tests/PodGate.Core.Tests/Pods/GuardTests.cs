using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

public sealed class GuardTests
{
    [Fact]
    public void Rule1_AnsweringPod_IsNotTakenOutBelowMinimumOpen()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Unhealthy, "pod-a");
        story.Rounds(4, ProbeResult.Unhealthy, "pod-a", "pod-b");
        story.States().Should().Be("Latched Held Open");
        story["pod-b"].HeldBack!.Cause.Should().Be(Cause.GuardHolds);
        story.Routes()[1].Admission.Should().Be(Admission.Serving);
    }

    [Fact]
    public void Rule1_UnreachablePod_IsRoutedAroundWhateverTheNumber()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-a");
        story.Rounds(4, ProbeResult.Refused, "pod-a", "pod-b");
        story.States().Should().Be("Latched Latched Open");
    }

    [Theory]
    [InlineData(ProbeResult.Refused)]
    [InlineData(ProbeResult.TimedOut)]
    public void Rule1_PodsWhoseDataPortTakesConnections_Answer_ThoughTheirSelfMonitoringIsClosed(ProbeResult result)
    {
        var story = new FleetStory(3);
        for (var round = 0; round < 10; round++)
        {
            story.Seconds(1);
            story.Apply(new ReferenceAnswered("tcp://192.0.2.1:443", story.Now - TimeSpan.FromSeconds(0.9)));
            foreach (var pod in story.Fleet.Pods.Keys)
                story.Apply(new ProbeEnded(new ProbeReport(pod, story.Now - TimeSpan.FromSeconds(1), story.Now, result, $"{result}") { DataPortTook = true }));
        }

        story.Fleet.Pods.Values.Count(pod => pod.Record.Latch is not null).Should().BeLessThanOrEqualTo(1, "MinimumOpen is two of three");
        story.Fleet.InTraffic.Should().Be(2);
    }

    [Fact]
    public void Rule1_ARefusedClient_IsOutweighedByADataPortThatTookAConnectionSince()
    {
        var story = new FleetStory(2, new FleetSettings { MinimumOpen = 2 });
        story.Seconds(0.2);
        story.Apply(new ConnectionRefused("pod-a"));
        story.State("pod-a").Should().Be(PodState.Suspended);
        story.Seconds(0.2);
        story.Apply(new ProbeEnded(new ProbeReport("pod-a", story.Now, story.Now, ProbeResult.Refused, "health refused") { DataPortTook = true }));
        story["pod-a"].Health.Evidence.Answers.Should().BeTrue();
        story.State("pod-a").Should().Be(PodState.Open, "the guard needs it, and it answers");
    }

    [Fact]
    public void Rule2_LastPod_IsNeverLatched()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-a");
        story.Rounds(3, ProbeResult.Refused, "pod-a", "pod-b");
        story.Rounds(9, ProbeResult.Refused, "pod-a", "pod-b", "pod-c");
        story.States().Should().Be("Latched Latched Held");
        story.Routes()[2].Admission.Should().Be(Admission.Standby, "it still gets what comes, nobody else may");
        story["pod-c"].HeldBack!.Cause.Should().Be(Cause.GuardHolds);
        story.Everybody(ProbeResult.Healthy);
        for (var i = 0; i < 30; i++) story.Everybody(ProbeResult.Healthy);
        story.States().Should().Be("Latched Latched Open", "it was never latched, so it needs no enable");
    }

    [Fact]
    public void Rule2_AllAtOnce_OneIsKept()
    {
        var story = new FleetStory(3);
        story.Rounds(9, ProbeResult.Refused, "pod-a", "pod-b", "pod-c");
        story.Fleet.Pods.Values.Count(pod => pod.State == PodState.Latched).Should().Be(2);
        story.Fleet.Pods.Values.Count(pod => pod.State == PodState.Held).Should().Be(1);
    }

    [Theory]
    [InlineData("pod-a", "pod-b")]
    [InlineData("pod-b", "pod-a")]
    public void Rule3_WhoIsKept_IsDecidedByQualityNotByOrder(string first, string second)
    {
        // Both fail, the first to fail only a little; MinimumOpen 2 allows one to go: the worse one.
        var story = new FleetStory(3);
        story.Apply(new ConnectionRefused(first));
        story.Probe(first, ProbeResult.Healthy);
        story.State(first).Should().Be(PodState.Suspended);
        story.Rounds(3, ProbeResult.Unhealthy, second);
        story.State(second).Should().Be(PodState.Latched);
        story.State(first).Should().Be(PodState.Open, "the guard needs it and it is better than the other");
    }

    [Fact]
    public void Rule4_AfterALatch_WhatOverloadExplains_LatchesNothingForTenMinutes()
    {
        var story = new FleetStory(4, new FleetSettings { MinimumOpen = 1 });
        story.Rounds(3, ProbeResult.Refused, "pod-a");
        story.Rounds(10, ProbeResult.TimedOut, "pod-a", "pod-b");
        story.State("pod-b").Should().Be(PodState.Held);
        story["pod-b"].HeldBack!.Sentence.Should().Contain("overload");
        story.Seconds(601);
        story.Rounds(1, ProbeResult.TimedOut, "pod-a", "pod-b");
        story.State("pod-b").Should().Be(PodState.Latched);
    }

    [Fact]
    public void Rule5_WhatIsHeldBack_IsToldAtOnce()
    {
        var story = new FleetStory(2);
        story.Rounds(3, ProbeResult.Unhealthy, "pod-a", "pod-b");
        story.Transitions.Should().Contain(t => t.Cause == Cause.GuardHolds);
        story.States().Should().BeOneOf("Latched Held", "Held Latched");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    public void MinimumOpen_ByDefault_IsHalfOfTheFleetRoundedUp(int pods, int minimum) =>
        new FleetStory(pods).Fleet.Settings.EffectiveMinimumOpen.Should().Be(minimum);

    [Fact]
    public void FailuresUntilGuard_CountDown()
    {
        var story = new FleetStory(4);
        story.Fleet.FailuresUntilGuard.Should().Be(2);
        story.Rounds(3, ProbeResult.Refused, "pod-a");
        story.Fleet.FailuresUntilGuard.Should().Be(1);
        story.Drain("pod-b");
        story.Fleet.FailuresUntilGuard.Should().Be(0);
    }

    [Fact]
    public void Freeze_LatchesAndSuspendsNothing_AndEndsByItself()
    {
        var story = new FleetStory(3);
        story.Command(new FreezeCommand("anna", "network maintenance", TimeSpan.FromMinutes(30)));
        story.Rounds(9, ProbeResult.Refused, "pod-b");
        story.State("pod-b").Should().Be(PodState.Observed);
        story.Routes()[1].Admission.Should().Be(Admission.Serving);
        story.Seconds(30 * 60);
        story.State("pod-b").Should().Be(PodState.Latched);
    }

    [Fact]
    public void ObserveMode_ActsOnNothing()
    {
        var story = new FleetStory(3, new FleetSettings { Mode = FailoverMode.Observe });
        story.Rounds(9, ProbeResult.Refused, "pod-b");
        story.State("pod-b").Should().Be(PodState.Observed);
        story.Transitions.Should().Contain(t => t.To == PodState.Observed && t.Sentence.Contains("Observe"));
    }
}
