using System.Collections.Immutable;
using System.Net;

namespace PodGate.Core.Routing;

/// <summary>A pod as the request path sees it. Immutable but for <see cref="Load"/>.</summary>
/// <param name="Index">Its place in <see cref="RoutingSnapshot.Pods"/>; means nothing outside this snapshot.</param>
/// <param name="Name">The pod's name.</param>
/// <param name="Address">Where requests are forwarded to: scheme, host, port and an optional base path.</param>
/// <param name="Endpoints">The addresses its host last resolved to (resolved off the request path); empty while it never did.</param>
/// <param name="Admission">What it may get.</param>
/// <param name="Share">How much of its own slots it may serve, 0 to <see cref="FullShare"/>.</param>
/// <param name="Load">What is running on it; the same object in every snapshot as long as the pod is configured.</param>
public sealed record PodRoute(
    int Index,
    string Name,
    Uri Address,
    ImmutableArray<IPEndPoint> Endpoints,
    Admission Admission,
    int Share,
    PodLoad Load)
{
    /// <summary>
    /// It was taken out because it is sick: what may be repeated and still waits there for a first byte goes to the next pod. On a pod that people
    /// drain, or that itself asks to be drained, it may finish. <value>Default false.</value>
    /// </summary>
    public bool MovesWaiting { get; init; }

    /// <summary>Of a pod that is <see cref="Admission.Keeping"/>: which of its slots it still serves. <value>Default none.</value></summary>
    public SlotSet Kept { get; init; } = SlotSet.Empty;

    /// <summary>When its long-lived connections are asked to end; null while it gives nobody up. <value>Default null.</value></summary>
    public Farewell? Farewell { get; init; }

    /// <summary>The share of a pod that serves all its slots.</summary>
    public const int FullShare = 256;
}
