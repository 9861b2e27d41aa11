using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using Xunit.Abstractions;
using static PodGate.Core.Tests.Pods.TrafficStory;

namespace PodGate.Core.Tests.Pods;

/// <summary>Traffic that misleads who counts carelessly.</summary>
public sealed class UnluckyTrafficTests(ITestOutputHelper output)
{
    [Fact]
    public void OneInstantInWhichManyConnectionsBreak_IsForgiven()
    {
        var story = Warm();
        Round(story, (pod, slot, _) => (pod == "pod-a" && slot < 10 ? SlotOutcome.Broken : SlotOutcome.Fine, 2));
        for (var i = 0; i < 50; i++) Round(story, (_, _, _) => (SlotOutcome.Fine, 2));
        story.Transitions.Should().NotContain(transition => transition.To == PodState.Suspended || transition.To == PodState.Latched);
    }

    [Fact]
    public void TheInstantIsTheLastThatIsSeenOfThem_NothingFollowsEither()
    {
        var story = Warm();
        Round(story, (pod, slot, _) => (pod == "pod-a" && slot < 10 ? SlotOutcome.Broken : SlotOutcome.Fine, 2));
        for (var i = 0; i < 100; i++) Round(story, (_, _, _) => (SlotOutcome.Fine, 2), homes: pod => pod == "pod-a" ? [.. Homes[pod].Skip(10)] : Homes[pod]);
        story.Transitions.Should().NotContain(transition => transition.To == PodState.Suspended || transition.To == PodState.Latched);
    }

    [Fact]
    public void SomeOfItsSourcesFailAnywhere_AndItFailsTheOthers_ItIsLatchedAllTheSame()
    {
        var story = Warm();
        for (var i = 0; i < 300 && story.State("pod-a") != PodState.Latched; i++)
        {
            Round(story, (pod, slot, _) => (pod == "pod-a" || slot < 7 ? SlotOutcome.ServerError : SlotOutcome.Fine, 2));
        }

        story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.ErrorsInTraffic);
        story.States().Should().Be("Latched Open Open");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SourcesThatFailedWhileTheGuardOrAFreezeHeldThePod_AndNeverCameBack_AreNoEvidenceLater(bool freeze)
    {
        var story = Warm(settings: freeze ? null : new FleetSettings { MinimumOpen = 3 });
        if (freeze) story.Command(new FreezeCommand("anna", "network work", TimeSpan.FromMinutes(2)));
        int[] rest = [.. Homes["pod-a"].Skip(8)];
        for (var i = 0; i < 4; i++) Round(story, (pod, slot, _) => (pod == "pod-a" && slot < 8 ? SlotOutcome.ServerError : SlotOutcome.Fine, 2));
        story["pod-a"].HeldBack.Should().NotBeNull();
        for (var i = 0; i < 700; i++) Round(story, (_, _, _) => (SlotOutcome.Fine, 2), homes: pod => pod == "pod-a" ? rest : Homes[pod]);

        story["pod-a"].HeldBack.Should().BeNull("nothing has stood out for a long time");
        story.Transitions.Should().NotContain(transition => transition.To == PodState.Latched);
        story.States().Should().Be("Open Open Open");
    }

    // Each source asks once a minute: in any ten seconds only a few of those that moved are seen elsewhere.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SlowClients_TheExperimentWaitsForThem(bool everywhere)
    {
        var story = new FleetStory(3);
        var names = story.Fleet.Pods.Keys.ToArray();
        for (var tick = 0; tick < 5 * 600 && (everywhere || story.State("pod-a") != PodState.Latched); tick++)
        {
            story.Seconds(0.1);
            var sick = tick >= 1200;
            for (var slot = 0; slot < 180; slot++)
            {
                if ((tick + (slot * 10 / 3)) % 600 != 0) continue;
                var home = names[slot % 3];
                var pod = story.Routes().Single(route => route.Name == home).Admission == Admission.Serving ? home : names.First(name => name != home);
                var fails = sick && (everywhere ? slot % 3 == 0 : pod == "pod-a");
                story.Request(pod, slot, fails ? SlotOutcome.ServerError : SlotOutcome.Fine, 2);
            }

            if (tick % 10 == 0) story.Everybody(ProbeResult.Healthy);
            story.Look();
        }

        foreach (var t in story.Transitions.TakeLast(15)) output.WriteLine($"{t.At:mm:ss.f} {t.Pod} {t.From} {t.To} {t.Sentence}");
        if (everywhere) story.Transitions.Should().NotContain(transition => transition.To == PodState.Latched, "they fail wherever they go");
        else story["pod-a"].Record.Latch!.Cause.Should().Be(Cause.ErrorsInTraffic);
    }

    [Fact]
    public void AWarmingPodThatIsSlowAndFails_IsJudgedForWhatFails()
    {
        var story = Warm();
        story.Drain("pod-a");
        Wait(story, 31);
        for (var i = 0; i < 4; i++) Wait(story, 1);
        story.Enable("pod-a").Refusal.Should().BeNull();
        for (var i = 0; i < 20 && story.State("pod-a") == PodState.Ramping; i++)
            Round(story, (pod, slot, _) => (pod == "pod-a" && slot % 2 == 0 ? SlotOutcome.ServerError : SlotOutcome.Fine, pod == "pod-a" ? 3000 : 2));
        story.State("pod-a").Should().BeOneOf(PodState.Suspended, PodState.Latched);
    }

    [Fact]
    public void HalfOfTheFleetFails_TheyAreSeen()
    {
        var story = new FleetStory(4, new FleetSettings { MinimumOpen = 2 });
        Live(story, 20, (_, _) => 0, random: new Random(1), seconds: 5);
        Live(story, 20, (pod, _) => pod is "pod-a" or "pod-b" ? 1 : 0, random: new Random(1), seconds: 5);
        story.Routes().Where(route => route.Admission == Admission.Serving).Select(route => route.Name).Should().Equal("pod-c", "pod-d");
        story["pod-a"].Record.Latch.Should().NotBeNull();
    }

    [Fact]
    public void TwoOfFivePodsAreSlow_NeitherHidesTheOther()
    {
        var story = new FleetStory(5, new FleetSettings { MinimumOpen = 2 });
        Live(story, 20, (_, _) => 0, random: new Random(1), seconds: 5);
        Live(story, 20, (_, _) => 0, random: new Random(1), seconds: 10, time: pod => pod is "pod-a" or "pod-b" ? 1500 : 2);
        story.Routes().Where(route => route.Admission == Admission.Serving).Select(route => route.Name).Should().Equal("pod-c", "pod-d", "pod-e");
    }

    [Theory]
    [InlineData(0.03)]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void EveryPodFailsTheSamePartOfItsRequests_NobodyIsLatched(double rate)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PODGATE_TEST_SEED"), out var given) ? given : 20261126;
        output.WriteLine($"seed {seed}");
        var story = new FleetStory(3);
        Live(story, 25, (_, _) => rate, new Random(seed), seconds: 300);
        story.Transitions.Should().NotContain(transition => transition.To == PodState.Latched);
    }

    /// <summary>So many sources on each pod ask about every second; those of a pod that is out go to the ones that serve, in turn.</summary>
    private static void Live(FleetStory story, int sources, Func<string, int, double> rate, Random random, int seconds, Func<string, double>? time = null)
    {
        var names = story.Fleet.Pods.Keys.ToArray();
        for (var tick = 0; tick < seconds * 10; tick++)
        {
            story.Seconds(0.1);
            var serving = story.Routes().Where(route => route.Admission == Admission.Serving).Select(route => route.Name).ToArray();
            for (var slot = tick % 10; slot < sources * names.Length; slot += 10)
            {
                var home = names[slot % names.Length];
                var pod = serving.Contains(home) ? home : serving[slot / names.Length % serving.Length];
                story.Request(pod, slot, random.NextDouble() < rate(pod, slot) ? SlotOutcome.ServerError : SlotOutcome.Fine, time?.Invoke(pod) ?? 2);
            }

            if (tick % 10 == 0) story.Everybody(ProbeResult.Healthy);
            story.Look();
        }
    }
}
