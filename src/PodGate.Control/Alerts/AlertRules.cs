using PodGate.Core.Pods;

namespace PodGate.Control.Alerts;

/// <summary>Which transitions people are told of, and how loudly. Pure.</summary>
public static class AlertRules
{
    /// <summary>The alerts that a step deserves, in the order of its transitions.</summary>
    /// <param name="result">What the step led to.</param>
    public static IReadOnlyList<Alert> From(FleetStepResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Transitions.Length == 0) return [];
        return [.. result.Transitions.SelectMany(transition => From(transition, result.Fleet.Pods.GetValueOrDefault(transition.Pod)))];
    }

    /// <summary>Whether what an alert says is still so, for what is known of a fleet when a gate starts.</summary>
    /// <param name="alert">An alert of before.</param>
    /// <param name="fleet">The fleet.</param>
    public static bool IsStill(Alert alert, Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(fleet);
        var pod = alert.Pod is null ? null : fleet.Pods.GetValueOrDefault(alert.Pod);
        return alert.Kind switch
        {
            AlertKinds.Latched or AlertKinds.SuspendedTooLong => pod?.Record.Latch is { } latch && KindOf(latch) == alert.Kind,
            AlertKinds.HeldBack => pod?.HeldBack is not null,
            AlertKinds.Freeze => fleet.Freeze is not null,
            AlertKinds.DrainExpired => pod?.Record.Intent is { Kind: IntentKind.Disabled, Until: not null },
            AlertKinds.MaintenanceHeldBack => fleet.Agenda.Open.Any(plan => plan.Pod == alert.Pod && plan.Stage == MaintenanceStage.HeldBack),
            _ => false,
        };
    }

    /// <summary>The alerts that a transition deserves: what began, and what is over.</summary>
    /// <param name="transition">What happened.</param>
    /// <param name="pod">The pod after it, or null when it is gone or the transition is about the fleet.</param>
    public static IEnumerable<Alert> From(Transition transition, Pod? pod)
    {
        ArgumentNullException.ThrowIfNull(transition);
        if (transition.Pod.Length == 0)
        {
            if (transition.Cause is Cause.Frozen or Cause.Unfrozen)
                yield return Make(AlertKinds.Freeze, AlertSeverity.Info, resolved: transition.Cause == Cause.Unfrozen);
            yield break;
        }

        foreach (var (kind, severity, resolved) in OfPlans(transition, pod)) yield return Make(kind, severity, resolved);

        // The state of the pod is told of by its own transitions.
        if (transition.IsTold) yield break;
        var (latched, held) = (pod?.Record.Latch, pod?.HeldBack);
        if (transition.HeldBackBefore is not null && held is null) yield return Make(AlertKinds.HeldBack, AlertSeverity.Info, resolved: true);
        if (transition.LatchBefore is { } cleared && latched is null)
            yield return Make(KindOf(cleared), AlertSeverity.Info, resolved: true);
        if (latched is not null && latched != transition.LatchBefore) yield return Make(KindOf(latched), AlertSeverity.Page);
        if (held is not null && held.Cause != transition.HeldBackBefore?.Cause) yield return Make(AlertKinds.HeldBack, AlertSeverity.Page);

        Alert Make(string kind, AlertSeverity severity, bool resolved = false) => new(
            $"{transition.Number}-{(transition.Pod.Length == 0 ? "fleet" : transition.Pod)}-{kind}", kind, severity,
            transition.Pod.Length == 0 ? null : transition.Pod, transition.Cause, transition.Sentence, transition.At, resolved);
    }

    /// <summary>What concerns planned maintenance, and pods that were to be back.</summary>
    private static IEnumerable<(string Kind, AlertSeverity Severity, bool Resolved)> OfPlans(Transition transition, Pod? pod)
    {
        switch (transition.Cause)
        {
            case Cause.MaintenanceBegun or Cause.MaintenanceOver or Cause.MaintenanceEnabled:
                yield return (AlertKinds.Maintenance, AlertSeverity.Info, Resolved: false);
                break;
            case Cause.MaintenanceNotDone or Cause.MaintenanceNotWell:
                yield return (AlertKinds.Maintenance, AlertSeverity.Warning, Resolved: false);
                break;
            case Cause.MaintenanceHeldBack:
                yield return (AlertKinds.MaintenanceHeldBack, AlertSeverity.Page, Resolved: false);
                break;
            case Cause.MaintenanceReleased:
                yield return (AlertKinds.MaintenanceHeldBack, AlertSeverity.Info, Resolved: true);
                break;
            case Cause.DrainExpired:
                yield return (AlertKinds.DrainExpired, AlertSeverity.Warning, Resolved: false);
                break;
        }

        var expired = transition.IntentBefore is { Kind: IntentKind.Disabled, Until: { } until } && until <= transition.At;
        if (expired && pod?.Record.Intent != transition.IntentBefore) yield return (AlertKinds.DrainExpired, AlertSeverity.Info, Resolved: true);
    }

    private static string KindOf(Latch latch) => latch.Cause == Cause.SuspendedTooLong ? AlertKinds.SuspendedTooLong : AlertKinds.Latched;
}
