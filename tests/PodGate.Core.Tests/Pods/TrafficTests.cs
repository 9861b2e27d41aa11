using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using static PodGate.Core.Tests.Pods.TrafficStory;

namespace PodGate.Core.Tests.Pods;

/// <summary>What clients meet, told as stories: 13 sources on pod-a, 14 on pod-b, 13 on pod-c, five requests a second each.</summary>
public sealed class TrafficTests
{
    [Theory]
    [InlineData(SlotOutcome.ServerError)]
    [InlineData(SlotOutcome.CutOff)]
    [InlineData(SlotOutcome.Broken)]
    [InlineData(SlotOutcome.NoAnswer)]
    public void OnePodThatFailsItsClients_IsSuspendedAtOnce_AndLatchedWhenTheyAreServedElsewhere(SlotOutcome kind)
    {
        var story = Warm();
        var start = story.Now;
        var fails = Fails(kind, "pod-a");
        Half(story, fails, 0);
        story.State("pod-a").Should().Be(PodState.Open, "an instant is not enough");
        Half(story, fails, 1);
        story.State("pod-a").Should().Be(PodState.Suspended, "each source failed once, and nobody is served any more");
        (story.Now - start).Should().BeLessThan(TimeSpan.FromSeconds(0.45));
        story["pod-a"].Suspension!.Cause.Should().Be(Cause.ErrorsInTraffic);

        Round(story, fails);
        story.State("pod-a").Should().Be(PodState.Latched);
        var latch = story["pod-a"].Record.Latch!;
        latch.Cause.Should().Be(Cause.ErrorsInTraffic);
        latch.Sentence.Should().Contain("13 of 13 active sources fail").And.Contain("on the other pods those of 0 of").And.Contain("served well by other pods");
        story.States().Should().Be("Latched Open Open");
    }

    // Of two other pods one has a single source: it must not make the rest look worse than they are.
    [Fact]
    public void AnotherPodThatHasHardlyAnySources_HidesNothing()
    {
        var story = Warm();
        for (var half = 0; half < 4; half++) Half(story, Fails(SlotOutcome.ServerError, "pod-a"), half % 2, pod => pod == "pod-c" ? [200] : Homes[pod]);
        story.State("pod-a").Should().BeOneOf(PodState.Suspended, PodState.Latched);
    }

    [Fact]
    public void APodThatDies_IsCondemnedByItsProbes_ThoughItsClientsKnewFirst()
    {
        var story = Warm();
        for (var half = 0; half < 6; half++) Half(story, Fails(SlotOutcome.Broken, "pod-a"), half % 2, dead: "pod-a");
        story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.Refused);
        for (var i = 0; i < 4; i++) Wait(story, 1);
        story.Enable("pod-a").Refusal.Should().BeNull("its probes say that it is well again, and they said that it was not");
    }

    [Fact]
    public void ASlowPod_IsSuspendedAfterAWhile_AndLatchedWhenItsSourcesAreQuickElsewhere()
    {
        var story = Warm();
        var slow = Times(1500, "pod-a");
        var start = story.Now;
        for (var half = 0; story.State("pod-a") == PodState.Open && half < 100; half++) Half(story, slow, half % 2);
        (story.Now - start).Should().BeCloseTo(TimeSpan.FromSeconds(2.2), TimeSpan.FromSeconds(0.3), "it must have been slow for two seconds");
        story["pod-a"].Suspension!.Cause.Should().Be(Cause.SlowInTraffic);
        Round(story, slow);
        story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.SlowInTraffic);
        story["pod-a"].Record.Latch!.Sentence.Should().Contain("1.5 s").And.Contain("on the other pods up to 2 ms");
    }

    [Fact]
    public void AllPodsFailingAlike_IsAnAlarm_AndMovesNobody()
    {
        var story = Warm();
        for (var i = 0; i < 50; i++) Round(story, (_, slot, _) => (SlotOutcome.ServerError, 2));

        story.States().Should().Be("Open Open Open");
        foreach (var pod in story.Fleet.Pods.Values) pod.HeldBack!.Cause.Should().Be(Cause.AllFailAlike);
        story.Transitions.Should().NotContain(transition => transition.To == PodState.Suspended || transition.To == PodState.Latched);

        for (var i = 0; i < 60; i++) Round(story, (_, _, _) => (SlotOutcome.Fine, 2));
        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.HeldBack == null, "the alarm ends by itself");
    }

    [Fact]
    public void AllPodsSlowAlike_MovesNobody()
    {
        var story = Warm();
        for (var i = 0; i < 50; i++) Round(story, (_, _, _) => (SlotOutcome.Fine, 2500));
        story.States().Should().Be("Open Open Open");
    }

    [Fact]
    public void FewSources_AreNeverEnough_HoweverManyRequests()
    {
        var story = Warm();
        for (var i = 0; i < 300; i++) Round(story, (_, slot, _) => (slot < 4 ? SlotOutcome.ServerError : SlotOutcome.Fine, 2));
        story.States().Should().Be("Open Open Open");
        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.Health.Level == HealthLevel.Healthy);
    }

    [Fact]
    public void SourcesThatFailEverywhere_ThePodIsSuspendedOnce_GivenBack_AndNeverLatched()
    {
        var story = Warm();
        Func<string, int, bool, (SlotOutcome, double)> poison = (_, slot, _) => (slot < 6 ? SlotOutcome.ServerError : SlotOutcome.Fine, 2);
        for (var i = 0; i < 600; i++)
        {
            Round(story, poison);
            if (i % 5 == 0) story.Everybody(ProbeResult.Healthy);
        }

        story.Transitions.Should().NotContain(transition => transition.To == PodState.Latched);
        story.Transitions.Count(transition => transition is { To: PodState.Suspended, From: not PodState.Suspended }).Should().Be(1, "the second time they are known");
        story.States().Should().Be("Open Open Open");
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.SourcesFail);
    }

    [Fact]
    public void TooLittleTrafficElsewhere_NothingToCompare_NothingFollows()
    {
        var story = Warm();
        for (var i = 0; i < 100; i++) Round(story, (pod, _, _) => (SlotOutcome.ServerError, 2), homes: pod => pod == "pod-a" ? Homes[pod] : [.. Homes[pod].Take(1)]);
        story.States().Should().Be("Open Open Open");
    }

    [Fact]
    public void Suspicion_IsNotClearedByTheHealthDocument_AndLatchesInTheEnd()
    {
        var story = Warm();
        for (var half = 0; half < 2; half++) Half(story, Fails(SlotOutcome.ServerError, "pod-a"), half % 2);
        story.State("pod-a").Should().Be(PodState.Suspended);

        // The clients do not come back, so nothing can be confirmed.
        for (var i = 0; i < 100; i++) Wait(story, 1);
        story.State("pod-a").Should().Be(PodState.Suspended);
        for (var i = 0; i < 220; i++) Wait(story, 1);
        story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.ErrorsInTraffic, "what an enable must check is what was suspected");
        story["pod-a"].Record.Latch!.Sentence.Should().Contain("suspended for 5 min without proving itself well").And.Contain("active sources fail");
    }

    [Fact]
    public void Suspicion_IsClearedByChecksThatSendRequests()
    {
        var check = new CheckSettings("login") { Steps = [new CheckStep { Path = "/login" }] };
        var story = Warm(check);
        for (var half = 0; half < 2; half++) Half(story, Fails(SlotOutcome.ServerError, "pod-a"), half % 2);
        story.State("pod-a").Should().Be(PodState.Suspended);
        for (var i = 0; i < 12 && story.State("pod-a") == PodState.Suspended; i++) Wait(story, 1, check.Name);
        story.State("pod-a").Should().Be(PodState.Open);
        story["pod-a"].Health.Traffic.Verdict.Should().Be(TrafficVerdict.Quiet);
    }

    [Fact]
    public void TheGuardKeepsIt_NothingIsLatched_AndWhatRecoversIsQuietAgain()
    {
        var story = Warm(settings: new FleetSettings { MinimumOpen = 3 });
        for (var i = 0; i < 20; i++) Round(story, Fails(SlotOutcome.ServerError, "pod-a"));
        story["pod-a"].Suspension.Should().BeNull();
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.GuardHolds);
        for (var i = 0; i < 60; i++) Round(story, (_, _, _) => (SlotOutcome.Fine, 2));
        story["pod-a"].HeldBack.Should().BeNull();
        story.States().Should().Be("Open Open Open");
    }

    [Theory]
    [InlineData(FailoverMode.Observe, false)]
    [InlineData(FailoverMode.Act, true)]
    public void ObservedOrFrozen_ItIsSaidAndNothingMoves(FailoverMode mode, bool freeze)
    {
        var story = Warm(settings: new FleetSettings { Mode = mode });
        if (freeze) story.Command(new FreezeCommand("anna", "network work", TimeSpan.FromHours(1)));
        for (var i = 0; i < 20; i++) Round(story, Fails(SlotOutcome.ServerError, "pod-a"));
        story["pod-a"].Suspension.Should().BeNull();
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.Frozen);
        story["pod-a"].HeldBack!.Sentence.Should().Contain("would be routed around").And.Contain("13 of 13 active sources fail");
    }

    [Fact]
    public void Enable_AfterErrorsInTraffic_TheDocumentIsNotEnough()
    {
        var story = Warm();
        for (var i = 0; i < 4; i++) Round(story, Fails(SlotOutcome.ServerError, "pod-a"));
        for (var i = 0; i < 5; i++) Wait(story, 1);
        story["pod-a"].Health.WellSince.Should().NotBeNull();

        var refusal = story.Enable("pod-a").Refusal!;
        refusal.Kind.Should().Be(RefusalKind.NotWell);
        refusal.Sentence.Should().Contain("cannot be verified to be well without traffic").And.Contain("Checks").And.Contain("force");

        story.Enable("pod-a", force: true).Refusal.Should().BeNull();
        story.State("pod-a").Should().Be(PodState.Ramping);
        Round(story, (_, _, _) => (SlotOutcome.Fine, 2));
        story["pod-a"].Health.Traffic.Verdict.Should().Be(TrafficVerdict.Quiet, "what was before the enable is done with");
    }

    [Fact]
    public void Enable_AfterErrorsInTraffic_ChecksThatPassedSinceProveIt()
    {
        var check = new CheckSettings("login") { Steps = [new CheckStep { Path = "/login" }] };
        var story = Warm(check);
        for (var i = 0; i < 4; i++) Round(story, Fails(SlotOutcome.ServerError, "pod-a"));
        story.State("pod-a").Should().Be(PodState.Latched);
        for (var i = 0; i < 4; i++) Wait(story, 1);
        story.Enable("pod-a").Refusal!.Sentence.Should().Contain("check login 0 of 2");
        for (var i = 0; i < 4; i++) Wait(story, 1, check.Name);
        story.Enable("pod-a").Refusal.Should().BeNull();
    }

    [Fact]
    public void AWarmingPod_SlownessHoldsItsRamp_AndIsNoEvidence()
    {
        var story = Warm();
        story.Drain("pod-a");
        Wait(story, 31);
        for (var i = 0; i < 4; i++) Wait(story, 1);
        story.Enable("pod-a").Refusal.Should().BeNull();
        story.State("pod-a").Should().Be(PodState.Ramping);
        for (var i = 0; i < 200; i++)
        {
            Round(story, Times(3000, "pod-a"));
            if (i % 5 == 0) story.Everybody(ProbeResult.Healthy);
        }

        story.State("pod-a").Should().Be(PodState.Ramping, "its ramp stands still");
        for (var i = 0; i < 200; i++)
        {
            Round(story, (_, _, _) => (SlotOutcome.Fine, 2));
            if (i % 5 == 0) story.Everybody(ProbeResult.Healthy);
        }

        story.State("pod-a").Should().Be(PodState.Open);
    }

    [Fact]
    public void OverloadWouldExplainIt_AfterALatchNothingFollowsButAnAlarm()
    {
        var story = Warm(settings: new FleetSettings { MinimumOpen = 1 });
        story.Rounds(3, ProbeResult.Unhealthy, "pod-c");
        story.State("pod-c").Should().Be(PodState.Latched);
        for (var i = 0; i < 40; i++) Round(story, Times(1500, "pod-a"));
        story["pod-a"].Record.Latch.Should().BeNull();
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.GuardHolds);
        story["pod-a"].HeldBack!.Sentence.Should().Contain("overload would explain");
    }
}
