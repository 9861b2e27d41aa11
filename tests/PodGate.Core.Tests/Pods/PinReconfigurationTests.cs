using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.Core.Tests.Routing;

namespace PodGate.Core.Tests.Pods;

/// <summary>Pins that a new configuration changes are told, once, and move no pod.</summary>
public sealed class PinReconfigurationTests
{
    [Fact]
    public void Pins_ThatChange_AreOneEventOfTheFleet()
    {
        var story = new FleetStory(2, new FleetSettings { Pins = Pins.Of([PinsTests.Pin("10.0.0.0/8", "pod-a"), PinsTests.Pin("192.0.2.0/24", "pod-b")]) });
        var states = story.States();

        story.Apply(new Reconfigured(story.Fleet.Settings with
        {
            Pins = Pins.Of([PinsTests.Pin("10.0.0.0/8", "pod-b"), PinsTests.Pin("203.0.113.0/24", "pod-a", PinOtherwise.Refuse)]),
        }));

        var told = story.Transitions.Should().ContainSingle().Which;
        (told.Pod, told.Cause, told.Who, told.IsLasting).Should().Be(("", Cause.Reconfigured, "configuration", true));
        told.Sentence.Should().Be(
            "10.0.0.0/8 is pinned to pod-b now, 203.0.113.0/24 is pinned to pod-a now, and refused elsewhere, 192.0.2.0/24 is not pinned to pod-b any more");
        story.States().Should().Be(states);
    }

    [Fact]
    public void Pins_ThatAreTheSame_AreNoEvent()
    {
        var story = new FleetStory(2, new FleetSettings { Pins = Pins.Of([PinsTests.Pin("10.0.0.0/8", "pod-a")]) });
        story.Apply(new Reconfigured(story.Fleet.Settings with { Pins = Pins.Of([PinsTests.Pin("10.0.0.0/8", "pod-a")]) }));
        story.Transitions.Should().BeEmpty();
        story.Restart();
        story.Transitions.Should().NotContain(told => told.Cause == Cause.Reconfigured, "the gate begins with them");
    }

    [Fact]
    public void ManyChanges_AreCounted()
    {
        var story = new FleetStory(2);
        story.Apply(new Reconfigured(story.Fleet.Settings with { Pins = Pins.Of([.. Enumerable.Range(0, 30).Select(i => PinsTests.Pin($"10.0.{i}.0/24", "pod-a"))]) }));
        story.Transitions.Single().Sentence.Should().EndWith("10.0.7.0/24 is pinned to pod-a now and 22 more changes of pins");
    }
}
