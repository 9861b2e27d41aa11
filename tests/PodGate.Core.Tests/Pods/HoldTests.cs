using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

/// <summary>A pod that people hold at a share of its slots, and the notes they leave.</summary>
public sealed class HoldTests
{
    [Fact]
    public void Hold_IsReachedByTheRamp_AndStays_UntilAPersonLetsGo()
    {
        var story = Drained(new FleetSettings { RampDuration = TimeSpan.FromSeconds(10) });
        story.Command(Enable(hold: 25)).Refusal.Should().BeNull();
        story.Last.Transitions.Should().ContainSingle().Which.Sentence.Should().Be("anna enabled pod-a (was disabled, holds it at 25 % of its slots): mended");
        ShareOf(story).Should().Be(25);
        story.Rounds(60, ProbeResult.Healthy);
        (story.State("pod-a"), ShareOf(story)).Should().Be((PodState.Ramping, 64));
        story["pod-a"].Ramp.Should().BeNull("the ramp is over, the hold is not");
        story.Transitions.Should().NotContain(transition => transition.Cause == Cause.RampComplete);

        story.Command(Enable(hold: null)).Refusal.Should().BeNull();
        story["pod-a"].Sentence.Should().Be("anna lets pod-a have all its slots again: mended");
        (story.State("pod-a"), ShareOf(story)).Should().Be((PodState.Ramping, 76), "it goes on from what it has");
        story.Rounds(45, ProbeResult.Healthy);
        (story.State("pod-a"), ShareOf(story)).Should().Be((PodState.Open, PodRoute.FullShare));
    }

    [Theory]
    [InlineData(10, 25)]
    [InlineData(99, 253)]
    [InlineData(1, 2)]
    public void Hold_OfAPodThatServes_TakesEffectAtOnce_AndOutlivesARestart(int percent, int share)
    {
        var story = new FleetStory(3);
        story.Command(Enable(percent)).Refusal.Should().BeNull();
        (story.State("pod-a"), ShareOf(story)).Should().Be((PodState.Ramping, share));
        story["pod-a"].Sentence.Should().Be($"anna holds pod-a at {percent} % of its slots: mended");
        story.Transitions.Should().ContainSingle().Which.Should().Match<Transition>(held => held.Cause == Cause.RampChanged && held.IsLasting && held.Record != null);
        story.Command(Enable(percent)).Transitions.Should().BeEmpty("it is held there already");
        story.Restart();
        story.Rounds(3, ProbeResult.Healthy);
        (story.State("pod-a"), ShareOf(story)).Should().Be((PodState.Ramping, share), "a restart gives it no more");
    }

    [Fact]
    public void Hold_ThatCannotBeWritten_ChangesNothing()
    {
        var story = new FleetStory(3);
        var prepared = story.Apply(new Commanded(Enable(10))).Prepared!;
        ShareOf(story).Should().Be(PodRoute.FullShare);
        story.Apply(new EnableNotWritten(prepared));
        (story.State("pod-a"), story["pod-a"].Record.Intent.Hold, ShareOf(story)).Should().Be((PodState.Open, null, PodRoute.FullShare));
        story.Enable("pod-a").Transitions.Should().BeEmpty();
    }

    [Fact]
    public void Latch_WhileAHoldIsBeingWritten_Stays()
    {
        var story = new FleetStory(3);
        story.Command(Enable(50));
        var prepared = story.Apply(new Commanded(Enable(null))).Prepared!;
        story.Rounds(4, ProbeResult.Refused, "pod-a");
        var latch = story["pod-a"].Record.Latch;
        latch.Should().NotBeNull();
        story.Apply(new EnableWritten(prepared));
        story["pod-a"].Record.Latch.Should().Be(latch);
        story.State("pod-a").Should().Be(PodState.Latched);
        story["pod-a"].Record.Version.Should().BeGreaterThan(prepared.Version);
    }

    [Fact]
    public void Latch_OfAHeldPod_IsCleared_WithoutTheHold()
    {
        var story = new FleetStory(3, new FleetSettings { RampDuration = TimeSpan.Zero });
        story.Command(Enable(10));
        story.Rounds(4, ProbeResult.Refused, "pod-a");
        story.State("pod-a").Should().Be(PodState.Latched);
        story.Rounds(4, ProbeResult.Healthy);
        story.Enable("pod-a").Refusal.Should().BeNull();
        (story.State("pod-a"), story["pod-a"].Record.Intent.Hold).Should().Be((PodState.Open, null));
    }

    [Fact]
    public void Note_IsKept_ShowsTheReasonOfTheStateStill_AndGoesWithTheEnable()
    {
        var story = new FleetStory(3, new FleetSettings { RampDuration = TimeSpan.Zero });
        story.Rounds(4, ProbeResult.Refused, "pod-a");
        var (sentence, version) = (story["pod-a"].Sentence, story["pod-a"].Record.Version);
        story.Command(new NoteCommand("pod-a", "bob", "I am on it", null)).Transitions.Should().ContainSingle()
            .Which.Should().Match<Transition>(noted => noted.Cause == Cause.Noted && noted.IsLasting && noted.Sentence == "bob notes on pod-a: I am on it");
        story["pod-a"].Record.Note.Should().Be(new PodNote("bob", "I am on it", story.Now));
        story["pod-a"].Sentence.Should().Be(sentence);
        story.State("pod-a").Should().Be(PodState.Latched);
        story.Enable("pod-a", version: version).Refusal!.Kind.Should().Be(RefusalKind.Changed, "who has not seen the note looks again");
        story.Restart();
        story["pod-a"].Record.Note!.Who.Should().Be("bob");
        story.Rounds(4, ProbeResult.Healthy);
        story.Enable("pod-a").Refusal.Should().BeNull();
        story["pod-a"].Record.Note.Should().BeNull();
    }

    [Fact]
    public void Note_TakenAway_AndTwice()
    {
        var story = new FleetStory(2);
        story.Command(new NoteCommand("pod-a", "bob", "looking", null));
        story.Command(new NoteCommand("pod-a", "anna", "found nothing", null, TakesAway: true)).Transitions.Should().ContainSingle()
            .Which.Sentence.Should().Be("anna took the note away from pod-a: found nothing");
        story["pod-a"].Record.Note.Should().BeNull();
        story.Command(new NoteCommand("pod-a", "anna", "again", null, TakesAway: true)).Transitions.Should().BeEmpty();
        story.Command(new NoteCommand("pod-x", "anna", "who", null)).Refusal!.Kind.Should().Be(RefusalKind.UnknownPod);
    }

    private static EnableCommand Enable(int? hold) => new("pod-a", "anna", "mended", false, null) { Hold = hold };

    private static int ShareOf(FleetStory story) => story.Routes().Single(route => route.Name == "pod-a").Share;

    private static FleetStory Drained(FleetSettings settings)
    {
        var story = new FleetStory(3, settings);
        story.Drain("pod-a", deadline: 0).Refusal.Should().BeNull();
        story.Rounds(4, ProbeResult.Healthy);
        return story;
    }
}
