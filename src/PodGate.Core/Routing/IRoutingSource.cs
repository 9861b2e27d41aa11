namespace PodGate.Core.Routing;

/// <summary>How the request path reads what has been decided. Proxy knows this and nothing else of Control.</summary>
public interface IRoutingSource
{
    /// <summary>The snapshot in force. A plain reference read.</summary>
    RoutingSnapshot Current { get; }

    /// <summary>
    /// Calls <paramref name="follower"/> with each new snapshot on the publishing thread, and once at once with the current one. The
    /// publication is complete only when every follower has returned, so followers must be quick and must not throw.
    /// </summary>
    /// <param name="follower">What to call.</param>
    void Follow(Action<RoutingSnapshot> follower);
}
