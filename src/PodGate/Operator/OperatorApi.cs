using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using PodGate.Control.Alerts;
using PodGate.Metrics;
using PodGate.Operator.Accounts;
using PodGate.Operator.Audit;
using PodGate.Operator.Document;

namespace PodGate.Operator;

/// <summary>Every route of the admin port, with the role that it demands.</summary>
internal sealed class OperatorApi(OperatorSources sources, ILogger logger)
{
    private static readonly string[] Reading = ["GET", "HEAD"];

    private static readonly DemandedRole Viewer = new(TokenRole.Viewer);
    private static readonly DemandedRole Operator = new(TokenRole.Operator);
    private static readonly DemandedRole Administrator = new(TokenRole.Administrator);

    /// <summary>Maps the routes.</summary>
    /// <param name="routes">The admin web application.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        MapPods(routes);
        MapEvents(routes);
        MapCommands(routes);
        MapWork(routes);
        MapGate(routes);
        new UserEndpoints(sources, logger).Map(routes);
        new AlertEndpoints(sources).Map(routes, Viewer, Operator);
        routes.MapGet("/openapi/v1.json", ApiDocument.GetAsync).WithMetadata(Viewer);
    }

    private void MapPods(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/pods", GetFleetAsync).Describe(Viewer, "Every pod, and the fleet as a whole.", typeof(FleetJson));
        routes.MapGet("/api/v1/pods/{name}", GetPodAsync).Describe(Viewer, "One pod.", typeof(PodJson));
        routes.MapGet("/api/v1/pods/{name}/why", WhyAsync).Describe(Viewer, "Why a pod is what it is.", typeof(WhyJson));
        routes.MapGet("/api/v1/pods/{name}/connections", GetConnectionsAsync).Describe(Operator, "What runs on a pod.", typeof(ConnectionsJson),
            queries: new ApiQuery("most", "number", $"How many are listed, 0 to {AdminLimits.MostListed}; default 100."));
        routes.MapGet("/api/v1/pods/{name}/preview", PreviewAsync).Describe(
            Viewer, "What a command would lead to; nothing is changed.", typeof(PreviewJson), queries:
            [
                new ApiQuery("command", "text", "drain, disable or enable.", Required: true),
                new ApiQuery("keepActive", "duration", "Of a soft drain: slots that were used within this time stay."),
                new ApiQuery("hold", "number", "Of an enable: at how many percent of its slots the pod would be held, 1 to 99; default: it gets all."),
            ]);
        routes.MapGet("/api/v1/pods/{name}/trend", new TrendEndpoint(sources).GetAsync).Describe(
            Viewer, "The last hour of a pod: requests, errors and latency, in steps of half a minute.", typeof(TrendJson));
        var slots = new SlotEndpoints(sources);
        routes.MapGet("/api/v1/pods/{name}/slots", slots.OfPodAsync).Describe(Viewer, "The heaviest slots of a pod, of the last minutes.", typeof(SlotsJson));
        routes.MapGet("/api/v1/slots", slots.OfFleetAsync).Describe(Viewer, "The heaviest slots of the fleet, of the last minutes.", typeof(SlotsJson));
        routes.MapGet("/api/v1/stats", new StatsEndpoint(sources).GetAsync).Describe(
            Viewer, "What pods carried on the last days, in UTC, as of the last full minute.", typeof(StatsJson), queries:
            [
                new ApiQuery("pod", "text", "Only this pod; it may be one that is configured no more."),
                new ApiQuery("days", "number", $"How many days, today's among them: 1 to {StatsMapping.MostDays} of one pod, to {StatsMapping.MostDaysOfAll} of all; default 7."),
            ]);
        routes.MapGet("/api/v1/whereis/{address}", WhereIsAsync).Describe(Viewer, "Which pod a client's address goes to, or went to.", typeof(WhereIsJson),
            queries: new ApiQuery("at", "text", $"When: {MomentText.Forms}; default: now."));
    }

    private void MapEvents(IEndpointRouteBuilder routes)
    {
        ApiQuery[] which =
        [
            new("pod", "text", "Only those of one pod."),
            new("cause", "text", "Only those of one cause."),
            new("who", "text", "Only those of one person, or of automation."),
        ];
        routes.MapGet("/api/v1/events", GetEventsAsync).Describe(Viewer, "What happened, oldest first.", typeof(EventsJson), queries:
        [
            .. which, new ApiQuery("after", "number", "Only what has a greater number; default 0."),
            new ApiQuery("most", "number", $"1 to {AdminLimits.MostEvents}, which is the default."),
        ]);
        routes.MapGet("/api/v1/events/stream", new EventStream(sources).StreamAsync).Describe(
            Viewer, "What happens, as server-sent events that can be gone on with.", gives: null, type: "text/event-stream", queries:
            [
                .. which, new ApiQuery("after", "number", "Begins behind this number; default: with what happens from now on."),
            ]);
    }

    private void MapCommands(IEndpointRouteBuilder routes)
    {
        var commands = new PodCommands(sources);
        routes.MapPost("/api/v1/pods/{name}/drain", commands.DrainAsync).Describe(
            Operator, "Takes a pod out of the traffic and lets what runs on it end.", typeof(OutcomeJson), typeof(CommandJson));
        routes.MapPost("/api/v1/pods/{name}/enable", commands.EnableAsync).Describe(
            Operator, "Puts a pod that is well back into the traffic.", typeof(OutcomeJson), typeof(CommandJson));
        routes.MapPost("/api/v1/pods/{name}/disable", commands.DisableAsync).Describe(
            Operator, "Takes a pod out of the traffic and closes what runs on it.", typeof(OutcomeJson), typeof(CommandJson));
        routes.MapPost("/api/v1/pods/{name}/note", commands.NoteAsync).Describe(
            Operator, "Leaves a note on a pod for whoever looks at it, or takes it away. Changes no traffic.", typeof(OutcomeJson), typeof(NoteCommandJson));
        routes.MapPost("/api/v1/freeze", commands.FreezeAsync).Describe(
            Operator, "Lets automation move nobody for a while, or ends that.", typeof(OutcomeJson), typeof(FreezeCommandJson));
    }

    private void MapWork(IEndpointRouteBuilder routes)
    {
        var rolls = new RollEndpoints(sources, logger);
        var maintenance = new MaintenanceEndpoints(sources);
        routes.MapGet("/api/v1/roll", rolls.GetAsync).Describe(Viewer, "The roll that runs, else the last one.", typeof(RollStatusJson));
        routes.MapPost("/api/v1/roll", rolls.BeginAsync).Describe(
            Operator, "Begins a roll, which takes the lease, or takes one up.", typeof(RollStatusJson), typeof(RollBeginJson));
        routes.MapPut("/api/v1/roll", rolls.ReportAsync).Describe(
            Operator, "Renews the lease of a roll, and says where it is.", typeof(RollStatusJson), typeof(RollReportJson));
        routes.MapGet("/api/v1/maintenance", maintenance.ListAsync).Describe(Viewer, "Planned maintenance.", typeof(MaintenanceListJson),
            queries: new ApiQuery("all", "flag", "The newest ended ones too; default false."));
        routes.MapPost("/api/v1/maintenance", maintenance.AddAsync).Describe(
            Operator, "Plans a maintenance.", typeof(MaintenanceOutcomeJson), typeof(MaintenanceCommandJson));
        routes.MapDelete("/api/v1/maintenance/{id}", maintenance.CancelAsync).Describe(
            Operator, "Cancels a planned maintenance.", typeof(MaintenanceOutcomeJson), typeof(CancelMaintenanceJson));
        routes.MapGet("/api/v1/maintenance/announcements", maintenance.AnnounceAsync).Describe(
            Viewer, "Planned maintenance, in words for customers.", typeof(AnnouncementsJson));
        routes.MapGet("/api/v1/maintenance.ics", maintenance.CalendarAsync).Describe(
            Viewer, "Planned maintenance as a calendar.", gives: null, type: "text/calendar");
    }

    private void MapGate(IEndpointRouteBuilder routes)
    {
        var tokens = new TokenEndpoints(sources, logger);
        var upgrade = new UpgradeEndpoint(sources);
        var open = new DemandedRole(TokenRole.Viewer, OnlyWhenProtected: true);
        routes.MapPost("/api/v1/reload", ReloadAsync).Describe(Administrator, "Reads the configuration file again.", typeof(ReloadJson),
            queries: new ApiQuery("confirm", "flag", "Confirms what takes pods away or spreads clients in another way; default false."));
        routes.MapGet("/api/v1/upgrade", upgrade.LookAsync).Describe(Viewer, "How far a take-over by another process is.", typeof(TakeoverJson));
        routes.MapPost("/api/v1/upgrade", upgrade.UpgradeAsync).Describe(
            Administrator, "Lets a new process take over.", typeof(UpgradeJson), typeof(UpgradeCommandJson));
        routes.MapGet("/api/v1/tokens", tokens.ListAsync).Describe(
            Administrator, "Every token, without its secret.", typeof(IReadOnlyList<TokenJson>));
        routes.MapPost("/api/v1/tokens", tokens.AddAsync).Describe(
            Administrator, "Makes a token; its secret is shown this once.", typeof(NewTokenJson), typeof(TokenCommandJson), status: 201);
        routes.MapDelete("/api/v1/tokens/{name}", tokens.RevokeAsync).Describe(Administrator, "Revokes a token.", gives: null, status: 204);
        var audit = new AuditEndpoints(sources);
        routes.MapGet("/api/v1/audit", audit.ListAsync).Describe(Administrator, "Who did what, the newest first.", typeof(AuditPageJson), queries:
        [
            new ApiQuery("who", "text", "Only what one person did, or automation."),
            new ApiQuery("act", "text", "Only one act, such as POST pods.drain; or without its method."),
            new ApiQuery("target", "text", "Only what was done to one pod, token or plan."),
            new ApiQuery("before", "number", "Only what has a smaller number; default: from the newest on."),
            new ApiQuery("most", "number", $"1 to {AuditLimits.MostEntries}; default 100."),
        ]);
        routes.MapGet("/api/v1/audit/head", audit.HeadAsync).Describe(Viewer, "Number and hash of the newest entry of the audit trail, to be kept elsewhere.", typeof(AuditHead));
        routes.MapMethods("/metrics", Reading, new MetricsEndpoint(sources.Metrics).GetAsync).Describe(
            open, "The metrics, for Prometheus.", gives: null, type: "text/plain");
        routes.MapMethods("/healthz", Reading, GetHealthAsync).Describe(open, "Whether the process runs.", typeof(JsonObject));
        routes.MapMethods("/readyz", Reading, GetReadinessAsync).Describe(open, "Whether the gate can serve.", typeof(ReadinessJson));
    }

    /// <summary>Answers with JSON.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="value">What to say.</param>
    /// <param name="type">How it becomes JSON.</param>
    internal static async Task AnswerAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.StatusCode = status;
        await WriteAsync(context, "application/json; charset=utf-8", bytes);
    }

    /// <summary>The problem of a pod that is not there.</summary>
    /// <param name="name">The name that was asked for.</param>
    internal static ApiProblem UnknownPod(string name) =>
        new(StatusCodes.Status404NotFound, "unknown-pod", "There is no such pod",
            $"There is no pod named {RequestReading.Shown(name)}; GET /api/v1/pods lists them.");

    private Task GetFleetAsync(HttpContext context) =>
        AnswerAsync(context, StatusCodes.Status200OK, ApiMapping.Fleet(sources, AdminPipeline.Caller(context).Role), ApiJson.Default.FleetJson);

    private Task GetPodAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var view = sources.View();
        if (view.Find(name) is not { } pod) throw UnknownPod(name);
        context.Response.Headers.ETag = PodVersion.TagOf(pod.Record.Version);
        return AnswerAsync(context, StatusCodes.Status200OK, ApiMapping.Pod(view, pod, AdminPipeline.Caller(context).Role), ApiJson.Default.PodJson);
    }

    private Task WhyAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var why = WhyMapping.Of(sources, name, AdminPipeline.Caller(context).Role) ?? throw UnknownPod(name);
        return AnswerAsync(context, StatusCodes.Status200OK, why, ApiJson.Default.WhyJson);
    }

    private Task GetConnectionsAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (sources.View().Find(name) is null) throw UnknownPod(name);
        var most = RequestReading.Number(context, "most", fallback: 100, least: 0, most: AdminLimits.MostListed);
        return AnswerAsync(context, StatusCodes.Status200OK, ApiMapping.Connections(sources, name, (int)most), ApiJson.Default.ConnectionsJson);
    }

    private Task PreviewAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var command = context.Request.Query["command"] is { Count: 1 } words ? words[0] : null;
        if (command is not ("drain" or "disable" or "enable")) throw ApiProblem.BadRequest("command must be drain, disable or enable.");
        var keep = RequestReading.OptionalDuration(context, "keepActive");
        if (keep is not null && command != "drain") throw ApiProblem.BadRequest("keepActive belongs to a drain; leave it out here.");
        int? hold = context.Request.Query.ContainsKey("hold") ? (int)RequestReading.Number(context, "hold", fallback: 0, least: 1, most: 99) : null;
        if (hold is not null && command != "enable") throw ApiProblem.BadRequest("hold belongs to an enable; leave it out here.");
        if (sources.View().Find(name) is not { } pod) throw UnknownPod(name);
        return AnswerAsync(context, StatusCodes.Status200OK, PreviewMapping.Of(sources, pod, command, keep, hold), ApiJson.Default.PreviewJson);
    }

    private Task GetEventsAsync(HttpContext context)
    {
        var after = RequestReading.Number(context, "after", fallback: 0, least: 0, most: long.MaxValue);
        var most = RequestReading.Number(context, "most", fallback: AdminLimits.MostEvents, least: 1, most: AdminLimits.MostEvents);
        var filter = EventFilter.Of(context);
        var all = sources.Events(after, int.MaxValue);
        var events = all.Where(filter.Fits).Take((int)most).ToList();

        // Where all that fits was given, the caller goes on behind what does not.
        var next = events.Count == most ? events[^1].Number : all.Count > 0 ? all[^1].Number : after;
        return AnswerAsync(context, StatusCodes.Status200OK, new EventsJson([.. events.Select(ApiMapping.Event)], next), ApiJson.Default.EventsJson);
    }

    private async Task WhereIsAsync(HttpContext context)
    {
        var at = context.Request.Query["at"] is { Count: > 0 } written ? RequestReading.Moment("at", written.ToString()).At : (DateTimeOffset?)null;
        var found = await WhereIs.AnswerAsync(sources, (string)context.Request.RouteValues["address"]!, at, context.RequestAborted);
        await AnswerAsync(context, StatusCodes.Status200OK, found, ApiJson.Default.WhereIsJson);
    }

    private async Task ReloadAsync(HttpContext context)
    {
        var confirmed = RequestReading.Flag(context, "confirm");
        var outcome = await sources.Reload(confirmed, context.RequestAborted);
        AuditNote.Of(context).Reason = confirmed ? "confirmed: " + outcome.Sentence : outcome.Sentence;
        OperatorLog.Reloaded(logger, AdminPipeline.Caller(context).Name, confirmed, outcome.Sentence);
        if (!outcome.Applied)
        {
            throw outcome.NeedsConfirmation
                ? new ApiProblem(StatusCodes.Status409Conflict, "needs-confirmation", "The new configuration must be confirmed", outcome.Sentence)
                    { Kind = "Confirmation", Errors = outcome.Errors }
                : new ApiProblem(StatusCodes.Status409Conflict, "configuration-refused", "The new configuration was refused", outcome.Sentence)
                    { Kind = "Configuration", Errors = outcome.Errors };
        }

        await AnswerAsync(context, StatusCodes.Status200OK, new ReloadJson(true, outcome.Sentence, outcome.Errors), ApiJson.Default.ReloadJson);
    }

    private static Task GetHealthAsync(HttpContext context) => WriteAsync(context, "application/json; charset=utf-8", "{\"running\":true}"u8.ToArray());

    private Task GetReadinessAsync(HttpContext context)
    {
        var reasons = sources.Readiness.Reasons();
        var status = reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        var told = new ReadinessJson(reasons.Count == 0, reasons) { Warnings = sources.Warnings() };
        return AnswerAsync(context, status, told, ReadinessJsonContext.Default.ReadinessJson);
    }

    /// <summary>Answers with a body, or with its headers alone when only they were asked for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">What the body is.</param>
    /// <param name="body">The body.</param>
    internal static async Task WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
