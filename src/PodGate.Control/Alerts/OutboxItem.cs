using PodGate.Control.Journal;

namespace PodGate.Control.Alerts;

/// <summary>What became of an alert on one channel. The words stand in journals and never change.</summary>
internal enum Delivery
{
    /// <summary>It is to be sent.</summary>
    Waits,

    /// <summary>The receiver took it.</summary>
    Sent,

    /// <summary>The receiver did not want it, or did not take it for too long.</summary>
    GivenUp,

    /// <summary>There was no reason any more to send it, or too many waited.</summary>
    Skipped,

    /// <summary>A silence keeps it back; it is sent if it still stands when the silence ends.</summary>
    Silenced,
}

/// <summary>An alert with what became of it so far. Touched under the outbox's lock only.</summary>
/// <param name="alert">What people must hear of.</param>
/// <param name="number">Grows with each alert, also over restarts: the order in which they are sent.</param>
internal sealed class OutboxItem(Alert alert, long number)
{
    /// <summary>How the names of rows begin that are alerts.</summary>
    internal const string Prefix = "alert/";

    internal Alert Alert => alert;

    internal long Number => number;

    /// <summary>The stage of the condition that it tells of; 1 for the others.</summary>
    internal int Stage { get; init; } = 1;

    /// <summary>It was raised before the gate was started.</summary>
    internal bool IsFound
    {
        get;
        init => field = IsWritten = value;
    }

    /// <summary>By channel; those that it was never meant for are missing.</summary>
    internal SortedDictionary<string, Delivery> To { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Who said that he has seen it, or null.</summary>
    internal string? AcknowledgedBy { get; set; }

    internal DateTimeOffset? AcknowledgedAt { get; set; }

    /// <summary>When what it says was over, or a later alert of the same key took its place.</summary>
    internal DateTimeOffset? Over { get; set; }

    internal bool Stands => Over is null && !alert.Resolved && AlertKinds.Ends(alert.Kind);

    internal bool Waits => To.ContainsValue(Delivery.Waits);

    internal bool IsKept => Stands || Waits;

    /// <summary>There is a row of it, or one is on its way to the journal.</summary>
    internal bool IsWritten { get; set; }

    /// <summary>As it is written; the row goes when there is nothing more to do about it.</summary>
    internal OutboxRow Row => new(Prefix + alert.Id, IsKept ? OutboxJson.Write(this) : null);
}

/// <summary>People want to hear nothing of some alerts for a while.</summary>
/// <param name="Id">Made by the gate.</param>
/// <param name="Who">Who wanted it.</param>
/// <param name="Why">Why.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when.</param>
public sealed record Silence(string Id, string Who, string Why, DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>How the names of rows begin that are silences.</summary>
    internal const string Prefix = "silence/";

    /// <summary>The kinds of alerts that it is about; empty: all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>The pods whose alerts it is about; empty: all, and those about no pod.</summary>
    public IReadOnlyList<string> Pods { get; init; } = [];

    /// <summary>Whether it keeps an alert back. Nobody silences a test.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="now">The moment.</param>
    public bool Covers(Alert alert, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return now < Until && alert.Kind != AlertKinds.Test && (Kinds.Count == 0 || Kinds.Contains(alert.Kind))
            && (Pods.Count == 0 || (alert.Pod is { } pod && Pods.Contains(pod)));
    }
}

/// <summary>How a channel is doing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sent">Taken by the receiver since the gate started.</param>
/// <param name="Failed">Given up.</param>
/// <param name="Dropped">Thrown away without being given up.</param>
/// <param name="Queued">Waiting, the one that is being sent included, but not those that are not due before somebody has had time to acknowledge them.</param>
/// <param name="FailingSince">Since when no attempt has succeeded, or null when the last one did.</param>
/// <param name="Why">What was wrong at the last attempt, or null.</param>
public sealed record ChannelReading(string Name, long Sent, long Failed, long Dropped, int Queued, DateTimeOffset? FailingSince, string? Why);

/// <summary>An alert and where it is, for people.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Stands">Whether what it says is still so.</param>
/// <param name="Over">When it was over, or null.</param>
/// <param name="AcknowledgedBy">Who said that he has seen it, or null.</param>
/// <param name="AcknowledgedAt">When.</param>
/// <param name="To">What became of it, by channel: a word such as Sent.</param>
public sealed record AlertStanding(
    Alert Alert, bool Stands, DateTimeOffset? Over, string? AcknowledgedBy, DateTimeOffset? AcknowledgedAt, IReadOnlyDictionary<string, string> To);
