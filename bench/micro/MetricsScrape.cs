using BenchmarkDotNet.Attributes;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Metrics;
using PodGate.Operator;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Turnstiles;

namespace Micro;

/// <summary>One page for Prometheus, from the counters to the bytes, as they are and compressed; the network is not in it.</summary>
[MemoryDiagnoser]
public class MetricsScrape
{
    private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(3);

    private MetricsPage _page = null!;

    /// <summary>How many bytes the page had, by the number of pods; for the end of the run.</summary>
    internal static SortedDictionary<int, (int Plain, long Compressed)> PageSizes { get; } = [];

    [Params(100, 1000)]
    public int Pods { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var fleets = Fleets.Of(Pods);
        var snapshot = fleets.Snapshot();
        var view = new FleetView(fleets.Whole, snapshot, Fleets.Now);
        var (traffic, probes) = (new TrafficMeter(), new ProbeMeter());
        probes.Follow(snapshot.Pods.Select(pod => (pod.Name, (string?)null)).ToHashSet());
        foreach (var pod in snapshot.Pods)
        {
            for (var request = 0; request < 1000; request++) traffic.For(pod).Ends(request % 64 == 63 ? 500 : 200, TimeSpan.FromMilliseconds(request));
            for (var probe = 60; probe > 0; probe--)
            {
                var sent = Fleets.Now - TimeSpan.FromSeconds(probe);
                probes.Add(new ProbeReport(pod.Name, sent, sent + Took, ProbeResult.Healthy, "health answered Healthy"));
            }
        }

        QueueReading[] queues = [.. snapshot.Pods.Select(pod => new QueueReading(pod.Name, 0, 0, 0, 0, 0, 0))];
        Dictionary<(string Pod, Cause Cause), long> transitions = [];
        foreach (var pod in snapshot.Pods) transitions[(pod.Name, Cause.Added)] = transitions[(pod.Name, Cause.Recovered)] = 1;
        _page = new MetricsPage(new MetricsSources
        {
            View = () => view,
            Traffic = traffic.Read,
            NoPod = () => traffic.NoPod,
            Probes = () => probes.Read(),
            Queues = () => queues,
            Self = () => new SelfReading(Took, 0, Took, TimeSpan.Zero),
            LoopRestarts = () => 0,
            Transitions = () => new Dictionary<(string Pod, Cause Cause), long>(transitions),
            Journal = new StillJournal(),
            Reload = () => new ReloadStatus(true, Fleets.Now),
            Alerts = () => new AlertCounts(0, 0, 0, 0),
        }, new StillTime());
        PageSizes[Pods] = (Page(), CompressedPage());
    }

    [Benchmark]
    public int Page()
    {
        using var writer = new ExpositionWriter();
        _page.Write(writer);
        return writer.Written.Length;
    }

    [Benchmark]
    public long CompressedPage()
    {
        using var writer = new ExpositionWriter(isOpenMetrics: true);
        _page.Write(writer);
        writer.End();
        using var compressed = MetricsEndpoint.Compressed(writer.Written);
        return compressed.Length;
    }

    private sealed class StillTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Fleets.Now;
    }
}
