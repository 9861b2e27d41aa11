using PodGate.Core.Routing;

namespace PodGate.Control;

/// <summary>Where the snapshot in force hangs for the request path to read. One writer, the Gatekeeper; any readers.</summary>
/// <param name="first">The first snapshot.</param>
internal sealed class RoutingBoard(RoutingSnapshot first) : IRoutingSource
{
    private readonly Lock _lock = new();
    private readonly List<Action<RoutingSnapshot>> _followers = [];
    private volatile RoutingSnapshot _current = first;

    public RoutingSnapshot Current => _current;

    public void Follow(Action<RoutingSnapshot> follower)
    {
        ArgumentNullException.ThrowIfNull(follower);
        lock (_lock)
        {
            _followers.Add(follower);
            follower(_current);
        }
    }

    /// <summary>Puts a snapshot in force. When this returns every follower has it.</summary>
    public void Publish(RoutingSnapshot snapshot)
    {
        lock (_lock)
        {
            _current = snapshot;
            foreach (var follower in _followers) follower(snapshot);
        }
    }
}
