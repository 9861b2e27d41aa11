using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PodGate.Control.Alerts;
using PodGate.Operator.Audit;
using PodGate.Operator.Document;

namespace PodGate.Operator;

/// <summary>What people were told and say to it: they have seen it, they want to see whether alerts arrive, or peace for a while.</summary>
internal sealed class AlertEndpoints(OperatorSources sources)
{
    private const string Members = "reason and for (such as \"01:00:00\", both required), kinds and pods";
    private const int MostNames = 64;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Maps the routes.</summary>
    /// <param name="routes">The admin web application.</param>
    /// <param name="viewer">Who may look.</param>
    /// <param name="operator">Who may do something.</param>
    public void Map(IEndpointRouteBuilder routes, DemandedRole viewer, DemandedRole @operator)
    {
        routes.MapGet("/api/v1/alerts", ListAsync).Describe(
            viewer, "The alerts that stand or wait, the newest ended ones, and the channels.", typeof(AlertsJson));
        routes.MapPost("/api/v1/alerts/test", TestAsync).Describe(@operator, "Raises an alert that goes to every channel.", typeof(AlertTestJson));
        routes.MapPost("/api/v1/alerts/{id}/acknowledge", AcknowledgeAsync).Describe(
            @operator, "Says that somebody has seen an alert: channels that wait for that are not told.", typeof(AlertJson));
        routes.MapGet("/api/v1/silences", ListSilencesAsync).Describe(viewer, "The silences in force.", typeof(IReadOnlyList<SilenceJson>));
        routes.MapPost("/api/v1/silences", SilenceAsync).Describe(
            @operator, "Keeps alerts back for a while.", typeof(SilenceJson), typeof(SilenceCommandJson), status: 201);
        routes.MapDelete("/api/v1/silences/{id}", EndSilenceAsync).Describe(
            @operator, "Ends a silence; what it kept back and still stands is sent.", gives: null, status: 204);
    }

    private Task ListAsync(HttpContext context)
    {
        var alerts = sources.Outbox.List().Select(JsonOf).ToList();
        var channels = sources.Outbox.Channels.Select(channel => new AlertChannelJson(
            channel.Name, channel.Sent, channel.Failed, channel.Dropped, channel.Queued, channel.FailingSince, channel.Why)).ToList();
        return OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, new AlertsJson(alerts, channels), ApiJson.Default.AlertsJson);
    }

    private Task TestAsync(HttpContext context)
    {
        var alert = sources.Outbox.Test(AdminPipeline.Caller(context).Name);
        var answer = new AlertTestJson(alert.Id, [.. sources.Outbox.Channels.Select(channel => channel.Name)]);
        return OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, answer, ApiJson.Default.AlertTestJson);
    }

    private Task AcknowledgeAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        var seen = sources.Outbox.Acknowledge(id, AdminPipeline.Caller(context).Name) ?? throw new ApiProblem(
            StatusCodes.Status404NotFound, "unknown-alert", "There is no such alert",
            $"No alert {RequestReading.Shown(id)} stands or waits; GET /api/v1/alerts lists them.");
        return OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, JsonOf(seen), ApiJson.Default.AlertJson);
    }

    private Task ListSilencesAsync(HttpContext context) => OperatorApi.AnswerAsync(
        context, StatusCodes.Status200OK, [.. sources.Outbox.Silences().Select(JsonOf)], ApiJson.Default.IReadOnlyListSilenceJson);

    private async Task SilenceAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.SilenceCommandJson, Members);
        var reason = RequestReading.Reason(body.Reason);
        var lasts = body.For ?? throw ApiProblem.BadRequest("for is missing; say how long, such as 01:00:00.");
        if (lasts <= TimeSpan.Zero || lasts > Longest)
            throw ApiProblem.BadRequest($"for is {lasts:c}; it must be more than nothing and at most {Longest:c} (7 days).");
        var (kinds, pods) = (Names("kinds", body.Kinds), Names("pods", body.Pods));
        var note = AuditNote.Of(context);
        (note.Target, note.Reason) = (pods.Count == 0 ? null : string.Join(", ", pods), reason);
        if (kinds.FirstOrDefault(kind => !AlertKinds.All.Contains(kind)) is { } unknown)
            throw ApiProblem.BadRequest($"{RequestReading.Shown(unknown)} is no kind of alert; the kinds are {string.Join(", ", AlertKinds.All)}.");
        if (pods.FirstOrDefault(pod => sources.View().Find(pod) is null) is { } missing) throw OperatorApi.UnknownPod(missing);
        var now = sources.Time.GetUtcNow();
        var wanted = new Silence("", AdminPipeline.Caller(context).Name, reason, now, now + lasts) { Kinds = kinds, Pods = pods };
        var made = sources.Outbox.Add(wanted) ?? throw new ApiProblem(
            StatusCodes.Status409Conflict, "too-many", "There are too many silences",
            $"There are {Outbox.MostSilences} silences already; end some first.") { Kind = "TooMany" };
        await OperatorApi.AnswerAsync(context, StatusCodes.Status201Created, JsonOf(made), ApiJson.Default.SilenceJson);
    }

    private Task EndSilenceAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        if (!sources.Outbox.EndSilence(id, AdminPipeline.Caller(context).Name))
        {
            throw new ApiProblem(
                StatusCodes.Status404NotFound, "unknown-silence", "There is no such silence",
                $"There is no silence {RequestReading.Shown(id)}; GET /api/v1/silences lists them.");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
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
