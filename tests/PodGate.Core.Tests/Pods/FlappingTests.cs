using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

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

    [Fact]
    public void OneBlipThatFailsEveryCheckOnce_IsOneFlap()
    {
        var story = new FleetStory(3);
        var settings = story.Fleet.Settings;
        string[] checks = ["one", "two", "three", "four"];
        var pods = settings.Pods.Values.Select(pod => pod with
        {
            Checks = pod.Checks.AddRange(checks.Select(name => KeyValuePair.Create(name, new CheckSettings(name) { Steps = [new CheckStep()] }))),
        });
        story.Apply(new Reconfigured(settings with { Pods = pods.ToImmutableSortedDictionary(pod => pod.Name, pod => pod, StringComparer.Ordinal) }));
        foreach (var result in new[] { ProbeResult.Unhealthy, ProbeResult.Healthy })
        {
            story.Seconds(1);
            story.Probe("pod-a", result);
            foreach (var check in checks)
                story.Apply(new ProbeEnded(new ProbeReport("pod-a", story.Now, story.Now, result, $"{result}") { Check = check }));
        }

        story["pod-a"].Health.FlapCount.Should().Be(1, "it was one episode");
        story["pod-a"].Record.Latch.Should().BeNull();
    }

    [Fact]
    public void ACheckThatFlaps_IsNamedInTheLatch_WithReportsOfItsOwn()
    {
        var story = new FleetStory(3);
        var check = new CheckSettings("login") { Steps = [new CheckStep()] };
        var settings = story.Fleet.Settings;
        story.Apply(new Reconfigured(settings with { Pods = settings.Pods.SetItem("pod-a", settings.Pods["pod-a"] with { Checks = settings.Pods["pod-a"].Checks.Add("login", check) }) }));
        for (var i = 0; i < 10; i++)
        {
            story.Seconds(1);
            story.Everybody(ProbeResult.Healthy);
            var result = i % 2 == 0 ? ProbeResult.Unhealthy : ProbeResult.Healthy;
            story.Apply(new ProbeEnded(new ProbeReport("pod-a", story.Now, story.Now, result, $"step 1 was {result}") { Check = "login" }));
        }

        var latch = story["pod-a"].Record.Latch!;
        latch.Cause.Should().Be(Cause.Flapping);
        latch.Sentence.Should().Contain("check login failed and recovered 5 times within 5 min").And.Contain("step 1 was Unhealthy");
        latch.Evidence.Should().Contain(line => line.Contains("step 1 was Unhealthy"));
        latch.Evidence.Should().Contain(line => line.StartsWith("check login:") && line.Contains("times failed and recovered 5 (FlapLimit 5 within 5 min)"));
        story.Enable("pod-a").Refusal!.Sentence.Should().Contain("check login failed and recovered 5 times");
    }

    [Fact]
    public void ClientsRefusedAgainAndAgain_WhileProbesSayWell_LatchAtTheLimit()
    {
        var story = new FleetStory(3);
        var start = story.Now;
        for (var i = 0; i < 5 && story.State("pod-a") != PodState.Latched; i++)
        {
            story.Apply(new ConnectionRefused("pod-a"));
            while (story.State("pod-a") == PodState.Suspended) story.Everybody(ProbeResult.Healthy);
        }

        (story.Now - start).Should().BeLessThan(TimeSpan.FromMinutes(3));
        var latch = story["pod-a"].Record.Latch!;
        latch.Cause.Should().Be(Cause.Flapping);
        latch.Sentence.Should().Contain("routed around and proved itself well again 5 times within 5 min");
        story.Transitions[^1].To.Should().Be(PodState.Latched);
    }

    [Fact]
    public void WishesToLeave_HoweverOftenTakenBack_AreNoFlaps()
    {
        var story = new FleetStory(3, new FleetSettings { SuspensionHoldLongest = TimeSpan.FromSeconds(5) });
        for (var i = 0; i < 8; i++)
        {
            story.Rounds(2, ProbeResult.Leaving, "pod-a");
            for (var second = 0; second < 40; second++) story.Everybody(ProbeResult.Healthy);
        }

        story["pod-a"].LastSuspension!.Count.Should().Be(8);
        story.Rounds(2, ProbeResult.Refused, "pod-a");
        story.Seconds(0.1);
        story.State("pod-a").Should().Be(PodState.Suspended, "it is suspect for the first time");
    }

    [Fact]
    public void CallersThatPoisonWhateverTheyAsk_CostAPodDetours_AndNeverALatch()
    {
        var story = new FleetStory(3);
        for (var burst = 0; burst < 8; burst++)
        {
            // Each time six others, for the pod's own callers are known the second time.
            for (var i = 0; i < 40; i++) Second(poison: burst % 2 * 6, 0.2);
            for (var i = 0; i < 120; i++) Second(poison: null, 1);
        }

        story.Transitions.Should().NotContain(transition => transition.To == PodState.Latched);
        story["pod-a"].LastSuspension!.Count.Should().BeGreaterThanOrEqualTo(5, "the hold goes on doubling");

        void Second(int? poison, double seconds)
        {
            story.Seconds(seconds);
            for (var slot = 0; slot < 39; slot++)
            {
                var home = $"pod-{(char)('a' + (slot / 13))}";
                var pod = story[home].Suspension is null ? home : "pod-b";
                story.Request(pod, slot, slot >= poison && slot < poison + 6 ? SlotOutcome.ServerError : SlotOutcome.Fine);
            }

            foreach (var pod in story.Fleet.Pods.Keys) story.Probe(pod, ProbeResult.Healthy);
            story.Look();
        }
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
