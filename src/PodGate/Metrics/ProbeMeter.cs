using System.Collections.Concurrent;
using System.Collections.Immutable;
using PodGate.Core.Health;

namespace PodGate.Metrics;

/// <summary>Counts the probes of each pod by result and duration. Probes are a few a second, so a lock a pod is cheap enough.</summary>
internal sealed class ProbeMeter
{
    /// <summary>Upper bounds of the duration buckets, in seconds; the longest timeout is a minute.</summary>
    public static ImmutableArray<double> Bounds { get; } = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly ConcurrentDictionary<string, Counts> _pods = new(StringComparer.Ordinal);

    /// <summary>Counts a probe.</summary>
    /// <param name="report">What it found.</param>
    public void Record(ProbeReport report)
    {
        var counts = _pods.GetOrAdd(report.Pod, static _ => new Counts());
        var seconds = Math.Max(0, report.Duration.TotalSeconds);
        var bucket = 0;
        while (bucket < Bounds.Length && seconds > Bounds[bucket]) bucket++;
        lock (counts)
        {
            counts.Buckets[bucket]++;
            counts.Sum += seconds;
            counts.Results[(int)report.Result]++;
        }
    }

    /// <summary>Reads a pod's counts; all zero for one that was never probed.</summary>
    /// <param name="pod">The pod's name.</param>
    public ProbeCounts Read(string pod)
    {
        if (!_pods.TryGetValue(pod, out var counts)) return new ProbeCounts(new long[Bounds.Length + 1], 0, new long[Results.Length]);
        lock (counts) return new ProbeCounts([.. counts.Buckets], counts.Sum, [.. counts.Results]);
    }

    /// <summary>Forgets pods that are no longer there, so that names come and go without a trace.</summary>
    /// <param name="exists">Whether a pod is still there.</param>
    public void Keep(Func<string, bool> exists)
    {
        foreach (var pod in _pods.Keys)
        {
            if (!exists(pod)) _pods.TryRemove(pod, out _);
        }
    }

    /// <summary>Every result there is, in the order of <see cref="ProbeCounts.Results"/>.</summary>
    public static ImmutableArray<ProbeResult> Results { get; } = [.. Enum.GetValues<ProbeResult>()];

    private sealed class Counts
    {
        public readonly long[] Buckets = new long[Bounds.Length + 1];
        public readonly long[] Results = new long[ProbeMeter.Results.Length];
        public double Sum;
    }
}

/// <summary>What was counted of one pod's probes.</summary>
/// <param name="Buckets">Probes by duration, not cumulative; one more than <see cref="ProbeMeter.Bounds"/>.</param>
/// <param name="Sum">The sum of all durations, in seconds.</param>
/// <param name="Results">Probes by result, in the order of <see cref="ProbeMeter.Results"/>.</param>
internal sealed record ProbeCounts(long[] Buckets, double Sum, long[] Results);
