using PodGate.Core.Pods;

namespace PodGate.Control.Alerts;

/// <summary>Which page tells what to do about an alert; <c>docs/runbooks/README.md</c> has the same table. Pure.</summary>
public static class Runbooks
{
    private const string Folder = "docs/runbooks/";

    /// <summary>The page's path within the documentation.</summary>
    /// <param name="alert">The alert.</param>
    public static string Of(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return Folder + (alert.Kind switch
        {
            AlertKinds.Latched or AlertKinds.SuspendedTooLong => "latched.md",
            AlertKinds.LatchedLooksWell => "latched-looks-well.md",
            AlertKinds.HeldBack => OfHeldBack(alert.Cause),
            AlertKinds.Suspended => "suspended.md",
            AlertKinds.Flapping => "flapping.md",
            AlertKinds.Journal => "journal.md",
            AlertKinds.ProbeLoop => "probe-loop.md",
            AlertKinds.Freeze => "frozen.md",
            AlertKinds.MaintenanceHeldBack => "maintenance-held-back.md",
            AlertKinds.DrainExpired => "drain-expired.md",
            AlertKinds.Configuration => "configuration-refused.md",
            AlertKinds.Restarted => "restarted.md",
            AlertKinds.Channel => "alerts-not-delivered.md",
            AlertKinds.RollDied => "roll-died.md",
            AlertKinds.Certificate => "certificate.md",
            AlertKinds.Audit => "audit.md",
            AlertKinds.HeavySlot => "heavy-slot.md",
            AlertKinds.Maintenance => "maintenance.md",
            AlertKinds.Test => "test-alert.md",
            _ => "README.md",
        });
    }

    private static string OfHeldBack(Cause? cause) => cause switch
    {
        Cause.GuardHolds => "guard-holds.md",
        Cause.NoWitness => "witness-missing.md",
        Cause.Frozen => "frozen.md",
        Cause.NotMeasured => "probes-stopped.md",
        Cause.RampHeld => "ramp-held.md",
        Cause.SourcesFail or Cause.AllFailAlike => "pod-errors.md",
        Cause.SuspendedTooLong => "suspended.md",
        _ => "README.md",
    };
}
