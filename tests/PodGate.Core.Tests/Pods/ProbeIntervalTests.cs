using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

/// <summary>How soon a pod is probed again.</summary>
public sealed class ProbeIntervalTests
{
    // pods in the fleet, their usual interval, and how soon one that waits is probed again
    [Theory]
    [InlineData(3, 1000, 200)]
    [InlineData(200, 1000, 200)]
    [InlineData(500, 1000, 500)]
    [InlineData(1000, 1000, 1000)]
    [InlineData(1000, 5000, 1000)]
    [InlineData(1000, 100, 100)]
    public void APodThatWaits_IsHurriedAfter_ButNotAThousandAtOnce(int pods, int interval, int expected)
    {
        var settings = FleetStory.Configure(new FleetSettings { ProbeInterval = TimeSpan.FromMilliseconds(interval) }, [.. Enumerable.Range(0, pods).Select(i => $"pod-{i}")]);
        var pod = new FleetStory(3, passed: false)["pod-a"];
        pod.State.Should().Be(PodState.Waiting);
        Ramp.ProbeIntervalOf(pod, settings).TotalMilliseconds.Should().Be(expected);
    }

    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 1000)]
    public void APodThatIsDrainedSoftly_IsHurriedAfter_WhileSomebodyIsKeptThere(bool keeps, int expected)
    {
        var story = new FleetStory(3) { InUse = (_, _) => SlotSet.Of(64, slot => keeps || slot < 0) };
        story.Command(new DrainCommand("pod-a", "anna", "update", false, null, TimeSpan.FromHours(1), TimeSpan.FromMinutes(5)));
        story.InFlight("pod-a", 1);
        story.Probe("pod-a", ProbeResult.Unhealthy);
        story["pod-a"].State.Should().Be(PodState.Draining);
        Ramp.ProbeIntervalOf(story["pod-a"], story.Fleet.Settings).TotalMilliseconds.Should().Be(expected);
    }
}
