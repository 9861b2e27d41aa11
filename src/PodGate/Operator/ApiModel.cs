using System.Text.Json.Serialization;

namespace PodGate.Operator;

// What the operator API says and takes. API and CLI share these types, so that they cannot drift apart.
// Property names are camelCase in JSON; times are ISO 8601 in UTC; durations are "hh:mm:ss" or "d.hh:mm:ss"; null properties are written.

/// <summary>The answer of <c>GET /api/v1/pods</c>.</summary>
/// <param name="Gate">About the gate and the fleet as a whole.</param>
/// <param name="Pods">Every pod, by name.</param>
public sealed record FleetJson(GateJson Gate, IReadOnlyList<PodJson> Pods);

/// <summary>The gate and the fleet as a whole.</summary>
/// <param name="Now">The gate's time.</param>
/// <param name="Mode">Act or Observe.</param>
/// <param name="MinimumOpen">The fewest pods that can carry the traffic.</param>
/// <param name="InTraffic">Pods in the traffic that answer.</param>
/// <param name="FailuresUntilGuard">How many more pods may fail before the guard holds.</param>
/// <param name="JournalWritable">Whether commands can be made durable.</param>
/// <param name="JournalBacklog">Entries in effect that wait to be written.</param>
/// <param name="Freeze">The freeze in force, or null.</param>
/// <param name="SnapshotVersion">The version of the routing table.</param>
/// <param name="LastReload">What became of the last reload: null when it was applied, else its errors.</param>
/// <param name="Roll">The roll that runs, or one that ended without finishing and was not taken up; else null.</param>
public sealed record GateJson(
    DateTimeOffset Now,
    string Mode,
    int MinimumOpen,
    int InTraffic,
    int FailuresUntilGuard,
    bool JournalWritable,
    int JournalBacklog,
    FreezeJson? Freeze,
    long SnapshotVersion,
    IReadOnlyList<string>? LastReload,
    RollJson? Roll = null)
{
    /// <summary>Every open planned maintenance, by its beginning; null from a gate that knows none yet.</summary>
    public IReadOnlyList<MaintenanceJson>? Maintenance { get; init; }
}

/// <summary>A freeze.</summary>
/// <param name="Who">Who froze automation.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself.</param>
public sealed record FreezeJson(string Who, string Reason, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>A pod.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">The word of the state table.</param>
/// <param name="Sentence">Why it is in that state.</param>
/// <param name="StateSince">Since when.</param>
/// <param name="Intent">Enabled or Disabled.</param>
/// <param name="IntentWho">Who said so.</param>
/// <param name="IntentReason">Why.</param>
/// <param name="IntentSince">Since when.</param>
/// <param name="Deadline">When what runs on a disabled pod is closed, or null.</param>
/// <param name="Latch">The latch, or null.</param>
/// <param name="Health">The measured level.</param>
/// <param name="WellSince">Since when every probe has been good, or null.</param>
/// <param name="HeldBack">What automation would have done and did not, or null.</param>
/// <param name="Slots">Slots it owns.</param>
/// <param name="SlotShare">The same as a share of all, 0 to 1.</param>
/// <param name="RequestsInFlight">Requests and connections on it.</param>
/// <param name="Address">Where requests go.</param>
/// <param name="Labels">Free words.</param>
/// <param name="LastProbe">The newest probe, or null.</param>
/// <param name="Version">Counts its durable changes; commands name it.</param>
public sealed record PodJson(
    string Name,
    string State,
    string Sentence,
    DateTimeOffset StateSince,
    string Intent,
    string IntentWho,
    string IntentReason,
    DateTimeOffset IntentSince,
    DateTimeOffset? Deadline,
    LatchJson? Latch,
    string Health,
    DateTimeOffset? WellSince,
    string? HeldBack,
    int Slots,
    double SlotShare,
    long RequestsInFlight,
    string Address,
    IReadOnlyDictionary<string, string> Labels,
    ProbeJson? LastProbe,
    long Version)
{
    /// <summary>Its ramp, or null when it does not ramp.</summary>
    public RampJson? Ramp { get; init; }

    /// <summary>Of a soft drain: slots that were used within this time stay; else null.</summary>
    public TimeSpan? KeepActive { get; init; }

    /// <summary>The next planned maintenance of the pod, or the one in force; null when there is none.</summary>
    public MaintenanceJson? Maintenance { get; init; }

    /// <summary>By when people want a disabled pod back: a reminder; null when they did not say.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>That moment has passed, and the pod is still out.</summary>
    public bool Expired { get; init; }

    /// <summary>Whose the drain is; null when nobody was named.</summary>
    public string? Owner { get; init; }

    /// <summary>The pod gets no more than so many percent of its own slots until it is enabled without, 1 to 99; null: all of them.</summary>
    public int? Hold { get; init; }

    /// <summary>What somebody wants the others to know of it; null: nothing.</summary>
    public NoteJson? Note { get; init; }
}

/// <summary>What somebody wants the others to know of a pod.</summary>
/// <param name="Who">Who left it.</param>
/// <param name="Text">What.</param>
/// <param name="At">When.</param>
public sealed record NoteJson(string Who, string Text, DateTimeOffset At);

/// <summary>The body of a note.</summary>
/// <param name="Text">What the others are to know, 1 to 500 characters in one line; when a note is taken away, why.</param>
/// <param name="Clear">Takes away the note that is there.</param>
/// <param name="Version">The version the person saw.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NoteCommandJson(string? Text, bool Clear = false, long? Version = null);

/// <summary>A ramp: the pod gets its slots back step by step.</summary>
/// <param name="Share">How much of its own slots it has, 0 to 1.</param>
/// <param name="Duration">How long the ramp takes when nothing holds it back.</param>
/// <param name="Held">For how long it has been held back altogether.</param>
/// <param name="HeldSince">Since when it stands still, or null.</param>
/// <param name="HeldBecause">Why it stands still, or null.</param>
public sealed record RampJson(double Share, TimeSpan Duration, TimeSpan Held, DateTimeOffset? HeldSince, string? HeldBecause);

/// <summary>A latch.</summary>
/// <param name="Id">Unique.</param>
/// <param name="Cause">The kind of reason.</param>
/// <param name="Sentence">The reason.</param>
/// <param name="Since">Since when.</param>
/// <param name="Evidence">What it rests on; empty for viewers.</param>
public sealed record LatchJson(string Id, string Cause, string Sentence, DateTimeOffset Since, IReadOnlyList<string> Evidence);

/// <summary>A probe.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record ProbeJson(DateTimeOffset At, string Result, string Sentence, double Milliseconds);

/// <summary>The body of drain, enable and disable.</summary>
/// <param name="Reason">Why; required.</param>
/// <param name="Force">Although a check objects.</param>
/// <param name="Deadline">Drain only: how long what runs may go on.</param>
/// <param name="Version">The version the person saw.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CommandJson(string? Reason, bool Force = false, TimeSpan? Deadline = null, long? Version = null)
{
    /// <summary>Drain only: slots that were used within this time stay until they fall quiet; the deadline is then required.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? KeepActive { get; init; }

    /// <summary>Enable only: how long the pod takes this once to get all its slots; null: as configured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Ramp { get; init; }

    /// <summary>Enable only: the pod gets no more than so many percent of its own slots until it is enabled without, 1 to 99; null: all of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Hold { get; init; }

    /// <summary>Drain and disable: by when the pod is to be back, as a moment with its zone or a duration from now; people are reminded then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Until { get; init; }

    /// <summary>Drain and disable: whose it is, 1 to 100 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Owner { get; init; }

    /// <summary>
    /// Drain and enable: the id of the roll that commands it. Refused with 409 unless that roll holds the lease at that moment and is at this pod;
    /// null: it is no roll's.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Roll { get; init; }
}

/// <summary>The body of freeze.</summary>
/// <param name="Reason">Why; required.</param>
/// <param name="For">How long; zero ends a freeze.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FreezeCommandJson(string? Reason, TimeSpan? For = null);

/// <summary>The answer to a command: 200 when durable, 202 when in effect and not durable.</summary>
/// <param name="Sentence">What was done.</param>
/// <param name="Durable">Whether it is in the journal.</param>
/// <param name="Pod">The pod after it; null for a freeze.</param>
public sealed record OutcomeJson(string Sentence, bool Durable, PodJson? Pod);

/// <summary>An event.</summary>
/// <param name="Number">Its number; grows always, with gaps.</param>
/// <param name="At">When.</param>
/// <param name="Pod">The pod; empty for the fleet.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Cause">The kind of reason.</param>
/// <param name="Sentence">The reason.</param>
/// <param name="Who">The person, or automation.</param>
/// <param name="Durable">Whether it is of the kind that is journalled.</param>
public sealed record EventJson(long Number, DateTimeOffset At, string Pod, string From, string To, string Cause, string Sentence, string Who, bool Durable);

/// <summary>The answer of <c>GET /api/v1/events</c>.</summary>
/// <param name="Events">Oldest first.</param>
/// <param name="Next">What to ask for next as <c>after</c>.</param>
public sealed record EventsJson(IReadOnlyList<EventJson> Events, long Next);

/// <summary>The answer of <c>GET /api/v1/pods/{name}/connections</c>: what runs on a pod. For operators, since clients have addresses.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Counts">How much runs on it, by kind: Request, Upload, EventStream, Grpc, WebSocket, Upgraded.</param>
/// <param name="ToldGoodbye">How many of these were asked to end.</param>
/// <param name="Goodbyes">When its long-lived connections are asked to end, or null.</param>
/// <param name="Connections">The oldest ones, as many as were asked for.</param>
public sealed record ConnectionsJson(
    string Pod, IReadOnlyDictionary<string, int> Counts, int ToldGoodbye, GoodbyesJson? Goodbyes, IReadOnlyList<ConnectionJson> Connections);

/// <summary>When a pod that gives its clients up asks its long-lived connections to end.</summary>
/// <param name="From">The first.</param>
/// <param name="Until">The last.</param>
public sealed record GoodbyesJson(DateTimeOffset From, DateTimeOffset Until);

/// <summary>A running request or a long-lived connection.</summary>
/// <param name="Kind">One of the words of the counts.</param>
/// <param name="Client">The client's address.</param>
/// <param name="AgeSeconds">Since the request arrived.</param>
/// <param name="IdleSeconds">Since something of it last passed.</param>
/// <param name="BytesToClient">Of the answer's body, or of the connection after the upgrade.</param>
/// <param name="BytesToPod">Of the request's body, or of the connection after the upgrade.</param>
/// <param name="ToldGoodbye">Whether it was asked to end.</param>
public sealed record ConnectionJson(
    string Kind, string Client, double AgeSeconds, double IdleSeconds, long BytesToClient, long BytesToPod, bool ToldGoodbye);

/// <summary>The body of <c>POST /api/v1/tokens</c>.</summary>
/// <param name="Name">Whose it is: 1 to 64 letters, digits, '.', '-', '_', '@'.</param>
/// <param name="Role">viewer, operator or administrator.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TokenCommandJson(string? Name, string? Role)
{
    /// <summary>For how long it opens anything, from a minute to ten years; null: until it is revoked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Lasts { get; init; }
}

/// <summary>A token, without its secret.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What it may.</param>
/// <param name="Created">When it was made.</param>
public sealed record TokenJson(string Name, string Role, DateTimeOffset Created)
{
    /// <summary>From when on it opens nothing; null: until it is revoked.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it was last used; exact to a day when that was before the gate last started; null: never.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>The address from which; null when that is not known.</summary>
    public string? LastFrom { get; init; }
}

/// <summary>A new token, with its secret: shown once and never again.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What it may.</param>
/// <param name="Secret">The bearer token.</param>
public sealed record NewTokenJson(string Name, string Role, string Secret)
{
    /// <summary>From when on it opens nothing; null: until it is revoked.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>The answer of <c>POST /api/v1/reload</c>: 200 when applied, 409 with errors or what needs a confirmation.</summary>
/// <param name="Applied">Whether the new configuration is in force.</param>
/// <param name="Sentence">What became of it.</param>
/// <param name="Errors">All that is wrong with it.</param>
public sealed record ReloadJson(bool Applied, string Sentence, IReadOnlyList<string> Errors);
