using System.Globalization;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Journal;
using PodGate.Control.Probing;
using PodGate.Core.Pods;
using PodGate.Metrics;
using PodGate.Operator;
using PodGate.Operator.Audit;

namespace PodGate.Hosting;

/// <summary>
/// Which parts of the gate people are told of besides transitions, which the gatekeeper tells of itself: the journal, the audit trail, probe loops that
/// stopped, and what holds for a while.
/// </summary>
internal static class AlertWiring
{
    // Whoever was at a pod that serves has heard of it by then, or it does not matter any more.
    private static readonly TimeSpan RollIsNews = TimeSpan.FromHours(1);

    /// <summary>Tells people from now on, and that what was so before the gate was started is over.</summary>
    /// <param name="outbox">Who tells them; not started yet.</param>
    /// <param name="gatekeeper">Where transitions happen; not started yet.</param>
    /// <param name="journal">What can fail to be written.</param>
    /// <param name="followLoops">Follows what watches over the probe loops (<see cref="Measuring.Noticed"/>).</param>
    /// <param name="time">The clock.</param>
    public static void Connect(Outbox outbox, Gatekeeper gatekeeper, IJournal journal, Action<Action<LoopNotice>> followLoops, TimeProvider time)
    {
        outbox.Review(alert => AlertRules.IsStill(alert, gatekeeper.View.Fleet));
        journal.WritabilityChanged += wrong => outbox.Raise(OfJournal(wrong, time.GetUtcNow()));
        var notices = 0L;
        followLoops(notice => outbox.Raise(OfLoop(notice, Interlocked.Increment(ref notices), time.GetUtcNow())));
    }

    /// <summary>Tells people of slots that carry too much.</summary>
    /// <param name="outbox">Who tells them.</param>
    /// <param name="followSlots">Follows what looks for them (<see cref="Measuring.SlotNoticed"/>).</param>
    /// <param name="time">The clock.</param>
    public static void FollowSlots(Outbox outbox, Action<Action<SlotNotice>> followSlots, TimeProvider time) =>
        followSlots(notice => outbox.Raise(OfSlot(notice, time.GetUtcNow())));

    /// <summary>Tells people of the audit trail from now on.</summary>
    /// <param name="outbox">Who tells them.</param>
    /// <param name="audit">The trail; not begun yet.</param>
    /// <param name="time">The clock.</param>
    public static void Follow(Outbox outbox, AuditTrail audit, TimeProvider time)
    {
        var notices = 0L;
        audit.Noticed += notice => outbox.Raise(OfAudit(notice, Interlocked.Increment(ref notices), time.GetUtcNow()));
    }

    private static Alert OfSlot(SlotNotice notice, DateTimeOffset now) => new(
        string.Create(CultureInfo.InvariantCulture, $"heavySlot-{now.ToUnixTimeMilliseconds()}-{notice.Slot}"),
        AlertKinds.HeavySlot,
        notice.Resolved ? AlertSeverity.Info : AlertSeverity.Warning,
        Pod: null,
        Cause: null,
        notice.Sentence,
        now,
        notice.Resolved) { About = string.Create(CultureInfo.InvariantCulture, $"slot {notice.Slot}") };

    private static Alert OfAudit(AuditNotice notice, long number, DateTimeOffset now) => new(
        string.Create(CultureInfo.InvariantCulture, $"audit-{now.ToUnixTimeMilliseconds()}-{number}"),
        AlertKinds.Audit,
        notice.Severity,
        Pod: null,
        Cause: null,
        notice.Sentence,
        now,
        notice.Resolved);

    /// <summary>What holds for a while: pods, the configuration file, certificates, and a roll that died.</summary>
    /// <param name="view">The fleet.</param>
    /// <param name="errors">What was wrong with the last reload, or null.</param>
    /// <param name="certificates">What the listeners use.</param>
    /// <param name="roll">The last roll, or null.</param>
    public static Func<DateTimeOffset, IEnumerable<AlertCondition>> Conditions(
        Func<FleetView> view, Func<IReadOnlyList<string>?> errors, Func<IReadOnlyList<CertificateReading>> certificates, Func<RollJson?> roll) => now =>
        AlertConditions.OfPods(view().Fleet, now)
            .Concat(AlertConditions.OfConfiguration(errors()))
            .Concat(certificates().SelectMany(found => AlertConditions.OfCertificate(found.Listener, found.End, found.Problem, now)))
            .Concat(OfRoll(roll(), view().Fleet, now));

    /// <summary>A roll that died, for an hour; and for as long as the pod at which it was is out.</summary>
    private static IEnumerable<AlertCondition> OfRoll(RollJson? roll, Fleet fleet, DateTimeOffset now)
    {
        if (roll is not { State: RollStates.Died, Ended: { } ended }) yield break;
        var isOut = roll.Pod is { } at && fleet.Pods.GetValueOrDefault(at) is { Record.Intent.Kind: IntentKind.Disabled };
        if (!isOut && now - ended >= RollIsNews) yield break;
        yield return new AlertCondition(
            AlertKinds.RollDied, AlertSeverity.Warning, roll.Pod,
            $"{RollWords.Name(roll)}, from {roll.From}, has died; {RollWords.Place(roll)}") { About = roll.Pod is null ? roll.Id : null };
    }

    /// <summary>That the gate was started.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="now">The moment.</param>
    public static Alert OfStart(string version, DateTimeOffset now) => new(
        string.Create(CultureInfo.InvariantCulture, $"{AlertKinds.Restarted}-{now.ToUnixTimeMilliseconds()}"),
        AlertKinds.Restarted, AlertSeverity.Info, Pod: null, Cause: null, $"the gate was started (podgate {version})", now);

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
