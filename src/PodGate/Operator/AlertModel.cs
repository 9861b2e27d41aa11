using System.Text.Json.Serialization;

namespace PodGate.Operator;

// What the operator API says and takes of alerts.

/// <summary>An alert and where it is.</summary>
/// <param name="Id">Names it, at receivers too.</param>
/// <param name="Key">The same for all alerts about one trouble.</param>
/// <param name="Kind">What it is about, in a word.</param>
/// <param name="Severity">page, warning or info.</param>
/// <param name="Pod">The pod, or null.</param>
/// <param name="About">What it is about when that is no pod, or null.</param>
/// <param name="Cause">Why, or null when no transition caused it.</param>
/// <param name="Sentence">What happened.</param>
/// <param name="At">When.</param>
/// <param name="Resolved">It says that another one is over.</param>
/// <param name="Resolves">The id of that one, or null.</param>
/// <param name="Stands">What it says is still so.</param>
/// <param name="Over">Since when it is not, or null.</param>
/// <param name="AcknowledgedBy">Who has seen it, or null.</param>
/// <param name="AcknowledgedAt">Since when.</param>
/// <param name="Runbook">The page that says what to do.</param>
/// <param name="Channels">What became of it, by channel: Waits, Sent, GivenUp, Skipped or Silenced.</param>
public sealed record AlertJson(
    string Id,
    string Key,
    string Kind,
    string Severity,
    string? Pod,
    string? About,
    string? Cause,
    string Sentence,
    DateTimeOffset At,
    bool Resolved,
    string? Resolves,
    bool Stands,
    DateTimeOffset? Over,
    string? AcknowledgedBy,
    DateTimeOffset? AcknowledgedAt,
    string Runbook,
    IReadOnlyDictionary<string, string> Channels);

/// <summary>How a channel is doing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sent">Taken by its receiver since the gate started.</param>
/// <param name="Failed">Given up.</param>
/// <param name="Dropped">Thrown away without being given up.</param>
/// <param name="Queued">Waiting and due.</param>
/// <param name="FailingSince">Since when no attempt has succeeded, or null.</param>
/// <param name="Why">What was wrong at the last attempt, or null.</param>
public sealed record AlertChannelJson(string Name, long Sent, long Failed, long Dropped, int Queued, DateTimeOffset? FailingSince, string? Why);

/// <summary>The answer of <c>GET /api/v1/alerts</c>.</summary>
/// <param name="Alerts">Oldest first.</param>
/// <param name="Channels">By name.</param>
public sealed record AlertsJson(IReadOnlyList<AlertJson> Alerts, IReadOnlyList<AlertChannelJson> Channels);

/// <summary>The answer of <c>POST /api/v1/alerts/test</c>.</summary>
/// <param name="Id">The id of the alert that was raised.</param>
/// <param name="Channels">The channels that it goes to.</param>
public sealed record AlertTestJson(string Id, IReadOnlyList<string> Channels);

/// <summary>A silence.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Who">Who wanted it.</param>
/// <param name="Reason">Why.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when.</param>
/// <param name="Kinds">The kinds of alerts that it is about; empty: all.</param>
/// <param name="Pods">The pods whose alerts it is about; empty: all, and those about no pod.</param>
public sealed record SilenceJson(
    string Id, string Who, string Reason, DateTimeOffset From, DateTimeOffset Until, IReadOnlyList<string> Kinds, IReadOnlyList<string> Pods);

/// <summary>The body of <c>POST /api/v1/silences</c>.</summary>
/// <param name="Reason">Why; required.</param>
/// <param name="For">How long; required.</param>
/// <param name="Kinds">Only these kinds of alerts.</param>
/// <param name="Pods">Only alerts of these pods.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SilenceCommandJson(string? Reason, TimeSpan? For, IReadOnlyList<string>? Kinds = null, IReadOnlyList<string>? Pods = null);
