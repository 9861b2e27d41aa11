namespace PodGate.Operator;

/// <summary>The answer of <c>GET /api/v1/pods/{name}/trend</c>: the last hour of a pod, as far as the process has run.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Steps">Half a minute each, oldest first, at most 120.</param>
/// <param name="Failovers">The events by which it was failed over within that hour, oldest first.</param>
public sealed record TrendJson(string Pod, IReadOnlyList<TrendStepJson> Steps, IReadOnlyList<EventJson> Failovers);

/// <summary>Half a minute of a pod's traffic.</summary>
/// <param name="Until">When it ended.</param>
/// <param name="Seconds">How long it was: 30, more when the gate was late.</param>
/// <param name="RequestsPerSecond">Requests that ended, a second.</param>
/// <param name="ErrorShare">What ended as the pod's failure (a server error, no answer, one that broke off), as a share of what ended, 0 to 1.</param>
/// <param name="MedianMilliseconds">What half of the requests took at most, from arrival to the end of the answer; null when there were none.</param>
/// <param name="P95Milliseconds">What 95 % of them took at most; null when there were none.</param>
public sealed record TrendStepJson(
    DateTimeOffset Until, double Seconds, double RequestsPerSecond, double ErrorShare, double? MedianMilliseconds, double? P95Milliseconds);
