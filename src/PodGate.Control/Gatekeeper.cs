using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control;

/// <summary>The only writer of pod state. Everything that happens enters by its one door and leaves as a published snapshot.</summary>
public sealed class Gatekeeper : IRoutingSource, ISignalSink
{
    /// <summary>The fleet as it is now.</summary>
    public FleetView View => throw new NotImplementedException();

    /// <inheritdoc/>
    public RoutingSnapshot Current => View.Snapshot;

    /// <inheritdoc/>
    public void Follow(Action<RoutingSnapshot> follower) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Report(in Signal signal) => throw new NotImplementedException();

    /// <summary>Carries a command out. Returns when it is in effect and (unless the outcome says otherwise) durable.</summary>
    /// <param name="command">What a person wants.</param>
    /// <param name="cancel">Gives up waiting; the command may still be carried out.</param>
    public Task<CommandOutcome> ExecuteAsync(Command command, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Puts something that happened into the queue; waits while the queue is full.</summary>
    /// <param name="input">What happened.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public ValueTask SubmitAsync(FleetInput input, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>The events after a number, oldest first, from the last 10,000.</summary>
    /// <param name="after">The number of the last event already known; 0 for all.</param>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<Transition> Events(long after, int most) => throw new NotImplementedException();
}
