using System.Collections.Immutable;
using PodGate.Core.Routing;
using PodGate.Proxy.Signals;

namespace PodGate.Statistics;

/// <summary>What one pod carried on one day, or in a part of it.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Pod">The pod's name.</param>
internal sealed record DayTraffic(DateOnly Day, string Pod)
{
    private static readonly ImmutableArray<long> NoRequests = [.. new long[6]];
    private static readonly ImmutableArray<long> NoBuckets = [.. new long[TrafficMeter.Bounds.Length + 1]];

    /// <summary>Requests that ended, by class of the code that the client got, as <see cref="PodTraffic.Requests"/>.</summary>
    public ImmutableArray<long> Requests { get; init; } = NoRequests;

    /// <summary>The same requests by duration, not cumulative; one more than <see cref="TrafficMeter.Bounds"/>.</summary>
    public ImmutableArray<long> Buckets { get; init; } = NoBuckets;

    /// <summary>The sum of their durations, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Attempts that ended as the pod's failure, also where another pod made it good.</summary>
    public long Failures { get; init; }

    /// <summary>Bytes of bodies that went to clients.</summary>
    public long BytesToClient { get; init; }

    /// <summary>Bytes of bodies that came from clients.</summary>
    public long BytesToPod { get; init; }

    /// <summary>About how many distinct sources came, as far as <see cref="Sources"/> are not kept any more, or not known.</summary>
    public long KnownClients { get; init; }

    /// <summary>The sources; null when they are not kept.</summary>
    public SourceSketch? Sources { get; init; }

    /// <summary>All requests that ended.</summary>
    public long All => Requests.Sum();

    /// <summary>About how many distinct sources came.</summary>
    public long Clients => Math.Max(KnownClients, Sources?.Estimate() ?? 0);

    /// <summary>Whether there is nothing to tell of.</summary>
    public bool IsEmpty => All == 0 && Failures == 0 && BytesToClient == 0 && BytesToPod == 0 && (Sources?.IsEmpty ?? true) && KnownClients == 0;

    /// <summary>What was counted between two looks at a pod's counters. Counters that have begun anew since, with the pod, count from zero.</summary>
    /// <param name="day">The day that it belongs to.</param>
    /// <param name="before">The look before; null: there was none.</param>
    /// <param name="now">The look.</param>
    /// <param name="sources">Who came.</param>
    public static DayTraffic Between(DateOnly day, PodTraffic? before, PodTraffic now, SourceSketch? sources)
    {
        if (before is not null && (now.Requests.Sum() < before.Requests.Sum() || now.BytesToClient < before.BytesToClient)) before = null;
        return new DayTraffic(day, now.Pod)
        {
            Requests = Less(now.Requests, before?.Requests),
            Buckets = Less(now.Buckets, before?.Buckets),
            Seconds = Math.Max(0, now.DurationSum - (before?.DurationSum ?? 0)),
            Failures = Math.Max(0, now.Failures - (before?.Failures ?? 0)),
            BytesToClient = Math.Max(0, now.BytesToClient - (before?.BytesToClient ?? 0)),
            BytesToPod = Math.Max(0, now.BytesToPod - (before?.BytesToPod ?? 0)),
            Sources = sources,
        };
    }

    /// <summary>Both together. Sources that came to both count once, as long as both are kept.</summary>
    /// <param name="other">The other part.</param>
    public DayTraffic Plus(DayTraffic other) => this with
    {
        Requests = Sum(Requests, other.Requests),
        Buckets = Sum(Buckets, other.Buckets),
        Seconds = Seconds + other.Seconds,
        Failures = Failures + other.Failures,
        BytesToClient = BytesToClient + other.BytesToClient,
        BytesToPod = BytesToPod + other.BytesToPod,
        KnownClients = Math.Max(KnownClients, other.KnownClients),
        Sources = Both(Sources, other.Sources),
    };

    private static SourceSketch? Both(SourceSketch? one, SourceSketch? other)
    {
        if (one is null || other is null) return one ?? other;
        var both = SourceSketch.Of(one.ToArray());
        both.Add(other);
        return both;
    }

    private static ImmutableArray<long> Sum(ImmutableArray<long> one, ImmutableArray<long> other) => [.. one.Zip(other, (a, b) => a + b)];

    private static ImmutableArray<long> Less(ImmutableArray<long> now, ImmutableArray<long>? before) =>
        before is { } known ? [.. now.Zip(known, (a, b) => Math.Max(0, a - b))] : now;
}
