using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.Metrics;
using PodGate.Operator;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Turnstiles;
using PodGate.TestKit;
using PodGate.Tests.Operator;
using Xunit.Abstractions;
using PodTraffic = PodGate.Proxy.Signals.PodTraffic;

namespace PodGate.Tests.Metrics;

/// <summary>How much a scrape of a hundred pods is, which have had everything that is counted; what it takes is measured by bench/micro.</summary>
public sealed partial class ScrapeSizeTests(ITestOutputHelper output)
{
    private const int Pods = 100;
    private const int Most = 200_000;

    [Fact]
    public void HundredPods_AreLessThanTwoHundredKilobytes_AsPrometheusTakesThem()
    {
        using var writer = new ExpositionWriter(isOpenMetrics: true);
        Page().Write(writer);
        writer.End();
        using var compressed = MetricsEndpoint.Compressed(writer.Written);
        output.WriteLine($"{Pods} pods: {writer.Written.Length} bytes, compressed {compressed.Length}");
        compressed.Length.Should().BeLessThan(Most);
        writer.Written.Length.Should().BeLessThan(Pods * 7_000, "a pod is 7 kB at the most, before it is compressed");
    }

    /// <summary>Read by the rules of OpenMetrics 1.0, as far as this page makes use of them.</summary>
    [Fact]
    public void OpenMetrics_AreReadLineByLine_AndExemplarsStandInTheirBucket()
    {
        using var writer = new ExpositionWriter(isOpenMetrics: true);
        Page().Write(writer);
        writer.End();
        var lines = Encoding.UTF8.GetString(writer.Written.Span).Split('\n');
        lines[^2..].Should().Equal("# EOF", "");
        lines.SkipLast(2).Should().OnlyContain(line => Line().IsMatch(line));
        var exemplars = lines.Select(line => Standing().Match(line)).Where(match => match.Success).ToList();
        exemplars.Should().HaveCount(2 * Pods, "two classes of durations have one");
        foreach (var match in exemplars)
        {
            match.Groups["trace"].Length.Should().Be(32);
            double.Parse(match.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture).Should().BeLessThanOrEqualTo(
                match.Groups["le"].Value == "+Inf" ? double.MaxValue : double.Parse(match.Groups["le"].Value, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z0-9_]+ .*|[a-z0-9_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? \S+( # \{trace_id="[0-9a-f]{32}"\} \S+ [0-9.]+)?)$""")]
    private static partial Regex Line();

    [GeneratedRegex("""^podgate_request_duration_seconds_bucket\{.*le="(?<le>[^"]+)"\} \d+ # \{trace_id="(?<trace>[0-9a-f]+)"\} (?<value>\S+) """)]
    private static partial Regex Standing();

    private static MetricsPage Page()
    {
        var now = new DateTimeOffset(2026, 11, 29, 0, 0, 0, TimeSpan.Zero);
        var settings = new FleetSettings
        {
            Pods = Enumerable.Range(0, Pods).Select(i => $"pod-{i:000}").ToImmutableSortedDictionary(
                name => name,
                name => new PodSettings(name, new Uri($"http://{name}/"), new HealthSettings(new Uri($"http://{name}/health")), ImmutableSortedDictionary<string, string>.Empty),
                StringComparer.Ordinal),
        };
        var intent = new PodIntent(IntentKind.Enabled, "configuration", "", now);
        var pods = settings.Pods.ToImmutableSortedDictionary(
            pod => pod.Key,
            pod => new Pod
            {
                Settings = pod.Value,
                Record = new PodRecord(pod.Key, pod.Value.Address.ToString(), 1, intent, null, now),
                State = PodState.Open,
                StateSince = now,
                Health = new PodHealth { Level = HealthLevel.Healthy },
                Sentence = "",
            },
            StringComparer.Ordinal);
        var fleet = new Fleet { Settings = settings, Pods = pods, Running = true, InTraffic = Pods };
        var snapshot = new RoutingSnapshot(1, Ramp.Routes(fleet, now, _ => new PodLoad()), new SlotHashing(new Key128(1, 2)));
        var view = new FleetView(fleet, snapshot, now);
        var buckets = Enumerable.Range(1, TrafficMeter.Bounds.Length + 1).Select(i => 123_456L * i).ToImmutableArray();
        var probed = Enum.GetValues<ProbeResult>().Select(result => 1_000L + (int)result).ToImmutableArray();
        Exemplar?[] standing = [.. new Exemplar?[TrafficMeter.Bounds.Length - 1], new("4bf92f3577b34da6a3ce929d0e0e4736", 12.345678, now), new("4bf92f3577b34da6a3ce929d0e0e4737", 45.5, now)];
        return new MetricsPage(new MetricsSources
        {
            View = () => view,
            Traffic = () => [.. settings.Pods.Keys.Select(name => new PodTraffic(name, [12, 0, 1_234_567, 2_345, 45_678, 321], buckets, 123_456.789012, 17, 42)
                { Failures = 345, BytesToClient = 987_654_321_012, BytesToPod = 87_654_321_098, Exemplars = [.. standing] })],
            NoPod = () => 12,
            Queues = () => [.. settings.Pods.Keys.Select(name => new QueueReading(name, 200, 17, 3, 4_567, 89, 12))],
            Probes = () => [.. settings.Pods.Keys.Select(name => new PodProbes(name, probed, [.. buckets.Take(ProbeMeter.Bounds.Length + 1)], 12_345.678901, now, 3))],
            Self = () => new SelfReading(TimeSpan.FromMilliseconds(3), 0, TimeSpan.FromMilliseconds(1), TimeSpan.Zero),
            LoopRestarts = () => 0,
            Transitions = () => settings.Pods.Keys.SelectMany(name => new[] { Cause.Added, Cause.FirstPassed, Cause.Refused, Cause.Enabled, Cause.RampComplete }, (name, cause) => (name, cause))
                .ToDictionary(key => (key.name, key.cause), _ => 7L),
            Journal = new MemoryJournal(),
            Reload = () => new ReloadStatus(true, now),
            Alerts = () => new AlertCounts(1, 2, 3, 4),
        }, new ManualTime(now));
    }
}
