using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Health;

/// <summary>What holds of every verdict, whatever the evidence; failing cases are made smaller before they are shown.</summary>
public sealed class JudgeProperties(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private static readonly PodSettings Pod = new(
        "pod-a", new Uri("http://192.0.2.1/"), new HealthSettings(new Uri("http://192.0.2.1/health")), ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>What a probe can find that is not by itself enough.</summary>
    private static readonly ProbeResult[] Results = [.. Enum.GetValues<ProbeResult>().Where(result => result != ProbeResult.WrongPod)];

    [Fact]
    public void FewerFailuresThanFall_NeverMakeUnhealthy() => SeededProperty.Holds(output, AnyStory, 500, story =>
    {
        var settings = new FleetSettings { Fall = story.Fall, FlapLimit = 0 };
        foreach (var length in Enumerable.Range(0, story.Probes.Length + 1))
        {
            var health = Judge(story.Probes.Take(length), settings);
            var longest = LongestRun(story.Probes.Take(length));
            if (longest < story.Fall) health.Level.Should().NotBe(HealthLevel.Unhealthy, "no {0} failures were seen in a row", story.Fall);
            if (longest < ProbeJudge.SuspectAfter) health.Level.Should().BeOneOf(HealthLevel.Unknown, HealthLevel.Healthy, HealthLevel.Degraded, HealthLevel.Leaving);
        }
    });

    [Fact]
    public void ReportsThatArriveWithinAnInstant_GiveTheSameVerdictInAnyOrder() => SeededProperty.Holds(output, AnyStory, 500, story =>
    {
        var settings = new FleetSettings { Fall = story.Fall };
        var inOrder = Judge(story.Probes, settings);
        var probes = story.Probes.ToArray();
        new Random(story.Shuffle).Shuffle(probes);
        var otherwise = Judge(probes, settings);
        (otherwise.Level, otherwise.Evidence.Counted, otherwise.GoodInARow, otherwise.Flapping)
            .Should().Be((inOrder.Level, inOrder.Evidence.Counted, inOrder.GoodInARow, inOrder.Flapping));
    });

    [Fact]
    public void ReportsSentInTheSameInstant_GiveTheSameVerdictInAnyOrder() => SeededProperty.Holds(output, AnyStory, 500, story =>
    {
        var settings = new FleetSettings { Fall = story.Fall };
        var probes = story.Probes.Select((probe, i) => probe with
        {
            SentAt = Start.AddSeconds(i / 3), FinishedAt = Start.AddSeconds((i / 3) + 1 + (i % 2)), DataPortTook = i % 4 == 0,
        }).ToArray();
        var inOrder = Judge(probes, settings);
        new Random(story.Shuffle).Shuffle(probes);
        var otherwise = Judge(probes, settings);
        (otherwise.Level, otherwise.Evidence.Counted, otherwise.Evidence.Answers, otherwise.GoodInARow, otherwise.FlapCount, otherwise.Flapping)
            .Should().Be((inOrder.Level, inOrder.Evidence.Counted, inOrder.Evidence.Answers, inOrder.GoodInARow, inOrder.FlapCount, inOrder.Flapping));
        otherwise.Recent.Select(report => (report.SentAt, report.FinishedAt, report.Result)).Should().Equal(inOrder.Recent.Select(report => (report.SentAt, report.FinishedAt, report.Result)));
    });

    [Fact]
    public void SilenceWithoutAWitness_NeverAccuses() => SeededProperty.Holds(output, AnyStory, 300, story =>
    {
        var silent = story.Probes.Select(probe => probe with { Result = probe.Result == ProbeResult.Healthy ? ProbeResult.Healthy : ProbeResult.TimedOut, Witnessed = false });
        Judge(silent, new FleetSettings { Fall = story.Fall }).Level.Should().BeOneOf(HealthLevel.Unknown, HealthLevel.Healthy);
    });

    [Fact]
    public void FewerSourcesThanTheSetting_NeverAccuseAPod_WhateverTheyMeet() => SeededProperty.Holds(output, AnyTraffic, 300, traffic =>
    {
        var settings = new TrafficSettings { Sources = traffic.Sources };
        foreach (var verdict in Live(traffic, settings, broken: traffic.Sources - 1)) verdict.IsSuspicion.Should().BeFalse("{0} of {1} sources are affected", traffic.Sources - 1, traffic.Sources);
    });

    [Fact]
    public void OneSourceAlone_NeverCondemns_WhateverTheSettings() => SeededProperty.Holds(output, AnyTraffic, 300, traffic =>
    {
        var settings = new TrafficSettings { Sources = traffic.Sources, SharePercent = 1, SlowFor = TimeSpan.Zero, SlowLeast = TimeSpan.FromMilliseconds(10) };
        foreach (var verdict in Live(traffic, settings, broken: 1)) verdict.IsSuspicion.Should().BeFalse();
    });

    private static PodHealth Judge(IEnumerable<ProbeReport> reports, FleetSettings settings) =>
        reports.Aggregate(PodHealth.Unknown, (health, report) => ProbeJudge.Add(health, report, Pod, settings));

    /// <summary>The most failures that count between two good probes; an inconclusive one says nothing.</summary>
    private static int LongestRun(IEnumerable<ProbeReport> reports)
    {
        int longest = 0, run = 0;
        foreach (var report in reports.Where(report => report.Result != ProbeResult.Inconclusive))
        {
            run = report.IsGood ? 0 : ProbeJudge.Counts(report) ? run + 1 : run;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    /// <summary>Every verdict about pod 0 while some of its sources meet what the case says and all others are served well at once.</summary>
    private static IEnumerable<TrafficHealth> Live(Traffic traffic, TrafficSettings settings, int broken)
    {
        var outcomes = Enumerable.Range(0, traffic.Pods).Select(_ => new SlotOutcomes { SlowFrom = settings.SlowLeast }).ToArray();
        var health = TrafficHealth.Quiet;
        for (var tick = 0; tick < traffic.Requests.Length; tick++)
        {
            var now = Start.AddMilliseconds(100 * tick);
            var (outcome, wait, times) = traffic.Requests[tick];
            for (var slot = 0; slot < 40; slot++)
            {
                var isBroken = slot % traffic.Pods == 0 && slot / traffic.Pods < broken;
                for (var i = 0; i < (isBroken ? times : 1); i++)
                    outcomes[slot % traffic.Pods].Record(slot, isBroken ? outcome : SlotOutcome.Fine, SlotOutcomes.MomentOf(now), TimeSpan.FromMilliseconds(isBroken ? wait : 2));
            }

            var picture = TrafficLook.Take([.. outcomes.Select((o, i) => new TrafficSubject($"pod-{i}", o, true, i == 0 ? health : TrafficHealth.Quiet))], now, settings);
            health = TrafficJudge.Judge(health, picture.Pods.GetValueOrDefault("pod-0"), inTraffic: true, settings, now);
            yield return health;
        }
    }

    private static Arbitrary<Story> AnyStory
    {
        get
        {
            var probe = from result in Gen.Frequency((2, Gen.Constant(ProbeResult.Healthy)), (3, Gen.Elements(Results)))
                        from witnessed in Gen.Elements(true, false)
                        select (result, witnessed);
            var story = from fall in Gen.Choose(2, 6)
                        from shuffle in Gen.Choose(0, int.MaxValue)
                        from length in Gen.Choose(0, 18)
                        from probes in probe.ListOf(length)
                        select new Story(fall, shuffle, [.. probes.Select((one, i) => Report(i, one.result, one.witnessed))]);
            return Arb.From(story, one => Enumerable.Range(0, one.Probes.Length).Select(i => one with { Probes = one.Probes.RemoveAt(i) }));
        }
    }

    private static Arbitrary<Traffic> AnyTraffic
    {
        get
        {
            var request = from outcome in Gen.Elements(Enum.GetValues<SlotOutcome>().Where(one => one != SlotOutcome.None).ToArray())
                          from wait in Gen.Elements(0, 3, 800, 30_000)
                          from times in Gen.Elements(1, 1, 50)
                          select (outcome, wait, times);
            var traffic = from pods in Gen.Choose(2, 4)
                          from sources in Gen.Choose(2, 8)
                          from length in Gen.Choose(1, 40)
                          from requests in request.ListOf(length)
                          select new Traffic(pods, sources, [.. requests]);
            return Arb.From(traffic, one => Enumerable.Range(0, one.Requests.Length).Select(i => one with { Requests = one.Requests.RemoveAt(i) }));
        }
    }

    private static ProbeReport Report(int second, ProbeResult result, bool witnessed) =>
        new("pod-a", Start.AddSeconds(second), Start.AddSeconds(second + 1), result, "x") { Witnessed = witnessed };

    private sealed record Story(int Fall, int Shuffle, ImmutableArray<ProbeReport> Probes);

    private sealed record Traffic(int Pods, int Sources, ImmutableArray<(SlotOutcome Outcome, int Wait, int Times)> Requests);
}
