using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using static PodGate.Core.Tests.Pods.TrafficStory;

namespace PodGate.Core.Tests.Pods;

/// <summary>How a pod comes back: step by step, held back while it is not up to it, at once when a person says so.</summary>
public sealed class RampTests
{
    [Fact]
    public void FewSourcesThatFail_HoldTheRamp_AndAreSaid_UntilTheyAreServedWell()
    {
        var story = Returning();
        Rounds(story, 1, Failing(3));
        var share = ShareOf(story);
        story.AfterStep = _ => ShareOf(story).Should().Be(share, "in every step, whenever somebody looked last");
        Rounds(story, 200, Failing(3));
        for (var i = 0; i < 400; i++) story.Seconds(0.1);
        story.AfterStep = null;
        story.State("pod-a").Should().Be(PodState.Ramping, "its ramp of 30 s stands still for 80");
        var ramp = story["pod-a"].Ramp!;
        ramp.HeldSince.Should().BeBefore(story.Now.AddSeconds(-75));
        ramp.HeldBecause.Should().Contain("3 of 13 active sources fail (3 server errors)");
        ramp.Held(story.Now).TotalSeconds.Should().BeInRange(75, 81);
        story["pod-a"].HeldBack.Should().BeNull("it may take its time");
        Explanation.Of(story["pod-a"], story.Fleet.Settings, story.Now).Numbers.Should().Contain(number => number.Subject == "ramp" && number.Name == "stands still for");

        Rounds(story, 75, Well);
        story["pod-a"].Ramp!.HeldSince.Should().BeNull("nothing has failed for a while");
        ShareOf(story).Should().BeGreaterThan(share);
        Rounds(story, 125, Well);
        story.State("pod-a").Should().Be(PodState.Open);
        story["pod-a"].Ramp.Should().BeNull();
    }

    [Fact]
    public void TooFewSources_OrWhatFailsEverywhere_DoesNotHoldIt()
    {
        foreach (var outcome in new[] { Failing(2), (_, slot, _) => (slot % 100 < 4 ? SlotOutcome.ServerError : SlotOutcome.Fine, 2) })
        {
            var story = Returning();
            Rounds(story, 160, outcome);
            story.State("pod-a").Should().Be(PodState.Open);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HoldBackSwitchedOff_TimeAloneCounts(bool slow)
    {
        var story = Returning(new FleetSettings { RampHoldBack = false });
        Rounds(story, 140, slow ? Times(3000, "pod-a") : Failing(3));
        story.State("pod-a").Should().Be(PodState.Ramping, "28 s are not over yet, and slowness is no evidence against a pod that warms up");
        Rounds(story, 20, slow ? Times(3000, "pod-a") : Failing(3));
        story.Transitions.Should().Contain(transition => transition.Cause == Cause.RampComplete);
    }

    [Fact]
    public void HeldForTenTimesItsDuration_IsAnAlarm_ThatEndsWithTheRamp()
    {
        var story = Returning(new FleetSettings { RampDuration = TimeSpan.FromSeconds(2) });
        Rounds(story, 90, Failing(3));
        story["pod-a"].HeldBack.Should().BeNull("18 s are not ten times 2 s");
        Rounds(story, 20, Failing(3));
        story["pod-a"].HeldBack!.Cause.Should().Be(Cause.RampHeld);
        story["pod-a"].HeldBack!.Sentence.Should().StartWith("the ramp of pod-a, 2 s, has been held back for 20").And.Contain("3 of 13 active sources fail");
        story.Transitions.Should().ContainSingle(transition => transition.Cause == Cause.RampHeld);
        story.State("pod-a").Should().Be(PodState.Ramping, "people decide");
        Rounds(story, 80, Well);
        story.State("pod-a").Should().Be(PodState.Open);
        story["pod-a"].HeldBack.Should().BeNull();
    }

    [Fact]
    public void WhatLatches_GoesOnToLatch()
    {
        var story = Returning();
        Rounds(story, 20, Failing(3));
        Rounds(story, 4, Fails(SlotOutcome.ServerError, "pod-a"));
        story.State("pod-a").Should().Be(PodState.Latched);
        story["pod-a"].Ramp.Should().BeNull();
    }

    [Fact]
    public void Enable_WithoutARamp_IsOpenAtOnce()
    {
        var story = Drained();
        var prepared = story.Apply(new Commanded(Enable(TimeSpan.Zero))).Prepared!;
        prepared.To.Should().Be(PodState.Open);
        story.Apply(new EnableWritten(prepared));
        story.State("pod-a").Should().Be(PodState.Open);
        ShareOf(story).Should().Be(PodRoute.FullShare);
    }

    [Fact]
    public void Enable_WithARampOfItsOwn_TakesThatLong_ThisOnce()
    {
        var story = Drained();
        story.Command(Enable(TimeSpan.FromSeconds(60)));
        Rounds(story, 200, Well);
        story.State("pod-a").Should().Be(PodState.Ramping, "40 s of 60 are over");
        ShareOf(story).Should().BeInRange(PodRoute.FullShare * 6 / 10, PodRoute.FullShare * 8 / 10);
        Rounds(story, 105, Well);
        story.State("pod-a").Should().Be(PodState.Open);

        Drain(story);
        story.Enable("pod-a").Refusal.Should().BeNull();
        Rounds(story, 155, Well);
        story.State("pod-a").Should().Be(PodState.Open, "the next one takes as long as configured");
    }

    [Fact]
    public void RampOfItsOwn_WhereNoneIsConfigured_AndThroughASuspension()
    {
        var story = Drained(new FleetSettings { RampDuration = TimeSpan.Zero, SuspensionHold = TimeSpan.FromSeconds(1) });
        story.Command(Enable(TimeSpan.FromSeconds(20)));
        Rounds(story, 75, Well);
        story.State("pod-a").Should().Be(PodState.Ramping);
        story.Apply(new ConnectionRefused("pod-a"));
        story.State("pod-a").Should().Be(PodState.Suspended);
        for (var i = 0; i < 12 && story.State("pod-a") == PodState.Suspended; i++) story.Everybody(ProbeResult.Healthy);
        story.State("pod-a").Should().Be(PodState.Ramping, "it is as cold as it was");
        Rounds(story, 75, Well);
        story.State("pod-a").Should().Be(PodState.Ramping, "15 s of 20 are over");
        Rounds(story, 40, Well);
        story.State("pod-a").Should().Be(PodState.Open);
    }

    [Fact]
    public void HeldRamp_IsEndedByAPerson()
    {
        var story = Returning();
        Rounds(story, 20, Failing(3));
        story["pod-a"].Ramp!.HeldSince.Should().NotBeNull();
        story.Command(Enable(TimeSpan.Zero)).Refusal.Should().BeNull();
        story.State("pod-a").Should().Be(PodState.Open);
        ShareOf(story).Should().Be(PodRoute.FullShare);
        story.Transitions.Should().ContainSingle(transition => transition.Cause == Cause.RampChanged)
            .Which.Should().Match<Transition>(transition => transition.Who == "anna" && transition.IsLasting
                && transition.Sentence == "anna ended the ramp of pod-a, which gets all its slots: mended");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    public void AnotherDuration_GoesOnFromWhereItStood(int seconds)
    {
        var story = Returning();
        Rounds(story, 60, Well);
        var share = ShareOf(story);
        story.Command(Enable(TimeSpan.FromSeconds(seconds))).Refusal.Should().BeNull();
        ShareOf(story).Should().Be(share);
        Rounds(story, seconds * 5 / 2, Well);
        story.State("pod-a").Should().Be(PodState.Ramping, "six tenths of it were left");
        Rounds(story, seconds, Well);
        story.State("pod-a").Should().Be(PodState.Open);
    }

    [Fact]
    public void NobodyLooksAnyMore_TheRampGoesOn()
    {
        var story = Returning();
        Rounds(story, 20, Failing(3));
        story["pod-a"].Ramp!.HeldSince.Should().NotBeNull();
        story.Apply(new Reconfigured(story.Fleet.Settings with { RampHoldBack = false }));
        story["pod-a"].Ramp!.HeldSince.Should().BeNull();
    }

    [Fact]
    public void Restart_DuringARamp_EndsIt()
    {
        var story = Drained();
        story.Command(Enable(TimeSpan.FromHours(1)));
        story.State("pod-a").Should().Be(PodState.Ramping);
        story.Restart();
        story.State("pod-a").Should().Be(PodState.Open);
    }

    [Fact]
    public void EnableThatIsNotWritten_LeavesNothingBehind()
    {
        var story = Drained();
        var prepared = story.Apply(new Commanded(Enable(TimeSpan.Zero))).Prepared!;
        story.Apply(new EnableNotWritten(prepared));
        story.Enable("pod-a").Refusal.Should().BeNull();
        story.State("pod-a").Should().Be(PodState.Ramping, "the one that is written said nothing of its ramp");
    }

    private static (SlotOutcome, double) Well(string pod, int slot, bool moved) => (SlotOutcome.Fine, 2);

    /// <summary>So many of the 13 sources of pod-a meet errors there.</summary>
    private static Func<string, int, bool, (SlotOutcome, double)> Failing(int sources) =>
        (pod, slot, _) => (pod == "pod-a" && slot < sources ? SlotOutcome.ServerError : SlotOutcome.Fine, 2);

    private static void Rounds(FleetStory story, int rounds, Func<string, int, bool, (SlotOutcome, double)> outcome)
    {
        for (var i = 0; i < rounds; i++) Round(story, outcome);
    }

    private static int ShareOf(FleetStory story) => story.Routes().Single(route => route.Name == "pod-a").Share;

    private static EnableCommand Enable(TimeSpan ramp) => new("pod-a", "anna", "mended", false, null, ramp);

    private static FleetStory Returning(FleetSettings? settings = null)
    {
        var story = Drained(settings);
        story.Enable("pod-a").Refusal.Should().BeNull();
        story.State("pod-a").Should().Be(PodState.Ramping);
        return story;
    }

    private static FleetStory Drained(FleetSettings? settings = null)
    {
        var story = Warm(settings: settings);
        Drain(story);
        return story;
    }

    private static void Drain(FleetStory story)
    {
        story.Drain("pod-a").Refusal.Should().BeNull();
        Wait(story, 31);
        for (var i = 0; i < 4; i++) Wait(story, 1);
    }
}
