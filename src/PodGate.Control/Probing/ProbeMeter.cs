using System.Collections.Immutable;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>What the probes of one pod have found since the gate started (or since the pod was configured).</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Results">Finished probes by result: the index is the number of the <see cref="ProbeResult"/>.</param>
/// <param name="Buckets">Finished probes by duration, not cumulative; one more than <see cref="ProbeMeter.Bounds"/>.</param>
/// <param name="DurationSum">The sum of all durations, in seconds.</param>
/// <param name="LastFinishedAt">When the last one finished; null before the first.</param>
/// <param name="Skipped">Probes that were due and not sent because too many were still running.</param>
public sealed record PodProbes(
    string Pod, ImmutableArray<long> Results, ImmutableArray<long> Buckets, double DurationSum, DateTimeOffset? LastFinishedAt, long Skipped)
{
    /// <summary>The check of the gate's own that this is about; null: the health address.</summary>
    public string? Check { get; init; }
}

/// <summary>Counts probes, and is read by the metrics page. May be used from any thread.</summary>
public sealed class ProbeMeter
{
    private static readonly int ResultCount = Enum.GetValues<ProbeResult>().Length;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Pod, string? Check), Counts> _counts = [];

    /// <summary>Upper bounds of the duration buckets, in seconds.</summary>
    public static ImmutableArray<double> Bounds { get; } = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Reads everything, by pod and check in ordinal order, the health address first.</summary>
    public ImmutableArray<PodProbes> Read()
    {
        lock (_lock)
        {
            return
            [
                .. _counts.OrderBy(pair => pair.Key.Pod, StringComparer.Ordinal).ThenBy(pair => pair.Key.Check, StringComparer.Ordinal)
                    .Select(pair => pair.Value.Read(pair.Key.Pod) with { Check = pair.Key.Check }),
            ];
        }
    }

    /// <summary>Counts these pods' health addresses and checks, and forgets all others.</summary>
    internal void Follow(IReadOnlySet<(string Pod, string? Check)> followed)
    {
        lock (_lock)
        {
            foreach (var gone in _counts.Keys.Where(key => !followed.Contains(key)).ToList()) _counts.Remove(gone);
            foreach (var key in followed) _counts.TryAdd(key, new Counts());
        }
    }

    internal void Add(ProbeReport report)
    {
        lock (_lock)
        {
            if (_counts.TryGetValue((report.Pod, report.Check), out var counts)) counts.Add(report);
        }
    }

    internal void AddSkipped(string pod, string? check)
    {
        lock (_lock)
        {
            if (_counts.TryGetValue((pod, check), out var counts)) counts.Skipped++;
        }
    }

    private sealed class Counts
    {
        private readonly long[] _results = new long[ResultCount];
        private readonly long[] _buckets = new long[Bounds.Length + 1];
        private double _sum;
        private DateTimeOffset? _last;

        internal long Skipped { get; set; }

        internal void Add(ProbeReport report)
        {
            var seconds = Math.Max(0, report.Duration.TotalSeconds);
            var bucket = Bounds.BinarySearch(seconds);
            _results[(int)report.Result]++;
            _buckets[bucket >= 0 ? bucket : ~bucket]++;
            _sum += seconds;
            // Overlapping probes finish in any order.
            if (_last is null || report.FinishedAt > _last) _last = report.FinishedAt;
        }

        internal PodProbes Read(string pod) => new(pod, [.. _results], [.. _buckets], _sum, _last, Skipped);
    }
}
