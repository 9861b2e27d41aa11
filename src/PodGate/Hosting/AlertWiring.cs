using System.Globalization;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Journal;
using PodGate.Control.Probing;
using PodGate.Core.Pods;
using PodGate.Operator.Audit;

namespace PodGate.Hosting;

/// <summary>Which parts of the gate people are told of: every transition that deserves it, journal, audit trail, and probe loops that stopped.</summary>
internal static class AlertWiring
{
    /// <summary>Tells people from now on, and of what happened while the gate was being put together (an inherited latch, say).</summary>
    /// <param name="alerts">Who tells them.</param>
    /// <param name="gatekeeper">Where transitions happen; not started yet.</param>
    /// <param name="journal">What can fail to be written.</param>
    /// <param name="followLoops">Follows what watches over the probe loops (<see cref="Measuring.Noticed"/>).</param>
    /// <param name="time">The clock.</param>
    public static void Connect(WebhookAlerts alerts, Gatekeeper gatekeeper, IJournal journal, Action<Action<LoopNotice>> followLoops, TimeProvider time)
    {
        foreach (var transition in gatekeeper.Events(journal.Start.LastNumber, int.MaxValue)) Tell(transition, gatekeeper.View);
        gatekeeper.Happened += Tell;
        journal.WritabilityChanged += wrong => alerts.Raise(OfJournal(wrong, time.GetUtcNow()));
        var notices = 0L;
        followLoops(notice => alerts.Raise(OfLoop(notice, Interlocked.Increment(ref notices), time.GetUtcNow())));

        void Tell(Transition transition, FleetView view)
        {
            foreach (var alert in AlertRules.From(transition, view.Find(transition.Pod))) alerts.Raise(alert);
        }
    }

    /// <summary>Tells people of slots that carry too much.</summary>
    /// <param name="alerts">Who tells them.</param>
    /// <param name="followSlots">Follows what looks for them (<see cref="Measuring.SlotNoticed"/>).</param>
    /// <param name="time">The clock.</param>
    public static void ConnectSlots(WebhookAlerts alerts, Action<Action<SlotNotice>> followSlots, TimeProvider time) =>
        followSlots(notice => alerts.Raise(OfSlot(notice, time.GetUtcNow())));

    private static Alert OfSlot(SlotNotice notice, DateTimeOffset now) => new(
        string.Create(CultureInfo.InvariantCulture, $"heavySlot-{now.ToUnixTimeMilliseconds()}-{notice.Slot}"),
        AlertKinds.HeavySlot,
        notice.Resolved ? AlertSeverity.Info : AlertSeverity.Warning,
        Pod: null,
        Cause: null,
        notice.Sentence,
        now,
        notice.Resolved);

    /// <summary>Tells people of the audit trail from now on.</summary>
    /// <param name="alerts">Who tells them.</param>
    /// <param name="audit">The trail; not begun yet.</param>
    /// <param name="time">The clock.</param>
    public static void Follow(WebhookAlerts alerts, AuditTrail audit, TimeProvider time)
    {
        var notices = 0L;
        audit.Noticed += notice => alerts.Raise(OfAudit(notice, Interlocked.Increment(ref notices), time.GetUtcNow()));
    }

    private static Alert OfAudit(AuditNotice notice, long number, DateTimeOffset now) => new(
        string.Create(CultureInfo.InvariantCulture, $"audit-{now.ToUnixTimeMilliseconds()}-{number}"),
        AlertKinds.Audit,
        notice.Severity,
        Pod: null,
        Cause: null,
        notice.Sentence,
        now,
        notice.Resolved);

    private static Alert OfLoop(LoopNotice notice, long number, DateTimeOffset now) => new(
        string.Create(CultureInfo.InvariantCulture, $"probeLoop-{now.ToUnixTimeMilliseconds()}-{number}"),
        AlertKinds.ProbeLoop,
        notice.Resolved ? AlertSeverity.Info : AlertSeverity.Page,
        notice.Pod,
        Cause: null,
        notice.Sentence,
        now,
        notice.Resolved);

    private static Alert OfJournal(string? wrong, DateTimeOffset now) => new(
        string.Create(CultureInfo.InvariantCulture, $"journal-{now.ToUnixTimeMilliseconds()}"),
        AlertKinds.Journal,
        wrong is null ? AlertSeverity.Info : AlertSeverity.Page,
        Pod: null,
        Cause: null,
        wrong is null ? "the journal can be written again" : $"the journal cannot be written, so nothing can be enabled: {wrong}",
        now,
        Resolved: wrong is null);
}
