using PodGate.Core.Pods;

namespace PodGate.Control.Alerts;

/// <summary>How much an alert wants of people.</summary>
public enum AlertSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Look at it in working hours.</summary>
    Warning,

    /// <summary>Wake somebody.</summary>
    Page,
}

/// <summary>The kinds of alerts, as receivers see them. New kinds may come; receivers must not fail on one they do not know.</summary>
public static class AlertKinds
{
    /// <summary>Automation latched a pod.</summary>
    public const string Latched = "latched";

    /// <summary>
    /// The guard, a missing witness, a freeze or the mode held automation back; sources that fail everywhere, or all pods failing alike, are no pod's
    /// fault; a pod is not measured, or out for long and not proved well; or it has asked to be drained for long. The alert's cause says which.
    /// </summary>
    public const string HeldBack = "heldBack";

    /// <summary>The journal cannot be written, or can again.</summary>
    public const string Journal = "journal";

    /// <summary>A pod was suspended for too long, and therefore latched.</summary>
    public const string SuspendedTooLong = "suspendedTooLong";

    /// <summary>Automation has been frozen, or no longer is.</summary>
    public const string Freeze = "freeze";

    /// <summary>A probe loop stopped and was replaced, or works again.</summary>
    public const string ProbeLoop = "probeLoop";

    /// <summary>A planned maintenance began, is over, or was not carried out.</summary>
    public const string Maintenance = "maintenance";

    /// <summary>The guard keeps a planned maintenance from beginning, or no longer does.</summary>
    public const string MaintenanceHeldBack = "maintenanceHeldBack";

    /// <summary>A pod is still out after the time by which people wanted it back, or no longer is.</summary>
    public const string DrainExpired = "drainExpired";

    /// <summary>The audit trail cannot be written, or can again; it is damaged; or entries had to go before their time.</summary>
    public const string Audit = "audit";

    /// <summary>One slot carries too much of the fleet's requests, or no longer does.</summary>
    public const string HeavySlot = "heavySlot";

    /// <summary>A latched pod has looked well for a while, and nobody has enabled it: a reminder, at growing intervals.</summary>
    public const string LatchedLooksWell = "latchedLooksWell";

    /// <summary>A pod has been routed around for longer than two minutes.</summary>
    public const string Suspended = "suspended";

    /// <summary>A pod was doubted and cleared again too often.</summary>
    public const string Flapping = "flapping";

    /// <summary>What is in the configuration file is not what is in force, since it was refused.</summary>
    public const string Configuration = "configuration";

    /// <summary>The gate was started.</summary>
    public const string Restarted = "restarted";

    /// <summary>A listener's certificate expires soon, or has expired.</summary>
    public const string Certificate = "certificate";

    /// <summary>A channel has taken no alert for five minutes, although one waits for it.</summary>
    public const string Channel = "channel";

    /// <summary>Nothing is heard any more of the command line that rolls through the pods, and what it left is left.</summary>
    public const string RollDied = "rollDied";

    /// <summary>Somebody wants to see whether alerts arrive.</summary>
    public const string Test = "test";

    /// <summary>Every kind, for filters.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Latched, HeldBack, Journal, SuspendedTooLong, Freeze, ProbeLoop, Maintenance, MaintenanceHeldBack, DrainExpired, LatchedLooksWell, Suspended, Flapping,
        Configuration, Restarted, Certificate, Channel, Audit, HeavySlot, RollDied, Test,
    ];

    /// <summary>Whether an alert of this kind stands until another one says that it is over; the others tell of something that happened once.</summary>
    /// <param name="kind">One of these.</param>
    public static bool Ends(string kind) => kind is not (Maintenance or Restarted or Test);

    /// <summary>A severity as the word that receivers see.</summary>
    /// <param name="severity">The severity.</param>
    public static string WordOf(AlertSeverity severity) => severity switch
    {
        AlertSeverity.Page => "page",
        AlertSeverity.Warning => "warning",
        _ => "info",
    };
}

/// <summary>What an alert says is over.</summary>
/// <param name="Id">The id of the alert that began it.</param>
/// <param name="At">When that was.</param>
/// <param name="Severity">How much that wanted of people.</param>
public sealed record AlertBeginning(string Id, DateTimeOffset At, AlertSeverity Severity);

/// <summary>Something that people must hear of. Carries no evidence: what pods say is untrusted, and stays with the operators.</summary>
/// <param name="Id">Unique, and the same for every attempt to deliver it, so that a receiver can tell a repetition; 1 to 200 visible ASCII characters.</param>
/// <param name="Kind">One of <see cref="AlertKinds"/>.</param>
/// <param name="Severity">How much it wants of people.</param>
/// <param name="Pod">The pod's name, or null when it is about the gate or the fleet.</param>
/// <param name="Cause">Why, or null when no transition caused it.</param>
/// <param name="Sentence">What happened, in the sentence that log, journal and page show too.</param>
/// <param name="At">When it happened.</param>
/// <param name="Resolved">True when this says that what an earlier alert of the same kind and pod said is over.</param>
public sealed record Alert(
    string Id, string Kind, AlertSeverity Severity, string? Pod, Cause? Cause, string Sentence, DateTimeOffset At, bool Resolved = false)
{
    /// <summary>What it is about when that is no pod: a channel, a certificate, a reference target. Null: the gate or the fleet.</summary>
    public string? About { get; init; }

    /// <summary>Of what a resolved one is the end; null when no alert of that key stood.</summary>
    public AlertBeginning? Resolves { get; init; }

    /// <summary>The same for all alerts about one trouble: at most one of a key stands at a time.</summary>
    public string Key => (Pod ?? About) is { } subject ? $"{Kind}/{subject}" : Kind;

    /// <summary>How much it wants of people while it stands; of a resolved one, what it wanted.</summary>
    public AlertSeverity Weight => Resolves?.Severity ?? Severity;
}

/// <summary>What became of the alerts since the gate started.</summary>
/// <param name="Sent">Taken by the receiver.</param>
/// <param name="Failed">Given up: the receiver refused them, or every attempt failed.</param>
/// <param name="Dropped">Thrown away without being given up: too many waited, the receiver was taken out of the configuration, or the gate stopped.</param>
/// <param name="Queued">Waiting, the one that is being sent included.</param>
public sealed record AlertCounts(long Sent, long Failed, long Dropped, int Queued);
