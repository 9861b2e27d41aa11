using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

public sealed class WitnessTests
{
    [Fact]
    public void AfterACutOff_AQuickPodIsNoWitnessAgainstOneThatIsSlowToAnswer()
    {
        // Probes overlap. When the gate's network comes back, all that were under way are lost, and pod-b takes 600 ms to answer the next one.
        var story = new FleetStory(2, new FleetSettings { MinimumOpen = 1 });
        story.Seconds(1);
        foreach (var sent in new[] { 0.1, 1.1 }) Silent(story, "pod-a", sent - 0.05);
        Silent(story, "pod-b", 0.1);
        var start = story.Now;
        for (var i = 0; i < 4; i++)
        {
            story.Now = start + TimeSpan.FromSeconds(0.95 + (i * 0.2));
            story.Probe("pod-a", ProbeResult.Healthy, took: 0.001);
            story.Now = start + TimeSpan.FromSeconds(1 + (i * 0.2));
            story.Probe("pod-b", ProbeResult.TimedOut);
        }

        story.States().Should().Be("Open Open");
        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.Record.Latch == null);

        static void Silent(FleetStory story, string pod, double _)
        {
            story.Seconds(0.05);
            story.Probe(pod, ProbeResult.TimedOut);
        }
    }

    [Fact]
    public void AWitnessProbedAtOnceAfterASilence_Counts_HoweverShortTheWaits()
    {
        // Time-outs far shorter than the interval: no probe of pod-a falls into a wait of pod-b, each is sent a moment after it.
        var story = new FleetStory(2, new FleetSettings { ProbeTimeout = TimeSpan.FromMilliseconds(200), ProbeInterval = TimeSpan.FromSeconds(5) });
        for (var i = 0; i < 4; i++)
        {
            story.Seconds(0.3);
            story.Probe("pod-b", ProbeResult.TimedOut, took: 0.2);
            story.Seconds(0.01);
            story.Probe("pod-a", ProbeResult.Healthy, took: 0.005);
        }

        story.States().Should().Be("Open Latched");
    }

    [Fact]
    public void AWitness_IsHeardHoweverLongAProbeMayTake()
    {
        // A minute's silence is longer than the reports that are kept of the witness.
        var story = new FleetStory(2, new FleetSettings { ProbeTimeout = TimeSpan.FromMinutes(1) });
        for (var i = 0; i < 100; i++)
        {
            story.Seconds(1);
            story.Probe("pod-a", ProbeResult.Healthy);
            if (i > 60) story.Probe("pod-b", ProbeResult.TimedOut, took: 60);
        }

        story.States().Should().Be("Open Latched");
    }

    [Fact]
    public void ASuspendedPod_IsNotLatchedForBeingSilent_WhileTheGateHearsNobody()
    {
        var story = new FleetStory(3, new FleetSettings { SuspendedTooLong = TimeSpan.FromSeconds(30) });
        story.Apply(new ConnectionRefused("pod-b"));
        for (var i = 0; i < 60; i++)
        {
            story.Seconds(1);
            foreach (var pod in story.Fleet.Pods.Keys) story.Probe(pod, ProbeResult.TimedOut);
        }

        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.Record.Latch == null);
        for (var i = 0; i < 5; i++) story.Everybody(ProbeResult.Healthy);
        story.Fleet.Pods.Values.Should().OnlyContain(pod => pod.Record.Latch == null, "the moment the network comes back condemns nobody");
        story.States().Should().Be("Open Open Open");
    }
}
