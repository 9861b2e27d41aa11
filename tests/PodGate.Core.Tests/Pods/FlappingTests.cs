using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>A pod that is doubted and cleared again and again.</summary>
public sealed class FlappingTests
{
    [Fact]
    public void EveryOtherAnswerBad_LatchesAtTheLimit_AndSaysSo()
    {
        var story = new FleetStory(3);
        var start = story.Now;
        while (story.State("pod-a") != PodState.Latched && story.Now - start < TimeSpan.FromMinutes(1))
        {
            story.Rounds(1, ProbeResult.Unhealthy, "pod-a");
            story.Seconds(0.8);
            story.Everybody(ProbeResult.Healthy);
        }

        (story.Now - start).Should().BeLessThan(TimeSpan.FromSeconds(15));
        var latch = story["pod-a"].Record.Latch!;
        latch.Cause.Should().Be(Cause.Flapping);
        latch.Sentence.Should().Contain("failed and recovered 5 times within 5 min");
        latch.Evidence.Should().Contain(line => line.Contains("Unhealthy"));
    }

    [Fact]
    public void SingleLostAnswers_AreNoFlaps()
    {
        var story = new FleetStory(3);
        for (var i = 0; i < 100; i++)
        {
            story.Seconds(1);
            story.Probe("pod-b", ProbeResult.Healthy);
            story.Probe("pod-c", ProbeResult.Healthy);
            story.Probe("pod-a", i % 5 == 0 ? ProbeResult.TimedOut : ProbeResult.Healthy);
        }

        story.States().Should().Be("Open Open Open");
        story["pod-a"].Health.FlapCount.Should().Be(0);
    }

    [Fact]
    public void FlapsFarApart_AreForgotten()
    {
        var story = new FleetStory(3);
        for (var i = 0; i < 20; i++)
        {
            story.Rounds(1, ProbeResult.Unhealthy, "pod-a");
            for (var second = 0; second < 90; second++)
            {
                story.Seconds(1);
                story.Everybody(ProbeResult.Healthy);
            }
        }

        story["pod-a"].Record.Latch.Should().BeNull();
        story["pod-a"].Health.FlapCount.Should().BeInRange(1, 4);
    }

    [Fact]
    public void LimitZero_NeverLatchesForIt()
    {
        var story = new FleetStory(3, new FleetSettings { FlapLimit = 0 });
        for (var i = 0; i < 50; i++)
        {
            story.Rounds(1, ProbeResult.Unhealthy, "pod-a");
            story.Everybody(ProbeResult.Healthy);
        }

        story["pod-a"].Record.Latch.Should().BeNull();
    }

    [Fact]
    public void Enable_IsRefusedWhileItFlapped_AndBeginsAnewWhenForced()
    {
        var story = Latched();
        for (var i = 0; i < 5; i++) story.Everybody(ProbeResult.Healthy);
        story.Enable("pod-a").Refusal!.Sentence.Should().Contain("failed and recovered 5 times");
        story.Enable("pod-a", force: true).Refusal.Should().BeNull();
        for (var i = 0; i < 5; i++) story.Everybody(ProbeResult.Healthy);
        story["pod-a"].Record.Latch.Should().BeNull("what was before the enable is done with");
        story["pod-a"].Health.FlapCount.Should().Be(0);
    }

    [Fact]
    public void Enable_WhenItHasBeenStill_IsAllowed()
    {
        var story = Latched();
        for (var i = 0; i < 310; i++)
        {
            story.Seconds(0.8);
            story.Everybody(ProbeResult.Healthy);
        }

        story.Enable("pod-a").Refusal.Should().BeNull();
    }

    [Fact]
    public void ChecksFlapToo_AndOnlyTheChecksThatAreConfigured()
    {
        var check = new CheckSettings("login") { Steps = [new CheckStep()] };
        var pod = FleetStory.PodOf("pod-a") with { Checks = FleetStory.PodOf("pod-a").Checks.Add("login", check) };
        var health = PodHealth.Unknown;
        var at = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 10; i++)
        {
            at = at.AddSeconds(5);
            var result = i % 2 == 0 ? ProbeResult.Unhealthy : ProbeResult.Healthy;
            health = ProbeJudge.Add(health, new ProbeReport("pod-a", at, at, result, "x") { Check = "login" }, pod, new FleetSettings());
            health = ProbeJudge.Add(health, new ProbeReport("pod-a", at, at, ProbeResult.Unhealthy, "x") { Check = "gone" }, pod, new FleetSettings());
        }

        health.Level.Should().Be(HealthLevel.Unhealthy);
        health.Reason(new FleetSettings()).Should().Be(Cause.Flapping);
        health.Checks.Keys.Should().Equal("login");
    }

    private static FleetStory Latched()
    {
        var story = new FleetStory(3);
        for (var i = 0; i < 6 && story.State("pod-a") != PodState.Latched; i++)
        {
            story.Rounds(1, ProbeResult.Unhealthy, "pod-a");
            story.Everybody(ProbeResult.Healthy);
        }

        story.State("pod-a").Should().Be(PodState.Latched);
        return story;
    }
}
