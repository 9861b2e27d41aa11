using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>When the long-lived connections of a pod are asked to end.</summary>
public sealed class GivingUpTests
{
    // Seconds: the drain's deadline, GoodbyeAfter, GoodbyeSpread; from and until, both after the drain.
    [Theory]
    [InlineData(60, 0, 10, 0, 10)]
    [InlineData(60, 20, 10, 20, 30)]
    [InlineData(60, 0, 0, 0, 0)]
    [InlineData(10, 0, 10, 0, 7.5)]
    [InlineData(10, 5, 10, 5, 7.5)]
    [InlineData(10, 20, 10, 7.5, 7.5)]
    public void Drain_AsksInTime(int deadline, int after, int spread, double from, double until)
    {
        var story = new FleetStory(3, new FleetSettings { GoodbyeAfter = TimeSpan.FromSeconds(after), GoodbyeSpread = TimeSpan.FromSeconds(spread) });
        story.Routes()[0].Farewell.Should().BeNull("nobody is given up");
        var begun = story.Now;
        story.Apply(new Commanded(new DrainCommand("pod-a", "anna", "test", false, null, TimeSpan.FromSeconds(deadline))));
        var farewell = story.Routes()[0].Farewell!;
        ((farewell.From - begun).TotalSeconds, (farewell.Until - begun).TotalSeconds).Should().Be((from, until));
        story.Seconds(1);
        story.Routes()[0].Farewell.Should().Be(farewell, "time alone does not change it");
    }

    [Fact]
    public void Disable_LeavesNoTimeForAGoodbye()
    {
        var story = new FleetStory(3);
        story.Apply(new Commanded(new DisableCommand("pod-a", "anna", "test", false, null)));
        story.Routes()[0].Farewell.Should().BeNull();
    }

    [Fact]
    public void Failover_AsksToo_AndAnEnableEndsIt()
    {
        var story = new FleetStory(3);
        story.Rounds(3, ProbeResult.Refused, "pod-b");
        var (latch, farewell) = (story["pod-b"].Record.Latch!, story.Routes()[1].Farewell!);
        (farewell.From, farewell.Until).Should().Be((latch.Since, latch.Since + story.Fleet.Settings.GoodbyeSpread));
        for (var i = 0; i < 3; i++) story.Everybody(ProbeResult.Healthy);
        story.Enable("pod-b").Refusal.Should().BeNull();
        story.Routes()[1].Farewell.Should().BeNull();
    }

    [Fact]
    public void Removal_FromTheConfiguration_AsksToo()
    {
        var story = new FleetStory(3);
        var begun = story.Now;
        story.Apply(new Reconfigured(story.Fleet.Settings with { Pods = story.Fleet.Settings.Pods.Remove("pod-c") }));
        story.Routes()[2].Farewell!.From.Should().BeOnOrAfter(begun);
    }
}
