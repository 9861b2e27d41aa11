using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>The cause and the sentence name what decided, and nothing else.</summary>
public sealed class ReasonTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AWrongIdentity_IsTheCause_WhateverFailedBesidesIt(bool first)
    {
        var story = new FleetStory(3);
        ProbeResult[] results = first ? [ProbeResult.WrongPod, ProbeResult.Broken] : [ProbeResult.Broken, ProbeResult.WrongPod];
        story.Command(new FreezeCommand("anna", "both shall be seen", TimeSpan.FromMinutes(1)));
        foreach (var result in results) story.Rounds(1, result, "pod-a");
        story["pod-a"].Health.Reason(story.Fleet.Settings).Should().Be(Cause.WrongPod);
        story.Command(new FreezeCommand("anna", "seen", TimeSpan.Zero));
        var latch = story["pod-a"].Record.Latch!;
        latch.Cause.Should().Be(Cause.WrongPod);
        latch.Sentence.Should().Contain("another pod").And.Contain(": WrongPod;").And.NotContain("in a row");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhereAutomationOnlyWatches_AVerdictOfACheck_IsExplainedByTheCheck(bool freeze)
    {
        var story = new FleetStory(3, new FleetSettings { Mode = freeze ? FailoverMode.Act : FailoverMode.Observe });
        var settings = story.Fleet.Settings;
        var pod = settings.Pods["pod-a"];
        pod = pod with { Checks = pod.Checks.Add("login", new CheckSettings("login") { Steps = [new CheckStep()] }) };
        story.Apply(new Reconfigured(settings with { Pods = settings.Pods.SetItem("pod-a", pod) }));
        if (freeze) story.Command(new FreezeCommand("anna", "network work", TimeSpan.FromHours(1)));
        for (var i = 0; i < 3; i++)
        {
            story.Everybody(ProbeResult.Healthy);
            story.Apply(new ProbeEnded(new ProbeReport("pod-a", story.Now, story.Now, ProbeResult.Unhealthy, "check login: answered 500") { Check = "login" }));
        }

        story.State("pod-a").Should().Be(PodState.Observed);
        story["pod-a"].HeldBack!.Sentence.Should().Contain("would be failed over").And.EndWith("check login: answered 500");
    }

    [Fact]
    public void Silence_WitnessedByAReferenceTarget_IsNotSaidToBeByOtherPods()
    {
        var story = new FleetStory(2, new FleetSettings { References = [new Uri("tcp://192.0.2.1:443")] });
        for (var i = 0; i < 3; i++)
        {
            story.Seconds(1);
            story.Apply(new ReferenceAnswered("tcp://192.0.2.1:443", story.Now - TimeSpan.FromSeconds(0.9)));
            story.Probe("pod-a", ProbeResult.TimedOut);
        }

        story["pod-a"].Record.Latch!.Sentence.Should().Contain("while another pod or a reference target answered");
    }

    [Fact]
    public void Silence_WhereThereAreNoReferenceTargets_WasWitnessedByPods()
    {
        var story = new FleetStory(3);
        story.Rounds(9, ProbeResult.TimedOut, "pod-a");
        story["pod-a"].Record.Latch!.Sentence.Should().Contain("while other pods answered");
    }
}
