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

    /// <summary>The base Retry-After of a 503; up to as much again is added at random. <value>Default 5 s.</value></summary>
    public int RetryAfterSeconds { get; init; } = 5;
}
