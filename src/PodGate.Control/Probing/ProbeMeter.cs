using System.Collections.Immutable;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>What the probes of one pod's health address, or of one check, have found.</summary>
/// <param name="Results">Finished probes by result: the index is the number of the <see cref="ProbeResult"/>.</param>
/// <param name="Buckets">Finished probes by duration, not cumulative; one more than <see cref="ProbeMeter.Bounds"/>.</param>
/// <param name="DurationSum">The sum of all durations, in seconds.</param>
public sealed record TrackProbes(ImmutableArray<long> Results, ImmutableArray<long> Buckets, double DurationSum);

/// <summary>What the probes of one pod have found since the gate started (or since the pod was configured).</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Document">Those of its health address.</param>
/// <param name="Checks">Those of the gate's own checks, by name; only those that have run.</param>
/// <param name="LastFinishedAt">When the last one of its health address finished; null before the first.</param>
/// <param name="Skipped">Probes that were due and not sent because too many were still running.</param>
public sealed record PodProbes(
    string Pod, TrackProbes Document, ImmutableSortedDictionary<string, TrackProbes> Checks, DateTimeOffset? LastFinishedAt, long Skipped);

/// <summary>Counts probes, and is read by the metrics page. May be used from any thread.</summary>
public sealed class ProbeMeter
{
    private static readonly int ResultCount = Enum.GetValues<ProbeResult>().Length;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Counts> _pods = new(StringComparer.Ordinal);

    /// <summary>Upper bounds of the duration buckets, in seconds.</summary>
    public static ImmutableArray<double> Bounds { get; } = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Reads everything, by pod in ordinal order.</summary>
    public ImmutableArray<PodProbes> Read()
    {
        lock (_lock)
        {
            return [.. _pods.Select(pair => pair.Value.Read(pair.Key))];
        }
    }

    internal void Follow(string pod)
    {
        lock (_lock)
        {
            _pods.TryAdd(pod, new Counts());
        }
    }

    internal void Forget(string pod)
    {
        lock (_lock)
        {
            _pods.Remove(pod);
        }
    }

    internal void Add(ProbeReport report)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(report.Pod, out var counts)) counts.Add(report);
        }
    }

    internal void AddSkipped(string pod)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(pod, out var counts)) counts.Skipped++;
        }
    }

    private sealed class Counts
    {
        // A renamed check leaves its numbers behind; beyond twice the most that can be configured the oldest name that is left goes.
        private const int MostChecks = 2 * CheckSettings.MostChecks;

        private readonly Track _document = new();
        private readonly SortedDictionary<string, Track> _checks = new(StringComparer.Ordinal);
        private readonly Queue<string> _names = new();
        private DateTimeOffset? _last;

        internal long Skipped { get; set; }

        internal void Add(ProbeReport report)
        {
            TrackOf(report.Check).Add(report);
            // Overlapping probes finish in any order.
            if (report.Check is null && (_last is null || report.FinishedAt > _last)) _last = report.FinishedAt;
        }

        internal PodProbes Read(string pod) => new(
            pod, _document.Read(), _checks.ToImmutableSortedDictionary(check => check.Key, check => check.Value.Read(), StringComparer.Ordinal), _last, Skipped);

        private Track TrackOf(string? check)
        {
            if (check is null) return _document;
            if (_checks.TryGetValue(check, out var known)) return known;
            if (_names.Count == MostChecks) _checks.Remove(_names.Dequeue());
            _names.Enqueue(check);
            return _checks[check] = new Track();
        }
    }

    private sealed class Track
    {
        private readonly long[] _results = new long[ResultCount];
        private readonly long[] _buckets = new long[Bounds.Length + 1];
        private double _sum;

        internal void Add(ProbeReport report)
        {
            var seconds = Math.Max(0, report.Duration.TotalSeconds);
            var bucket = Bounds.BinarySearch(seconds);
            _results[(int)report.Result]++;
            _buckets[bucket >= 0 ? bucket : ~bucket]++;
            _sum += seconds;
        }

        internal TrackProbes Read() => new([.. _results], [.. _buckets], _sum);
    }
}
