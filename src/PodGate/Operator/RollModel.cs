using System.Text.Json.Serialization;

namespace PodGate.Operator;

// What the operator API says and takes about rolling work: pod by pod, each is drained, worked on by a command, and enabled again.
// The command line does it; the gate keeps the lease that makes it one at a time, and the record of it, which outlives both.

/// <summary>The answer of <c>GET /api/v1/roll</c>.</summary>
/// <param name="Now">The gate's time.</param>
/// <param name="Roll">The roll that runs, else the last one; null when there has been none.</param>
public sealed record RollStatusJson(DateTimeOffset Now, RollJson? Roll)
{
    /// <summary>Whose token asks: who takes a roll up has to know whether it was another's. Null from a gate that does not say it.</summary>
    public string? Caller { get; init; }
}

/// <summary>How a roll goes about it, kept so that it can be taken up again.</summary>
/// <param name="Deadline">Of its drains; null: the gate's DrainDeadline.</param>
/// <param name="DrainTimeout">How long it waits for a pod to be Drained; null: until a minute after the drain's deadline.</param>
/// <param name="Rise">Good probes since the command ended that prove a pod well; null: as many as an enable needs.</param>
/// <param name="WellTimeout">How long it waits for that.</param>
/// <param name="Bake">How long it watches a pod that is back.</param>
/// <param name="BesideOut">It goes on beside pods that were out of the traffic when it began.</param>
public sealed record RollTermsJson(TimeSpan? Deadline, TimeSpan? DrainTimeout, int? Rise, TimeSpan WellTimeout, TimeSpan Bake, bool BesideOut);

/// <summary>A roll.</summary>
/// <param name="Id">Unique; who renews the lease names it.</param>
/// <param name="Who">The person, by the token.</param>
/// <param name="From">Where its command line runs, in its own words.</param>
/// <param name="Reason">Why.</param>
/// <param name="Command">What is run for each pod; empty for viewers, since people put passwords into commands.</param>
/// <param name="Pods">The pods, in order.</param>
/// <param name="Terms">How it goes about it.</param>
/// <param name="OutBefore">Pods that were out of the traffic when it began.</param>
/// <param name="Done">The pods that are done.</param>
/// <param name="State">Running, Finished, Stopped, or Died: its lease ran out.</param>
/// <param name="Began">When.</param>
/// <param name="Heard">When its command line was last heard of; after a restart of the gate up to a minute too old.</param>
/// <param name="Ended">When it ended, or its lease ran out; null while it runs.</param>
/// <param name="Pod">The pod it is at, or was at when it ended; null between two pods.</param>
/// <param name="Step">Begin, Drain, Exec, Well, Enable, Ramp or Bake.</param>
/// <param name="Sentence">What it does, or how it ended.</param>
/// <param name="PodState">The state that <paramref name="Pod"/> is in now; null when there is no such pod.</param>
public sealed record RollJson(
    string Id,
    string Who,
    string From,
    string Reason,
    string Command,
    IReadOnlyList<string> Pods,
    RollTermsJson Terms,
    IReadOnlyList<string> OutBefore,
    IReadOnlyList<string> Done,
    string State,
    DateTimeOffset Began,
    DateTimeOffset Heard,
    DateTimeOffset? Ended,
    string? Pod,
    string Step,
    string Sentence,
    string? PodState = null)
{
    /// <summary>Since when <see cref="Pod"/> is out by the roll's own drain: the <c>intentSince</c> that it made. Null when it is not.</summary>
    public DateTimeOffset? Drained { get; init; }
}

/// <summary>The body of <c>POST /api/v1/roll</c>, which begins a roll. Sent again with the same id it renews the lease.</summary>
/// <param name="Id">Made by the command line: 8 to 64 letters, digits and '-'.</param>
/// <param name="Pods">The pods, in order.</param>
/// <param name="Command">What is run for each pod, where the command line runs.</param>
/// <param name="Reason">Why; required.</param>
/// <param name="From">Where the command line runs.</param>
/// <param name="Terms">How it goes about it.</param>
/// <param name="Done">The pods that are done already, by the roll that this takes up.</param>
/// <param name="OutBefore">Pods that were out of the traffic when it began.</param>
/// <param name="Resumes">The id of the stopped or died roll that this takes up; refused when that is not the last one any more.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RollBeginJson(
    string? Id,
    IReadOnlyList<string>? Pods,
    string? Command,
    string? Reason,
    string? From,
    RollTermsJson? Terms,
    IReadOnlyList<string>? Done = null,
    IReadOnlyList<string>? OutBefore = null,
    string? Resumes = null);

/// <summary>The body of <c>PUT /api/v1/roll</c>: renews the lease, tells how far it is, and ends it.</summary>
/// <param name="Id">Of the roll.</param>
/// <param name="Pod">The pod it is at, or null.</param>
/// <param name="Step">One of the steps.</param>
/// <param name="Sentence">What it does, or how it ended.</param>
/// <param name="Done">The pods that are done.</param>
/// <param name="State">Null while it runs; Finished or Stopped ends it.</param>
/// <param name="Drained">Since when the pod is out by the roll's own drain; null when it is not.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RollReportJson(
    string? Id, string? Pod, string? Step, string? Sentence, IReadOnlyList<string>? Done, string? State = null, DateTimeOffset? Drained = null);

/// <summary>The words of a roll's state.</summary>
internal static class RollStates
{
    /// <summary>Its lease is renewed.</summary>
    public const string Running = "Running";

    /// <summary>All its pods are done.</summary>
    public const string Finished = "Finished";

    /// <summary>It met trouble, or a person ended it.</summary>
    public const string Stopped = "Stopped";

    /// <summary>Its lease ran out. Never kept: it is what Running becomes when nobody is heard of any more.</summary>
    public const string Died = "Died";
}

/// <summary>The words of a roll's steps.</summary>
internal static class RollSteps
{
    /// <summary>Looks whether it may begin with the next pod.</summary>
    public const string Begin = "Begin";

    /// <summary>Waits until the pod is empty.</summary>
    public const string Drain = "Drain";

    /// <summary>The command runs.</summary>
    public const string Exec = "Exec";

    /// <summary>Waits until the pod is well.</summary>
    public const string Well = "Well";

    /// <summary>Enables it.</summary>
    public const string Enable = "Enable";

    /// <summary>Waits until it has all its slots.</summary>
    public const string Ramp = "Ramp";

    /// <summary>Watches it for a while.</summary>
    public const string Bake = "Bake";

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<string> All { get; } = [Begin, Drain, Exec, Well, Enable, Ramp, Bake];
}
