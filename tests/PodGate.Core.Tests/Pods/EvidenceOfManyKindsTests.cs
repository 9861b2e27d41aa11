using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>Checks, a wrong identity, a wish to leave and reference targets, each as a fleet's story.</summary>
public sealed class EvidenceOfManyKindsTests
{
    private static readonly CheckSettings Login = new("login") { Steps = [new CheckStep()], Fall = 3, Rise = 2 };

    [Fact]
    public void ACheckThatFails_SuspendsAndLatches_ThoughTheDocumentSaysWell()
    {
        var story = WithCheck();
        Check(story, "pod-a", ProbeResult.Unhealthy);
        story.State("pod-a").Should().Be(PodState.Open);
        Check(story, "pod-a", ProbeResult.Unhealthy);
        story.State("pod-a").Should().Be(PodState.Suspended);
        Check(story, "pod-a", ProbeResult.Unhealthy);
        story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.CheckFailed);
        story["pod-a"].Health.WellSince.Should().BeNull("a check fails");
        story.Everybody(ProbeResult.Healthy);
        story.Enable("pod-a").Refusal!.Sentence.Should().Contain("check login 0 of 2");
        for (var i = 0; i < 2; i++) Check(story, "pod-a", ProbeResult.Healthy);
        for (var i = 0; i < 3; i++) story.Everybody(ProbeResult.Healthy);
        story.Enable("pod-a").Refusal.Should().BeNull();
    }

    [Fact]
    public void ASilentCheck_NeedsAWitnessToo()
    {
        var story = WithCheck();
        for (var i = 0; i < 5; i++)
        {
            story.Seconds(2);
            Check(story, "pod-a", ProbeResult.TimedOut);
        }

        story.State("pod-a").Should().Be(PodState.Open);
        story["pod-a"].Health.Checks["login"].Evidence.Unwitnessed.Should().Be(5);
    }

    [Fact]
    public void ACheckThatIsConfiguredNoMore_CountsNoMore()
    {
        var story = WithCheck();
        for (var i = 0; i < 2; i++) Check(story, "pod-a", ProbeResult.Unhealthy);
        var settings = FleetStory.Configure(new FleetSettings(), story.Fleet.Pods.Keys);
        story.Apply(new Reconfigured(settings));
        story["pod-a"].Health.Checks.Should().BeEmpty();
        story["pod-a"].Health.Level.Should().Be(HealthLevel.Healthy);
    }

    [Fact]
    public void AWrongIdentity_CondemnsAtOnce()
    {
        var story = new FleetStory(3);
        story.Seconds(1);
        story.Probe("pod-a", ProbeResult.WrongPod);
        story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.WrongPod);
    }

    [Fact]
    public void LeavingPods_AreRoutedAround_UnderTheGuard_AndComeBackWhenTheyStay()
    {
        var story = new FleetStory(3);
        story.Rounds(1, ProbeResult.Leaving, "pod-a");
        story.State("pod-a").Should().Be(PodState.Suspended);
        story["pod-a"].Suspension!.Cause.Should().Be(Cause.Leaving);
        story.Rounds(1, ProbeResult.Leaving, "pod-a", "pod-b");
        story.Fleet.Pods.Values.Count(pod => pod.State == PodState.Suspended).Should().Be(1, "the guard needs two of three");
        story.Fleet.Pods.Values.Should().ContainSingle(pod => pod.HeldBack != null && pod.HeldBack.Cause == Cause.GuardHolds);
        for (var i = 0; i < 40; i++) story.Everybody(ProbeResult.Healthy);
        story.States().Should().Be("Open Open Open");
        story["pod-a"].Record.Latch.Should().BeNull();
    }

    [Fact]
    public void LeavingForLong_IsAnAlarmAndNoLatch()
    {
        var story = new FleetStory(3);
        for (var i = 0; i < 310; i++)
        {
            story.Seconds(0.8);
            story.Rounds(1, ProbeResult.Leaving, "pod-a");
        }

        story.State("pod-a").Should().Be(PodState.Suspended);
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.SuspendedTooLong);
        story["pod-a"].Record.Latch.Should().BeNull();
    }

    [Fact]
    public void AReferenceTarget_IsAWitnessForALonelyPod()
    {
        var story = new FleetStory(2);
        story.Drain("pod-b", force: true);
        for (var i = 0; i < 4; i++)
        {
            story.Seconds(1);
            story.Probe("pod-a", ProbeResult.TimedOut);
        }

        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.NoWitness);
        for (var i = 0; i < 4; i++)
        {
            story.Seconds(1);
            story.Apply(new ReferenceAnswered("tcp://192.0.2.1:443", story.Now - TimeSpan.FromSeconds(0.9)));
            story.Probe("pod-a", ProbeResult.TimedOut);
        }

        story["pod-a"].Health.Level.Should().Be(HealthLevel.Unhealthy);
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.GuardHolds, "it is the last pod there is");
    }

    [Fact]
    public void ReferenceAnswers_AreBounded()
    {
        var story = new FleetStory(2);
        for (var i = 0; i < 200; i++) story.Apply(new ReferenceAnswered("tcp://192.0.2.1:443", story.Now));
        story.Fleet.ReferenceAnswers.Count.Should().Be(Fleet.ReferenceAnswersKept);
    }

    private static void Check(FleetStory story, string pod, ProbeResult result)
    {
        story.Seconds(0.2);
        var sent = story.Now - TimeSpan.FromSeconds(result == ProbeResult.TimedOut ? 2 : 0);
        story.Apply(new ProbeEnded(new ProbeReport(pod, sent, story.Now, result, $"check login: {result}") { Check = "login" }));
    }

    private static FleetStory WithCheck()
    {
        var story = new FleetStory(3);
        var pods = story.Fleet.Settings.Pods.Values.Select(pod => pod with { Checks = pod.Checks.Add("login", Login) });
        story.Apply(new Reconfigured(story.Fleet.Settings with { Pods = pods.ToImmutableSortedDictionary(pod => pod.Name, pod => pod, StringComparer.Ordinal) }));
        foreach (var pod in story.Fleet.Pods.Keys) Check(story, pod, ProbeResult.Healthy);
        return story;
    }
}
