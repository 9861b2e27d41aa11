using PodGate.Core.Pods;

namespace PodGate.Control.Alerts;

/// <summary>Which transitions people are told of, and how loudly. Pure.</summary>
public static class AlertRules
{
    /// <summary>The alert that a transition deserves, or null.</summary>
    /// <param name="transition">What happened.</param>
    /// <param name="pod">The pod after it, or null when it is gone or the transition is about the fleet.</param>
    public static Alert? From(Transition transition, Pod? pod)
    {
        ArgumentNullException.ThrowIfNull(transition);
        return transition switch
        {
            { Pod.Length: 0, Cause: Cause.Frozen } => Make(AlertKinds.Freeze, AlertSeverity.Info),
            { Pod.Length: 0, Cause: Cause.Unfrozen } => Make(AlertKinds.Freeze, AlertSeverity.Info, resolved: true),
            { To: PodState.Latched, From: not PodState.Latched, Record.Latch: not null } when transition.Who == Transition.Automation =>
                Make(transition.Cause == Cause.SuspendedTooLong ? AlertKinds.SuspendedTooLong : AlertKinds.Latched, AlertSeverity.Page),
            { Cause: Cause.Enabled, From: PodState.Latched } => Make(AlertKinds.Latched, AlertSeverity.Info, resolved: true),
            { Cause: Cause.GuardReleased } => Make(AlertKinds.HeldBack, AlertSeverity.Info, resolved: true),
            _ when pod?.HeldBack is { } held && held.Since == transition.At => Make(AlertKinds.HeldBack, AlertSeverity.Page),
            { From: PodState.Held or PodState.Observed, To: PodState.Open or PodState.Ramping or PodState.Suspended } =>
                Make(AlertKinds.HeldBack, AlertSeverity.Info, resolved: true),
            _ => null,
        };

        Alert Make(string kind, AlertSeverity severity, bool resolved = false) => new(
            $"{transition.Number}-{(transition.Pod.Length == 0 ? "fleet" : transition.Pod)}", kind, severity,
            transition.Pod.Length == 0 ? null : transition.Pod, transition.Cause, transition.Sentence, transition.At, resolved);
    }
}
