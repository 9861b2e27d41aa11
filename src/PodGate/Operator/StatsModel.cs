namespace PodGate.Operator;

/// <summary>The answer of <c>GET /api/v1/stats</c>: what pods carried on the last days, as of the last full minute.</summary>
/// <param name="Pod">The pod that was asked for; null: all.</param>
/// <param name="From">The first day, as <c>2026-11-29</c>, in UTC as all days.</param>
/// <param name="To">The last one: today.</param>
/// <param name="LatencyBounds">Upper bounds of the classes of <see cref="DayStatsJson.Latency"/>, in seconds; the last class has none.</param>
/// <param name="Days">Every pod's every day of which there is something, oldest first, by name within a day.</param>
public sealed record StatsJson(string? Pod, string From, string To, IReadOnlyList<double> LatencyBounds, IReadOnlyList<DayStatsJson> Days);

/// <summary>What a pod carried on a day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Pod">The pod; null: all of them together, as far as the page shows that.</param>
/// <param name="Requests">Requests that ended.</param>
/// <param name="Codes">The same by class of the code that the client got: none (it went away first), 1xx to 5xx.</param>
/// <param name="Failures">
/// Attempts that ended as the pod's failure (a server error, no answer, one that broke off), also where another pod made it good.
/// </param>
/// <param name="BytesToClient">Bytes of bodies, and of connections after the upgrade, that went to clients.</param>
/// <param name="BytesToPod">The same that came from clients.</param>
/// <param name="AverageMilliseconds">From a request's arrival to the end of its answer, on average; null when there were none.</param>
/// <param name="MedianMilliseconds">What half of the requests took at most, as far as classes tell; null when there were none.</param>
/// <param name="P95Milliseconds">What 95 % took at most.</param>
/// <param name="P99Milliseconds">What 99 % took at most.</param>
/// <param name="Latency">Requests by duration: one class more than there are bounds.</param>
/// <param name="Clients">About how many distinct sources sent requests to the pod, with a standard deviation of 1.6 %; null: not known.</param>
public sealed record DayStatsJson(
    string Day,
    string? Pod,
    long Requests,
    IReadOnlyList<long> Codes,
    long Failures,
    long BytesToClient,
    long BytesToPod,
    double? AverageMilliseconds,
    double? MedianMilliseconds,
    double? P95Milliseconds,
    double? P99Milliseconds,
    IReadOnlyList<long> Latency,
    long? Clients)
{
    /// <summary>Failures as a share of the requests, 0 to 1. One that another pod made good is no request of this pod's, hence the limit.</summary>
    internal double ErrorShare => Failures == 0 ? 0 : (double)Failures / Math.Max(Requests, Failures);
}
