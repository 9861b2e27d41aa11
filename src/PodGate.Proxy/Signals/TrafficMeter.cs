using System.Collections.Immutable;

namespace PodGate.Proxy.Signals;

/// <summary>What has been forwarded to one pod since the gate started.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Requests">Requests by class of the code sent to the client: index 1 to 5 for 1xx to 5xx, 0 for none (aborted).</param>
/// <param name="Buckets">Requests by duration, not cumulative; one more than <see cref="TrafficMeter.Bounds"/>.</param>
/// <param name="DurationSum">The sum of all durations, in seconds.</param>
/// <param name="InFlight">Running now.</param>
/// <param name="Retries">Attempts that went to this pod because another pod had failed.</param>
public sealed record PodTraffic(string Pod, ImmutableArray<long> Requests, ImmutableArray<long> Buckets, double DurationSum, long InFlight, long Retries);

/// <summary>Counts what is forwarded, striped and without locks, and is read by the metrics page.</summary>
public sealed class TrafficMeter
{
    /// <summary>Upper bounds of the duration buckets, in seconds.</summary>
    public static ImmutableArray<double> Bounds { get; } = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>Requests answered 503 by the gate itself because no pod may serve.</summary>
    public long NoPod => throw new NotImplementedException();

    /// <summary>Reads everything, by pod.</summary>
    public IReadOnlyList<PodTraffic> Read() => throw new NotImplementedException();
}
