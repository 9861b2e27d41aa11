using System.Text.Json.Serialization;

namespace PodGate.Operator;

// What the operator API says and takes of planned maintenance. Moments that it says are in UTC; those that it takes say their zone.

/// <summary>A planned maintenance.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Pod">The pod.</param>
/// <param name="Stage">Planned, HeldBack, Begun, NotWell, Over, NotDone or Cancelled.</param>
/// <param name="Open">There is still something to do for it.</param>
/// <param name="From">When the pod is drained.</param>
/// <param name="Until">When the work is done.</param>
/// <param name="Zone">The zone that people think of: an IANA name, UTC, or an offset.</param>
/// <param name="Who">Who planned it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Force">The pod is drained although fewer than MinimumOpen would be left.</param>
/// <param name="EnableWhenWell">The pod is enabled by itself afterwards, when it is well.</param>
/// <param name="Deadline">How long what runs may go on; null: the configured one.</param>
/// <param name="Planned">When it was planned.</param>
/// <param name="Changed">Since when it is in its stage.</param>
/// <param name="Sentence">What happened last.</param>
/// <param name="Configured">The pod is in the configuration; else it is not carried out.</param>
public sealed record MaintenanceJson(
    string Id,
    string Pod,
    string Stage,
    bool Open,
    DateTimeOffset From,
    DateTimeOffset Until,
    string Zone,
    string Who,
    string Reason,
    bool Force,
    bool EnableWhenWell,
    TimeSpan? Deadline,
    DateTimeOffset Planned,
    DateTimeOffset Changed,
    string Sentence,
    bool Configured);

/// <summary>The answer of <c>GET /api/v1/maintenance</c>.</summary>
/// <param name="Now">The gate's time.</param>
/// <param name="Plans">The open ones by their beginning; with <c>all=true</c> then the newest ended ones, oldest first.</param>
public sealed record MaintenanceListJson(DateTimeOffset Now, IReadOnlyList<MaintenanceJson> Plans);

/// <summary>The body of <c>POST /api/v1/maintenance</c>.</summary>
/// <param name="Pod">The pod's name; required.</param>
/// <param name="From">A moment with its zone; required.</param>
/// <param name="Until">A moment with its zone; required.</param>
/// <param name="Reason">Why; required.</param>
/// <param name="Force">Drain although fewer than MinimumOpen would be left.</param>
/// <param name="EnableWhenWell">Enable the pod by itself afterwards, when it is well.</param>
/// <param name="Deadline">How long what runs may go on.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MaintenanceCommandJson(
    string? Pod, string? From, string? Until, string? Reason, bool Force = false, bool EnableWhenWell = false, TimeSpan? Deadline = null);

/// <summary>The body of <c>DELETE /api/v1/maintenance/{id}</c>.</summary>
/// <param name="Reason">Why; required.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CancelMaintenanceJson(string? Reason);

/// <summary>The answer to planning or cancelling: 200 when durable, 202 when in effect and not durable.</summary>
/// <param name="Sentence">What was done.</param>
/// <param name="Durable">Whether it is in the journal.</param>
/// <param name="Plan">The plan after it.</param>
/// <param name="Warnings">What whoever planned it should know.</param>
public sealed record MaintenanceOutcomeJson(string Sentence, bool Durable, MaintenanceJson? Plan, IReadOnlyList<string> Warnings);

/// <summary>What to tell people of a planned maintenance, in one language.</summary>
/// <param name="Language">en or de.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">A few lines.</param>
public sealed record AnnouncementTextJson(string Language, string Subject, string Text);

/// <summary>What to tell people of a planned maintenance.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Texts">One for each language.</param>
public sealed record AnnouncementJson(MaintenanceJson Plan, IReadOnlyList<AnnouncementTextJson> Texts);

/// <summary>The answer of <c>GET /api/v1/maintenance/announcements</c>.</summary>
/// <param name="Announcements">One for each open plan, by its beginning.</param>
public sealed record AnnouncementsJson(IReadOnlyList<AnnouncementJson> Announcements);
