using PodGate.Core.Routing;

namespace PodGate.Control.Takeover;

/// <summary>
/// What the request path reads: this gate's own snapshots, until another process has taken over; then what that one decides, for the connections that are
/// left here.
/// </summary>
public sealed class RelayedRouting : IRoutingSource
{
    private readonly RoutingBoard _board;
    private readonly Lock _lock = new();
    private bool _relays;

    /// <summary>Follows the gate's own.</summary>
    /// <param name="own">The gate's own source.</param>
    public RelayedRouting(IRoutingSource own)
    {
        ArgumentNullException.ThrowIfNull(own);
        _board = new RoutingBoard(own.Current);
        own.Follow(snapshot =>
        {
            lock (_lock)
            {
                if (!_relays && snapshot != _board.Current) _board.Publish(snapshot);
            }
        });
    }

    /// <inheritdoc/>
    public RoutingSnapshot Current => _board.Current;

    /// <inheritdoc/>
    public void Follow(Action<RoutingSnapshot> follower) => _board.Follow(follower);

    /// <summary>From now on only the other process's decisions count.</summary>
    public void Relay()
    {
        lock (_lock) _relays = true;
    }

    /// <summary>
    /// Puts into force what the other process decided. A pod that it does not know any more (it left the configuration) gets nothing new, and what runs on it
    /// here may finish: who has the connections has the time to end them.
    /// </summary>
    /// <param name="routed">What it decided.</param>
    /// <exception cref="TakeoverException">It cannot be followed.</exception>
    public void Apply(Routed routed)
    {
        ArgumentNullException.ThrowIfNull(routed);
        lock (_lock)
        {
            var current = _board.Current;
            var known = current.Pods.ToDictionary(pod => pod.Name, StringComparer.Ordinal);
            var said = routed.Pods.Select(pod => pod.Name).ToHashSet(StringComparer.Ordinal);
            var left = current.Pods.Where(pod => !said.Contains(pod.Name))
                .Select(pod => RouteSaid.Of(pod) with { Admission = pod.Admission == Admission.Closed ? Admission.Closed : Admission.Excluded });
            var routes = routed.Pods.Concat(left).OrderBy(pod => pod.Name, StringComparer.Ordinal)
                .Select((pod, index) => pod.Make(index, known.TryGetValue(pod.Name, out var before) ? before.Load : new PodLoad()));
            try
            {
                var pins = PinSaid.Make(routed.Pins);
                _board.Publish(HashingSaid.Of(current.Hashing) == routed.Hashing
                    ? current.Next([.. routes], pins)
                    : new RoutingSnapshot(current.Version + 1, [.. routes], routed.Hashing.Make(), pins: pins));
            }
            catch (Exception exception) when (exception is ArgumentException or FormatException)
            {
                throw new TakeoverException($"what the new process decided cannot be followed ({exception.Message})", exception);
            }
        }
    }
}
