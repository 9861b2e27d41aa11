using System.Collections.Immutable;
using PodGate.Core.Routing;

namespace PodGate.Proxy.Signals;

/// <summary>What has been forwarded to one pod since the gate started.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Requests">Requests by class of the code sent to the client: index 1 to 5 for 1xx to 5xx, 0 for none (aborted).</param>
/// <param name="Buckets">Requests by duration, not cumulative; one more than <see cref="TrafficMeter.Bounds"/>.</param>
/// <param name="DurationSum">The sum of all durations, in seconds.</param>
/// <param name="InFlight">Running now.</param>
/// <param name="Retries">Attempts that went to this pod because another pod had failed, left the traffic, or kept the request waiting.</param>
public sealed record PodTraffic(string Pod, ImmutableArray<long> Requests, ImmutableArray<long> Buckets, double DurationSum, long InFlight, long Retries)
{
    /// <summary>
    /// Attempts that ended as the pod's failure (a server error, no answer, one that broke off), also where another pod then answered the request.
    /// </summary>
    public long Failures { get; init; }

    /// <summary>Bytes of answers' bodies, and of connections after the upgrade, that went to clients. Not: heads, and what the gate itself answered.</summary>
    public long BytesToClient { get; init; }

    /// <summary>Bytes of requests' bodies, and of connections after the upgrade, that came from clients.</summary>
    public long BytesToPod { get; init; }

    /// <summary>Of each class of durations, the slow or failed request of a sampled trace that stands for it; null: there was none. Empty: not known.</summary>
    public ImmutableArray<Exemplar?> Exemplars { get; init; } = [];
}

/// <summary>Counts what is forwarded, striped and without locks, and is read by the metrics page.</summary>
public sealed class TrafficMeter
{
    /// <summary>Upper bounds of the duration buckets, in seconds.</summary>
    public static ImmutableArray<double> Bounds { get; } = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>The same bounds in ticks, so that a request's end compares integers.</summary>
    internal static long[] BoundTicks { get; } = [.. Bounds.Select(bound => TimeSpan.FromSeconds(bound).Ticks)];

    private ImmutableSortedDictionary<string, PodCounters> _pods = ImmutableSortedDictionary.Create<string, PodCounters>(StringComparer.Ordinal);
    private long _noPod;

    /// <summary>Only the pipeline makes one.</summary>
    internal TrafficMeter()
    {
    }

    /// <summary>Requests answered 503 by the gate itself because no pod may serve.</summary>
    public long NoPod => Volatile.Read(ref _noPod);

    /// <summary>Reads everything, by pod, in ordinal order of names. Removed pods are not shown any more.</summary>
    public IReadOnlyList<PodTraffic> Read() => [.. Volatile.Read(ref _pods).Values.Select(counters => counters.Read())];

    /// <summary>The sources whose requests went to each pod since they were last taken. One thread at a time takes them.</summary>
    public IReadOnlyList<(string Pod, SourceSketch Sources)> TakeSources() =>
        [.. Volatile.Read(ref _pods).Select(pod => (pod.Key, pod.Value.TakeSources()))];

    /// <summary>Requests that were forwarded and have ended.</summary>
    internal long Ended => Volatile.Read(ref _pods).Values.Sum(counters => counters.Ended);

    /// <summary>Counts a request for which there was no pod.</summary>
    internal void HadNoPod() => Interlocked.Increment(ref _noPod);

    /// <summary>The counters of a pod, kept by name. Called by the publishing thread only.</summary>
    internal PodCounters For(PodRoute pod)
    {
        if (_pods.TryGetValue(pod.Name, out var counters))
        {
            counters.Follow(pod.Load);
            return counters;
        }

        counters = new PodCounters(pod.Name, pod.Load);
        Volatile.Write(ref _pods, _pods.Add(pod.Name, counters));
        return counters;
    }

    /// <summary>Forgets a pod that is not configured any more. Called by the publishing thread only.</summary>
    internal void Forget(string pod) => Volatile.Write(ref _pods, _pods.Remove(pod));
}
