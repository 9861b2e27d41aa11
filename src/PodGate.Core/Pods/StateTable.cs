using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>What a pod's state is derived from: the facts of the rows of <c>docs/pod-states.md</c>.</summary>
/// <param name="Disabled">People want it out (or it is being taken out of the configuration).</param>
/// <param name="Empty">Nothing is left on it, or its deadline has passed.</param>
/// <param name="Latched">Automation failed it over.</param>
/// <param name="Passed">It passed its probes at some time since it was first configured.</param>
/// <param name="Unhealthy">The verdict is Unhealthy.</param>
/// <param name="WatchOnly">Mode is Observe, or automation is frozen.</param>
/// <param name="Suspended">A suspension is in force.</param>
/// <param name="Ramping">It was enabled a short while ago, or people hold it at a share of its slots.</param>
public readonly record struct StateFacts(
    bool Disabled, bool Empty, bool Latched, bool Passed, bool Unhealthy, bool WatchOnly, bool Suspended, bool Ramping);

/// <summary>The table of states: the first row that fits. A test holds <c>docs/pod-states.md</c> equal to it.</summary>
public static class StateTable
{
    /// <summary>The state that the facts amount to.</summary>
    /// <param name="facts">The facts.</param>
    public static PodState Derive(in StateFacts facts) => facts switch
    {
        { Disabled: true, Empty: false } => PodState.Draining,
        { Disabled: true } => PodState.Drained,
        { Latched: true } => PodState.Latched,
        { Passed: false } => PodState.Waiting,

        // A pod that was suspended before the freeze stays so: a freeze moves nobody, neither away nor back.
        { Unhealthy: true, WatchOnly: true, Suspended: false } => PodState.Observed,

        // An Unhealthy pod that was not latched although automation may act is one that the guard held back.
        { Unhealthy: true, WatchOnly: false } => PodState.Held,
        { Suspended: true } => PodState.Suspended,
        { Ramping: true } => PodState.Ramping,
        _ => PodState.Open,
    };

    /// <summary>What a state means to the request path.</summary>
    /// <param name="state">The pod's state.</param>
    /// <param name="suspended">A suspension is in force: a held pod that cannot be reached is routed around too.</param>
    /// <param name="closed">Its deadline has passed.</param>
    /// <param name="keeps">It is drained softly and keeps some of its slots.</param>
    public static Admission AdmissionOf(PodState state, bool suspended, bool closed, bool keeps) => state switch
    {
        PodState.Open or PodState.Ramping or PodState.Observed => Admission.Serving,
        PodState.Held => suspended ? Admission.Standby : Admission.Serving,
        PodState.Suspended => Admission.Standby,
        PodState.Waiting => Admission.Excluded,
        PodState.Draining when keeps && !closed => Admission.Keeping,
        PodState.Draining or PodState.Drained or PodState.Latched => closed ? Admission.Closed : Admission.Excluded,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "not a state of the table"),
    };

    /// <summary>Whether a pod of this state is in the traffic by its own right: it serves, or would if it could be reached.</summary>
    /// <param name="state">The pod's state.</param>
    public static bool IsServing(PodState state) =>
        state is PodState.Open or PodState.Ramping or PodState.Observed or PodState.Held or PodState.Suspended;
}
