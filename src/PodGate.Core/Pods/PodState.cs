namespace PodGate.Core.Pods;

/// <summary>
/// The one word that says what a pod is to the traffic. Derived from intent, latch, health and guard by
/// the state table, never stored; <c>docs/pod-states.md</c> has the table.
/// </summary>
public enum PodState
{
    /// <summary>Disabled by people, and something is still left on it; its deadline is not reached.</summary>
    Draining,

    /// <summary>Disabled by people, and empty or past its deadline.</summary>
    Drained,

    /// <summary>Failed over by automation; only a person's enable that names the latch ends it.</summary>
    Latched,

    /// <summary>Never passed its probes since it was first configured.</summary>
    Waiting,

    /// <summary>Verdict Unhealthy, but automation is told to watch only (mode Observe, or a freeze).</summary>
    Observed,

    /// <summary>Verdict Unhealthy, but the guard forbids the latch.</summary>
    Held,

    /// <summary>Suspected (or leaving by its own wish) and routed around until it has proved itself.</summary>
    Suspended,

    /// <summary>Enabled a short while ago; gets a growing share of its own slots.</summary>
    Ramping,

    /// <summary>In the traffic with all its slots.</summary>
    Open,
}
