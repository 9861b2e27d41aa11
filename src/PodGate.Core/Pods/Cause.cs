namespace PodGate.Core.Pods;

/// <summary>
/// Why a transition happened. Numbers are written to the journal and never move; new causes get new numbers.
/// Metrics use the name in snake case as a label.
/// </summary>
public enum Cause
{
    /// <summary>The pod appeared in the configuration.</summary>
    Added = 1,

    /// <summary>The pod was taken out of the configuration; it is drained first.</summary>
    Removed = 2,

    /// <summary>The pod passed its probes for the first time since it was configured.</summary>
    FirstPassed = 3,

    /// <summary>The configuration changed something about the pod (address, health address, labels), or which networks are pinned.</summary>
    Reconfigured = 4,

    /// <summary>A person enabled the pod.</summary>
    Enabled = 10,

    /// <summary>A person drained the pod.</summary>
    Drained = 11,

    /// <summary>A person disabled the pod at once.</summary>
    Disabled = 12,

    /// <summary>A person froze automation.</summary>
    Frozen = 13,

    /// <summary>The freeze ended, by itself or by a person.</summary>
    Unfrozen = 14,

    /// <summary>Nothing is left on a pod that was draining.</summary>
    Emptied = 15,

    /// <summary>The deadline of a drain or failover passed; what was left was closed.</summary>
    DeadlineReached = 16,

    /// <summary>A pod that is drained softly keeps nobody any more: all fell quiet or had their turn, or it is not well.</summary>
    KeepingEnded = 17,

    /// <summary>A person changed a ramp that was under way or ended it, or changed the share at which a pod is held.</summary>
    RampChanged = 18,

    /// <summary>A person left a note on the pod, or took it away.</summary>
    Noted = 19,

    /// <summary>The pod refuses connections.</summary>
    Refused = 20,

    /// <summary>The pod is silent: time-outs or no way to it, while a witness answered.</summary>
    Silent = 21,

    /// <summary>The pod's own health document says Unhealthy.</summary>
    ReportedUnhealthy = 22,

    /// <summary>The health address answers with an error status or something that cannot be read.</summary>
    UnreadableHealth = 23,

    /// <summary>The health answer broke off.</summary>
    BrokenHealth = 24,

    /// <summary>The pod has been suspended for too long.</summary>
    SuspendedTooLong = 25,

    /// <summary>The pod asks to be drained.</summary>
    Leaving = 26,

    /// <summary>Failures of several kinds in a row.</summary>
    MixedFailures = 27,

    /// <summary>The health document does not advance, or a cache gave it.</summary>
    StaleHealth = 50,

    /// <summary>What answered is another pod.</summary>
    WrongPod = 51,

    /// <summary>A check of the gate's own failed.</summary>
    CheckFailed = 52,

    /// <summary>Many sources' requests fail on this pod and not on the others.</summary>
    ErrorsInTraffic = 53,

    /// <summary>The pod is far slower than the others.</summary>
    SlowInTraffic = 54,

    /// <summary>The pod was doubted and cleared again too often.</summary>
    Flapping = 55,

    /// <summary>Sources that fail here fail on other pods too: it is they.</summary>
    SourcesFail = 56,

    /// <summary>All pods fail alike.</summary>
    AllFailAlike = 57,

    /// <summary>A suspended or held pod proved itself well again.</summary>
    ProvedWell = 30,

    /// <summary>The ramp of an enabled pod is complete.</summary>
    RampComplete = 31,

    /// <summary>The guard forbids to take the pod out.</summary>
    GuardHolds = 32,

    /// <summary>The guard no longer needs to hold the pod.</summary>
    GuardReleased = 33,

    /// <summary>The pod is silent and no witness answered, so the gate suspects itself.</summary>
    NoWitness = 34,

    /// <summary>Probes have told nothing about the pod for long: the gate cannot measure it.</summary>
    NotMeasured = 35,

    /// <summary>The ramp of a pod has been held back for ten times its duration.</summary>
    RampHeld = 39,

    /// <summary>A new name on the address of a latched pod takes the latch over.</summary>
    LatchInherited = 40,

    /// <summary>The gate recovered from a damaged journal, and people must confirm the pod.</summary>
    Recovered = 41,

    /// <summary>A person planned a maintenance.</summary>
    MaintenancePlanned = 70,

    /// <summary>A person cancelled a planned maintenance.</summary>
    MaintenanceCancelled = 71,

    /// <summary>A planned maintenance drained its pod.</summary>
    MaintenanceBegun = 72,

    /// <summary>The time of a planned maintenance has come, and the guard forbids to take the pod out.</summary>
    MaintenanceHeldBack = 73,

    /// <summary>The guard no longer holds a planned maintenance back.</summary>
    MaintenanceReleased = 74,

    /// <summary>A planned maintenance was not carried out.</summary>
    MaintenanceNotDone = 75,

    /// <summary>The time of a planned maintenance is over, and the pod is not well enough to be enabled by itself.</summary>
    MaintenanceNotWell = 76,

    /// <summary>A planned maintenance enabled its pod.</summary>
    MaintenanceEnabled = 77,

    /// <summary>A planned maintenance that was carried out is over.</summary>
    MaintenanceOver = 78,

    /// <summary>A drained or disabled pod is still out after the time by which people wanted it back: a reminder.</summary>
    DrainExpired = 79,
}
