using Microsoft.AspNetCore.Http;
using PodGate.Control.Alerts;
using PodGate.Operator.Audit;

namespace PodGate.Operator;

/// <summary>What people see of alerts and say to them, for API and page alike.</summary>
internal sealed class AlertDesk(OperatorSources sources)
{
    private const int MostNames = 64;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>The alerts that stand or wait, the newest ended ones, and the channels.</summary>
    public AlertsJson List() => new(
        [.. sources.Outbox.List().Select(JsonOf)],
        [.. sources.Outbox.Channels.Select(channel => new AlertChannelJson(
            channel.Name, channel.Sent, channel.Failed, channel.Dropped, channel.Queued, channel.FailingSince, channel.Why))]);

    /// <summary>The silences in force.</summary>
    public IReadOnlyList<SilenceJson> Silences() => [.. sources.Outbox.Silences().Select(JsonOf)];

    /// <summary>Raises an alert that goes to every channel.</summary>
    /// <param name="context">The request.</param>
    public AlertTestJson Test(HttpContext context)
    {
        var alert = sources.Outbox.Test(AdminPipeline.Caller(context).Name);
        return new AlertTestJson(alert.Id, [.. sources.Outbox.Channels.Select(channel => channel.Name)]);
    }

    /// <summary>The caller has seen the alert whose id is in the address.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="ApiProblem">There is none.</exception>
    public AlertJson Acknowledge(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        return JsonOf(sources.Outbox.Acknowledge(id, AdminPipeline.Caller(context).Name) ?? throw new ApiProblem(
            StatusCodes.Status404NotFound, "unknown-alert", "There is no such alert",
            $"No alert {RequestReading.Shown(id)} stands or waits; GET /api/v1/alerts lists them."));
    }

    /// <summary>Keeps alerts back for a while.</summary>
    /// <param name="context">The request.</param>
    /// <param name="wanted">Which, how long and why, as somebody wrote it.</param>
    /// <exception cref="ApiProblem">It is not what a silence can be, or there are too many.</exception>
    public SilenceJson Silence(HttpContext context, SilenceCommandJson wanted)
    {
        var reason = RequestReading.Reason(wanted.Reason);
        var lasts = wanted.For ?? throw ApiProblem.BadRequest("for is missing; say how long, such as 01:00:00.");
        if (lasts <= TimeSpan.Zero || lasts > Longest)
            throw ApiProblem.BadRequest($"for is {lasts:c}; it must be more than nothing and at most {Longest:c} (7 days).");
        var (kinds, pods) = (Names("kinds", wanted.Kinds), Names("pods", wanted.Pods));
        var note = AuditNote.Of(context);
        (note.Target, note.Reason) = (pods.Count == 0 ? null : string.Join(", ", pods), reason);
        if (kinds.FirstOrDefault(kind => !AlertKinds.All.Contains(kind)) is { } unknown)
            throw ApiProblem.BadRequest($"{RequestReading.Shown(unknown)} is no kind of alert; the kinds are {string.Join(", ", AlertKinds.All)}.");
        if (pods.FirstOrDefault(pod => sources.View().Find(pod) is null) is { } missing) throw OperatorApi.UnknownPod(missing);
        var now = sources.Time.GetUtcNow();
        var silence = new Silence("", AdminPipeline.Caller(context).Name, reason, now, now + lasts) { Kinds = kinds, Pods = pods };
        return JsonOf(sources.Outbox.Add(silence) ?? throw new ApiProblem(
            StatusCodes.Status409Conflict, "too-many", "There are too many silences",
            $"There are {Outbox.MostSilences} silences already; end some first.")
        { Kind = "TooMany" });
    }

    /// <summary>Ends the silence whose id is in the address; what it kept back and still stands is sent.</summary>
    /// <param name="context">The request.</param>
    /// <exception cref="ApiProblem">There is none.</exception>
    public void EndSilence(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        if (sources.Outbox.EndSilence(id, AdminPipeline.Caller(context).Name)) return;
        throw new ApiProblem(
            StatusCodes.Status404NotFound, "unknown-silence", "There is no such silence",
            $"There is no silence {RequestReading.Shown(id)}; GET /api/v1/silences lists them.");
    }

    private static IReadOnlyList<string> Names(string name, IReadOnlyList<string>? values)
    {
        if (values is null) return [];
        if (values.Count > MostNames) throw ApiProblem.BadRequest($"{name} has {values.Count} entries; it may have {MostNames} at most.");
        return values.Any(value => value is null) ? throw ApiProblem.BadRequest($"{name} has a null in it; write names.") : values;
    }

    private static SilenceJson JsonOf(Silence silence) =>
        new(silence.Id, silence.Who, silence.Why, silence.From, silence.Until, silence.Kinds, silence.Pods);

    private static AlertJson JsonOf(AlertStanding standing)
    {
        var alert = standing.Alert;
        return new AlertJson(
            alert.Id, alert.Key, alert.Kind, AlertKinds.WordOf(alert.Severity), alert.Pod, alert.About,
            alert.Cause?.ToString(), alert.Sentence, alert.At, alert.Resolved, alert.Resolves?.Id, standing.Stands, standing.Over,
            standing.AcknowledgedBy, standing.AcknowledgedAt, Runbooks.Of(alert), standing.To);
    }
}
