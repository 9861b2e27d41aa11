using Microsoft.AspNetCore.Http;
using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>What people plan for pods, and how it is announced. Checks the form; whether it can be is decided behind the gatekeeper's door.</summary>
internal sealed class MaintenanceEndpoints(OperatorSources sources)
{
    private const string Members = "pod, from, until and reason (all required), force, enableWhenWell, and deadline (such as \"00:05:00\")";

    /// <summary>GET /api/v1/maintenance.</summary>
    /// <param name="context">The request.</param>
    public Task ListAsync(HttpContext context)
    {
        var plans = MaintenanceMapping.Plans(sources.View().Fleet, ended: RequestReading.Flag(context, "all"));
        return OperatorApi.AnswerAsync(
            context, StatusCodes.Status200OK, new MaintenanceListJson(sources.Time.GetUtcNow(), plans), ApiJson.Default.MaintenanceListJson);
    }

    /// <summary>POST /api/v1/maintenance.</summary>
    /// <param name="context">The request.</param>
    public async Task AddAsync(HttpContext context)
    {
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.MaintenanceCommandJson, Members);
        if (string.IsNullOrWhiteSpace(body.Pod)) throw ApiProblem.BadRequest("pod is missing; GET /api/v1/pods lists them.");
        var reason = RequestReading.Reason(body.Reason);
        var (from, until) = (RequestReading.Moment("from", body.From), RequestReading.Moment("until", body.Until));
        if (body.Deadline is { } deadline) RequestReading.Duration("deadline", deadline);
        var command = new PlanMaintenanceCommand(body.Pod, AdminPipeline.Caller(context).Name, reason, from.At, until.At, from.Zone)
        {
            Force = body.Force, EnableWhenWell = body.EnableWhenWell, Deadline = body.Deadline,
        };
        var outcome = await CommandAnswers.ExecuteAsync(sources, context, command, body.Pod);
        var fleet = outcome.View.Fleet;

        // Plans of one pod do not overlap, so its times are as good as its id. One that is due now may have begun, or be over, by now.
        var plan = fleet.Agenda.Plans.Where(known => known.Pod == body.Pod && known.From == from.At && known.Until == until.At).MaxBy(known => known.Planned);
        await AnswerAsync(context, outcome.Durable, outcome.Sentence, fleet, plan, plan is null ? [] : MaintenanceOutlook.Warnings(fleet, plan));
    }

    /// <summary>DELETE /api/v1/maintenance/{id}.</summary>
    /// <param name="context">The request.</param>
    public async Task CancelAsync(HttpContext context)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        var body = await RequestReading.BodyAsync(context, ApiJson.Default.CancelMaintenanceJson, "reason (required)");
        var reason = RequestReading.Reason(body.Reason);
        var command = new CancelMaintenanceCommand(RequestReading.Shown(id), AdminPipeline.Caller(context).Name, reason);
        var outcome = await CommandAnswers.ExecuteAsync(sources, context, command, "");
        var fleet = outcome.View.Fleet;
        await AnswerAsync(context, outcome.Durable, outcome.Sentence, fleet, fleet.Agenda.Plans.FirstOrDefault(plan => plan.Id == id), []);
    }

    /// <summary>GET /api/v1/maintenance/announcements.</summary>
    /// <param name="context">The request.</param>
    public Task AnnounceAsync(HttpContext context)
    {
        var fleet = sources.View().Fleet;
        var answer = new AnnouncementsJson([.. fleet.Agenda.Open.Select(plan => MaintenanceAnnouncement.Of(fleet, plan))]);
        return OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, answer, ApiJson.Default.AnnouncementsJson);
    }

    /// <summary>GET /api/v1/maintenance.ics.</summary>
    /// <param name="context">The request.</param>
    public Task CalendarAsync(HttpContext context) => OperatorApi.WriteAsync(
        context, MaintenanceCalendar.ContentType, MaintenanceCalendar.Write(sources.View().Fleet.Agenda, sources.Journal.Start.GateId));

    private static Task AnswerAsync(HttpContext context, bool durable, string sentence, Fleet fleet, MaintenancePlan? plan, IReadOnlyList<string> warnings) =>
        OperatorApi.AnswerAsync(
            context,
            durable ? StatusCodes.Status200OK : StatusCodes.Status202Accepted,
            new MaintenanceOutcomeJson(sentence, durable, plan is null ? null : MaintenanceMapping.Plan(fleet, plan), warnings),
            ApiJson.Default.MaintenanceOutcomeJson);
}
