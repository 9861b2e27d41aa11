using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PodGate.Operator.Document;

namespace PodGate.Operator;

/// <summary>What people were told and say to it: they have seen it, they want to see whether alerts arrive, or peace for a while.</summary>
internal sealed class AlertEndpoints(OperatorSources sources)
{
    private const string Members = "reason and for (such as \"01:00:00\", both required), kinds and pods";

    private readonly AlertDesk _desk = new(sources);

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

    private Task ListAsync(HttpContext context) =>
        OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, _desk.List(), ApiJson.Default.AlertsJson);

    private Task TestAsync(HttpContext context) =>
        OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, _desk.Test(context), ApiJson.Default.AlertTestJson);

    private Task AcknowledgeAsync(HttpContext context) =>
        OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, _desk.Acknowledge(context), ApiJson.Default.AlertJson);

    private Task ListSilencesAsync(HttpContext context) =>
        OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, _desk.Silences(), ApiJson.Default.IReadOnlyListSilenceJson);

    private async Task SilenceAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.SilenceCommandJson, Members);
        await OperatorApi.AnswerAsync(context, StatusCodes.Status201Created, _desk.Silence(context, body), ApiJson.Default.SilenceJson);
    }

    private Task EndSilenceAsync(HttpContext context)
    {
        _desk.EndSilence(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
