using System.Globalization;
using PodGate.Core.Health;
using PodGate.Core.Routing;
using Xunit.Abstractions;

namespace PodGate.Core.Tests.Health;

/// <summary>
/// Every pod fails the same share of its requests, at random: a bad release, a shared database that is overloaded. Whatever pattern chance makes of it, no pod
/// stands out; and a pod that really fails more than the others does.
/// </summary>
public sealed class EqualErrorsTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(3, 13, 0.03, 0.2)]
    [InlineData(3, 13, 0.1, 0.2)]
    [InlineData(3, 13, 0.3, 0.2)]
    [InlineData(3, 13, 0.5, 0.2)]
    [InlineData(3, 25, 0.1, 2)]
    [InlineData(3, 25, 0.2, 0.2)]
    [InlineData(3, 40, 0.05, 2)]
    [InlineData(3, 40, 0.3, 2)]
    [InlineData(2, 13, 0.2, 0.2)]
    [InlineData(2, 30, 0.3, 1)]
    [InlineData(20, 8, 0.2, 0.5)]
    [InlineData(20, 8, 0.35, 0.5)]
    public void EqualRatesEverywhere_NoPodIsSuspected(int pods, int sources, double rate, double gap)
    {
        var random = Seeded();
        var suspected = Live(random, pods, sources, gap, _ => rate, minutes: 20);
        suspected.Should().BeEmpty("all pods fail {0:P0} of their requests", rate);
    }

    // How bad a pod must be to be seen, beside others that are well or fail a little.
    [Theory]
    [InlineData(3, 13, 1.0, 0.0, 0.2)]
    [InlineData(3, 13, 0.6, 0.02, 0.2)]
    [InlineData(3, 40, 0.4, 0.01, 0.2)]
    [InlineData(2, 13, 1.0, 0.05, 0.2)]
    [InlineData(6, 13, 1.0, 0.0, 2)]
    public void OnePodThatFailsMore_IsSuspectedSoon(int pods, int sources, double rate, double elsewhere, double gap)
    {
        var random = Seeded();
        var suspected = Live(random, pods, sources, gap, pod => pod == 0 ? rate : elsewhere, minutes: 1);
        suspected.Should().NotBeEmpty().And.OnlyContain(one => one.Pod == 0);
        suspected[0].At.Should().BeLessThan(TimeSpan.FromSeconds(30));
    }

    private Random Seeded()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PODGATE_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 20261126;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    /// <summary>Sources that ask about every so many seconds; looks every 100 ms, each pod judged from the beginning as long as nothing is suspected.</summary>
    private static List<(int Pod, TimeSpan At)> Live(Random random, int pods, int sources, double gap, Func<int, double> rate, double minutes)
    {
        var settings = new TrafficSettings();
        var outcomes = Enumerable.Range(0, pods).Select(_ => new SlotOutcomes { SlowFrom = settings.SlowLeast }).ToArray();
        var health = Enumerable.Repeat(TrafficHealth.Quiet, pods).ToArray();
        var next = Enumerable.Range(0, pods * sources).Select(_ => random.NextDouble() * gap).ToArray();
        var suspected = new List<(int, TimeSpan)>();
        for (var tick = 0; tick < minutes * 600; tick++)
        {
            var now = Start.AddMilliseconds(100 * tick);
            for (var source = 0; source < next.Length; source++)
            {
                if (next[source] > tick * 0.1) continue;
                next[source] += gap * (0.5 + random.NextDouble());
                var pod = source % pods;
                var outcome = random.NextDouble() < rate(pod) ? SlotOutcome.ServerError : SlotOutcome.Fine;
                outcomes[pod].Record(source, outcome, SlotOutcomes.MomentOf(now), TimeSpan.FromMilliseconds(2));
            }

            var picture = TrafficLook.Take([.. outcomes.Select((one, i) => new TrafficSubject($"pod-{i}", one, true, health[i]))], now, settings);
            for (var i = 0; i < pods; i++)
            {
                health[i] = TrafficJudge.Judge(health[i], picture.Pods.GetValueOrDefault($"pod-{i}"), inTraffic: true, settings, now);
                if (!health[i].Accuses) continue;
                suspected.Add((i, now - Start));
                health[i] = TrafficHealth.Quiet with { NotBefore = now };
            }
        }

        return suspected;
    }
}
