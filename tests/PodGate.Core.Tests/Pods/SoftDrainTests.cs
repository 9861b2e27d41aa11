using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

/// <summary>A soft drain: who was there lately stays until he falls quiet, or until shortly before the deadline.</summary>
public sealed class SoftDrainTests
{
    private const int Slots = 1024;
    private readonly FleetStory _story = new(3);
    private SlotSet _used = SlotSet.Of(Slots, slot => slot % 3 == 0);
    private TimeSpan _within;

    public SoftDrainTests() => _story.InUse = (_, within) =>
    {
        _within = within;
        return _used;
    };

    private Pod Pod => _story["pod-a"];

    [Fact]
    public void WhoIsThere_Stays_AndThePodIsDraining()
    {
        Drain();
        _within.Should().Be(TimeSpan.FromMinutes(15));
        Pod.Kept.Should().BeSameAs(_used);
        _story.Seconds(5);
        (Pod.State, Route().Admission).Should().Be((PodState.Draining, Admission.Keeping));
        Route().Kept.Should().BeSameAs(_used, "the same slots are no new snapshot");
        Pod.Sentence.Should().Be("anna drains pod-a softly, who was there within 15 min has 2 h: update");
    }

    [Fact]
    public void WhoFallsQuiet_Leaves_AndTheLastOneLeavesItDrained()
    {
        Drain();
        _story.InFlight("pod-a", 1);
        _used = _used.Where(slot => slot < 100);
        _story.Seconds(2);
        Pod.Kept.Should().BeSameAs(_used);
        _used = SlotSet.Empty;
        _story.Seconds(2);
        (Pod.State, Route().Admission).Should().Be((PodState.Draining, Admission.Excluded), "something still runs there");
        _story.InFlight("pod-a", 0);
        _story.Seconds(1);
        Pod.State.Should().Be(PodState.Drained);
        _story.Transitions[^1].Cause.Should().Be(Cause.Emptied);
    }

    // The whole drain takes two hours, so the rest goes in the last five minutes, and the last of it a minute before the end.
    [Fact]
    public void TheRest_GoesBitByBit_BeforeTheDeadline()
    {
        Drain();
        _story.Pass(TimeSpan.FromMinutes(114));
        Pod.Kept.Should().BeSameAs(_used);
        var counts = new List<int>();
        for (var minute = 0; minute < 6; minute++)
        {
            _story.Pass(TimeSpan.FromMinutes(1) - TimeSpan.FromSeconds(1));
            _story.Seconds(1);
            counts.Add(Pod.Kept.Count);
        }

        counts.Should().BeInDescendingOrder();
        counts.Zip([1.0, 0.75, 0.5, 0.25, 0, 0]).Should().OnlyContain(pair => Math.Abs(pair.First - (pair.Second * _used.Count)) < 0.02 * _used.Count);
        (Pod.State, Route().Admission).Should().Be((PodState.Drained, Admission.Closed));
    }

    [Theory]
    [InlineData(ProbeResult.Refused)]
    [InlineData(ProbeResult.Unhealthy)]
    public void ASickPod_KeepsNobody_AndTheyDoNotComeBack(ProbeResult sick)
    {
        Drain();
        _story.Rounds(2, sick, "pod-a");
        Pod.Kept.IsEmpty.Should().BeTrue();
        _story.Transitions.Should().ContainSingle(transition => transition.Cause == Cause.KeepingEnded).Which.Sentence.Should().Contain("keeps nobody there any more");
        for (var i = 0; i < 20; i++) _story.Everybody(ProbeResult.Healthy);
        Pod.Kept.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void WithoutADeadline_ItIsRefused()
    {
        var refusal = _story.Command(new DrainCommand("pod-a", "anna", "update", false, null, null, TimeSpan.FromMinutes(15))).Refusal;
        refusal!.Kind.Should().Be(RefusalKind.Incomplete);
        (Pod.State, Pod.Kept.IsEmpty).Should().Be((PodState.Open, true));
    }

    // Who was there before the restart nobody knows, so for a moment everybody is.
    [Fact]
    public void ARestart_PresumesEverybody_UntilTheFirstLook()
    {
        Drain();
        _story.Restart();
        (Pod.State, Route().Admission).Should().Be((PodState.Draining, Admission.Keeping));
        Pod.Kept.Should().BeSameAs(SlotSet.All);
        _story.Seconds(2);
        Pod.Kept.Should().BeSameAs(_used);
    }

    // By then somebody may be at work on it.
    [Fact]
    public void ARestart_OnceNobodyIsKept_BringsNobodyBack()
    {
        Drain();
        _used = SlotSet.Empty;
        _story.Seconds(2);
        _story.Seconds(2);
        Pod.State.Should().Be(PodState.Drained);
        _story.Transitions.Should().ContainSingle(transition => transition.Cause == Cause.KeepingEnded).Which.Record!.KeepsNobody.Should().BeTrue();
        _used = SlotSet.All;
        _story.Restart();
        (Pod.State, Pod.Kept.IsEmpty, Route().Admission).Should().Be((PodState.Drained, true, Admission.Excluded));
        Drain();
        Pod.Kept.IsEmpty.Should().BeFalse("another drain begins anew");
    }

    [Fact]
    public void ARestart_WhereNobodyWasThereAtAll_OrThePodWasSick_BringsNobodyBack()
    {
        _used = SlotSet.Empty;
        Drain();
        _story.Restart();
        Pod.Kept.IsEmpty.Should().BeTrue();
        _used = SlotSet.All;
        Drain();
        _story.Rounds(2, ProbeResult.Refused, "pod-a");
        _story.Restart();
        Pod.Kept.IsEmpty.Should().BeTrue();
    }

    // The last one may have sent a request while it went.
    [Fact]
    public void TheLastOneThatGoes_IsLookedForOnceMore()
    {
        Drain();
        _used = SlotSet.Empty;
        _story.Seconds(2);
        (Pod.State, Pod.Kept.IsEmpty).Should().Be((PodState.Draining, true));
        _story.Seconds(0.1);
        Pod.State.Should().Be(PodState.Drained);
    }

    [Fact]
    public void WhatItsClientsMeet_EndsIt()
    {
        var story = TrafficStory.Warm();
        story.InUse = (_, _) => SlotSet.Of(Slots, _ => true);
        story.Command(new DrainCommand("pod-a", "anna", "update", false, null, TimeSpan.FromHours(2), TimeSpan.FromMinutes(15)));
        story["pod-a"].Kept.IsEmpty.Should().BeFalse();
        for (var i = 0; i < 20 && !story["pod-a"].Kept.IsEmpty; i++)
        {
            story.Everybody(ProbeResult.Healthy);
            foreach (var (pod, slots) in TrafficStory.Homes)
            {
                foreach (var slot in slots) story.Request(pod, slot, pod == "pod-a" ? SlotOutcome.ServerError : SlotOutcome.Fine);
            }

            story.Look();
        }

        story["pod-a"].Kept.IsEmpty.Should().BeTrue();
        story.Transitions.Should().ContainSingle(transition => transition.Cause == Cause.KeepingEnded);
        story["pod-a"].Health.Level.Should().Be(HealthLevel.Healthy, "nothing could clear that any more, and its probes are well");
    }

    [Fact]
    public void ARefusedConnection_EndsIt()
    {
        Drain();
        _story.Apply(new ConnectionRefused("pod-a"));
        Pod.Kept.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void ThoseWhoStayedToItsEnd_AreAskedOverAWhile()
    {
        Drain();
        _story.Pass(TimeSpan.FromMinutes(40));
        _used = SlotSet.Empty;
        _story.Seconds(2);
        Pod.Kept.IsEmpty.Should().BeTrue();
        Route().Farewell.Should().Be(new Farewell(_story.Now + _story.Fleet.Settings.GoodbyeAfter, _story.Now + _story.Fleet.Settings.GoodbyeAfter + _story.Fleet.Settings.GoodbyeSpread));
    }

    [Fact]
    public void ARestart_PastTheDeadline_KeepsNobody()
    {
        Drain();
        _story.Now += TimeSpan.FromHours(3);
        _story.Restart();
        (Pod.State, Pod.Kept.IsEmpty, Route().Admission).Should().Be((PodState.Drained, true, Admission.Closed));
    }

    // It had a latch, or never passed: a soft drain must not bring it traffic, least of all by a restart.
    [Fact]
    public void ALatchedPod_KeepsNobody()
    {
        _story.Rounds(3, ProbeResult.Refused, "pod-a");
        Pod.State.Should().Be(PodState.Latched);
        Drain();
        (Pod.Kept.IsEmpty, Route().Admission).Should().Be((true, Admission.Excluded));
        _story.Restart();
        (Pod.Kept.IsEmpty, Route().Admission).Should().Be((true, Admission.Excluded));
    }

    [Fact]
    public void APodThatNeverPassed_KeepsNobody()
    {
        var story = new FleetStory(3, passed: false) { InUse = (_, _) => _used };
        story.Command(Soft("pod-a") with { Force = true }).Refusal.Should().BeNull();
        story["pod-a"].Kept.IsEmpty.Should().BeTrue();
        story.Restart();
        story.Routes()[0].Admission.Should().Be(Admission.Excluded);
    }

    [Fact]
    public void Enable_EndsIt()
    {
        Drain();
        _story.Everybody(ProbeResult.Healthy);
        _story.Enable("pod-a").Refusal.Should().BeNull();
        (Pod.Kept.IsEmpty, Route().Admission).Should().Be((true, Admission.Serving));
    }

    [Fact]
    public void AHardDrain_OnTop_KeepsNobody_AndASoftOneAfterItBringsNobodyBack()
    {
        Drain();
        _story.Command(new DrainCommand("pod-a", "anna", "now", false, null, TimeSpan.FromMinutes(1)));
        (Pod.Kept.IsEmpty, Route().Admission, Pod.Record.Intent.Drain).Should().Be((true, Admission.Excluded, DrainKind.Hard));
    }

    [Fact]
    public void TheGuard_ObjectsToo()
    {
        Drain();
        _story.Command(Soft("pod-b")).Refusal!.Kind.Should().Be(RefusalKind.Guard);
    }

    private static DrainCommand Soft(string pod) => new(pod, "anna", "update", false, null, TimeSpan.FromHours(2), TimeSpan.FromMinutes(15));

    private void Drain()
    {
        _story.Command(Soft("pod-a")).Refusal.Should().BeNull();
        Pod.Record.Intent.Drain.Should().Be(DrainKind.Soft);
    }

    private PodRoute Route() => _story.Routes()[0];
}
