using PodGate.Core.Pods;

namespace PodGate.Control;

/// <summary>Something that waits in the gatekeeper's queue.</summary>
/// <param name="Input">What happened.</param>
/// <param name="Done">Who wants to know what it led to, or null.</param>
internal sealed record Step(FleetInput Input, TaskCompletionSource<Done>? Done);

/// <summary>What a step led to.</summary>
/// <param name="Result">The fleet and the transitions.</param>
/// <param name="Durable">True once it is in the journal, false when it could not be written.</param>
internal sealed record Done(FleetStepResult Result, Task<bool> Durable)
{
    /// <summary>The answer to who still waits when the gate stops.</summary>
    public static readonly Done Stopping = new(
        new FleetStepResult(null!, [], Refusal: new Refusal(RefusalKind.Unavailable, "the gate is stopping; look at the other gate or start this one again")),
        Task.FromResult(true));
}
