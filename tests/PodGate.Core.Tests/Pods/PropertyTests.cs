using PodGate.Core.Health;
using PodGate.Core.Pods;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Pods;

/// <summary>Long random lives of fleets; after every step the invariants hold. The seed of each is in its message.</summary>
public sealed class PropertyTests(ITestOutputHelper output)
{
    private static readonly ProbeResult[] Results = Enum.GetValues<ProbeResult>();

    [Fact]
    public void AnyLife_KeepsTheInvariants()
    {
        var first = Environment.TickCount;
        output.WriteLine($"seeds from {first}");
        for (var seed = first; seed < first + 60; seed++) Live(seed);
    }

    private static void Live(int seed)
    {
        var random = new Random(seed);
        var pods = random.Next(1, 6);
        var settings = new FleetSettings
        {
            MinimumOpen = random.Next(3) == 0 ? random.Next(1, pods + 1) : null,
            RampDuration = TimeSpan.FromSeconds(random.Next(0, 10)),
            SuspendedTooLong = TimeSpan.FromSeconds(30),
        };
        var story = new FleetStory(pods, settings);
        var step = 0;
        string? enabled = null;
        story.AfterStep = before => CheckStep(story, before, enabled, $"seed {seed}, step {step}");
        for (; step < 400; step++)
        {
            enabled = story.Fleet.Pods.Keys.ElementAt(random.Next(pods));
            RandomStep(random, story, enabled);
        }
    }

    private static void CheckStep(FleetStory story, Fleet before, string? enabled, string why)
    {
        var byAutomation = story.Last.Transitions.All(t => t.Who == Transition.Automation);
        foreach (var (name, pod) in story.Fleet.Pods)
        {
            var old = before.Pods[name];

            // Invariant 1: no latch goes without a person's enable of that pod.
            if (old.Record.Latch is not null && (byAutomation || enabled != name)) pod.Record.Latch.Should().Be(old.Record.Latch, why);

            // Automation never changes what people want.
            if (byAutomation) pod.Record.Intent.Should().Be(old.Record.Intent, why);
            if (pod.Record != old.Record) pod.Record.Version.Should().BeGreaterThan(old.Record.Version, why);
        }

        // Guard rule 2: automation leaves at least one of the pods that people want in the traffic.
        var wanted = story.Fleet.Pods.Values.Where(p => p.Record.Intent.Kind == IntentKind.Enabled && p.Record.FirstPassed is not null).ToArray();
        if (wanted.Any(p => p.Record.Latch is not null && before.Pods[p.Name].Record.Latch is null)) wanted.Should().Contain(p => p.Record.Latch == null, why);

        // Guard rule 1: no step of automation's takes an answering pod out so that fewer than MinimumOpen are left.
        var takenOut = story.Fleet.Pods.Values.Any(p =>
            p.Health.Evidence.Answers && IsIn(before.Pods[p.Name].State) && p.State is (PodState.Suspended or PodState.Latched));
        if (takenOut && byAutomation) story.Fleet.InTraffic.Should().BeGreaterThanOrEqualTo(story.Fleet.Settings.EffectiveMinimumOpen, why);
    }

    private static bool IsIn(PodState state) => state is PodState.Open or PodState.Ramping or PodState.Observed;

    private static void RandomStep(Random random, FleetStory story, string pod)
    {
        switch (random.Next(20))
        {
            case 0:
                story.Drain(pod, force: random.Next(2) == 0, deadline: random.Next(5));
                return;
            case 1:
                story.Command(new DisableCommand(pod, "anna", "because", true, null));
                return;
            case 2 or 3:
                story.Enable(pod, force: random.Next(2) == 0);
                return;
            case 4:
                story.Apply(new ConnectionRefused(pod));
                return;
            case 5:
                story.Command(new FreezeCommand("anna", "because", TimeSpan.FromSeconds(random.Next(0, 5))));
                return;
            case 6:
                story.InFlight(pod, random.Next(2));
                return;
            case 7 or 8:
                story.Seconds(random.NextDouble() * 5);
                return;
            case 9:
                story.Everybody(Results[random.Next(Results.Length)]);
                return;
            case 10 or 11 or 12:
                story.Rounds(random.Next(1, 5), Results[random.Next(Results.Length)], pod);
                return;
            default:
                story.Seconds(0.2);
                foreach (var name in story.Fleet.Pods.Keys) story.Probe(name, random.Next(10) == 0 ? Results[random.Next(Results.Length)] : ProbeResult.Healthy);
                return;
        }
    }

    /// <summary>The same reports in any order of arrival give the same verdict.</summary>
    [Fact]
    public void AnyOrderOfArrival_GivesTheSameVerdict()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var settings = new FleetSettings();
        for (var round = 0; round < 500; round++)
        {
            var start = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
            var reports = Enumerable.Range(0, random.Next(1, 15)).Select(i =>
                new ProbeReport("pod-a", start.AddSeconds(i), start.AddSeconds(i + 1), Results[random.Next(Results.Length)], "x") { Witnessed = random.Next(2) == 0 }).ToArray();
            var inOrder = reports.Aggregate(PodHealth.Unknown, (health, report) => ProbeJudge.Add(health, report, FleetStory.PodOf("pod-a"), settings));
            random.Shuffle(reports);
            var shuffled = reports.Aggregate(PodHealth.Unknown, (health, report) => ProbeJudge.Add(health, report, FleetStory.PodOf("pod-a"), settings));
            (shuffled.Level, shuffled.GoodInARow, shuffled.FailuresInARow, shuffled.Evidence.Answers)
                .Should().Be((inOrder.Level, inOrder.GoodInARow, inOrder.FailuresInARow, inOrder.Evidence.Answers), $"seed {seed}, round {round}");
            if (inOrder.FailuresInARow < settings.Fall && inOrder.FlapCount < settings.FlapLimit && inOrder.Evidence.Run.All(report => report.Result != ProbeResult.WrongPod))
                inOrder.Level.Should().NotBe(HealthLevel.Unhealthy);
        }
    }
}
