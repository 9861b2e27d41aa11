using System.Collections.Immutable;
using System.Net;

namespace PodGate.Proxy;

/// <summary>What the request path goes by; swapped as a whole when the configuration changes.</summary>
public sealed record ProxySettings
{
    /// <summary>The response header that names the pod, or null for none. <value>Default X-Pod.</value></summary>
    public string? ResponseHeader { get; init; } = "X-Pod";

    /// <summary>Networks of peers whose X-Forwarded-For or Forwarded is believed. <value>Default none.</value></summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>How long a new connection to a pod may take. <value>Default 500 ms.</value></summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a pod may take to send the first byte, from the last byte of the request. <value>Default 20 s.</value></summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long an answer that has begun may stand still before it is cut off; not for event streams, gRPC and upgraded connections, and
    /// the time in which the client does not read does not count. Infinite: for ever. <value>Default 60 s.</value>
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A safe request without a first byte after this is sent to a second pod as well, and the first answer counts; null: never.
    /// <value>Default null.</value>
    /// </summary>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>Status codes (among 500, 502, 503, 504) after which a safe request is repeated on another pod. <value>Default none.</value></summary>
    public ImmutableArray<int> RetryStatuses { get; init; } = [];

    /// <summary>
    /// How many safe requests may be sent to a second pod (connection broken, pod out of the traffic, <see cref="RetryStatuses"/>,
    /// <see cref="HedgeAfter"/>), in percent of requests; ten a second are always allowed, unless it is 0. <value>Default 20.</value>
    /// </summary>
    public int RetryBudgetPercent { get; init; } = 20;

    /// <summary>How many requests may run on one pod at a time, long-lived connections aside; 0: as many as come. <value>Default 0.</value></summary>
    public int MostRequestsPerPod { get; init; }

    /// <summary>The same of pods that differ, by name; 0 here, too: as many as come. <value>Default none.</value></summary>
    public ImmutableDictionary<string, int> PodLimits { get; init; } = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>How many more may wait for each pod; 0: none. <value>Default 100.</value></summary>
    public int QueueLength { get; init; } = 100;

    /// <summary>How long a request may wait altogether. <value>Default 1 s.</value></summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many new client connections a second are let in; 0: as many as come. <value>Default 0.</value></summary>
    public int MostNewConnections { get; init; }

    /// <summary>How many TLS handshakes of clients may be under way at a time; 0: as many as come. <value>Default 0.</value></summary>
    public int MostHandshakes { get; init; }

    /// <summary>The base Retry-After of a 503; up to as much again is added at random. <value>Default 5 s.</value></summary>
    public int RetryAfterSeconds { get; init; } = 5;

    /// <summary>How many requests may run on a pod at a time; 0: as many as come.</summary>
    /// <param name="pod">Its name.</param>
    public int MostRequestsOn(string pod) => PodLimits.GetValueOrDefault(pod, MostRequestsPerPod);
}
