using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PodGate.Core.Pods;
using PodGate.Operator.Audit;

namespace PodGate.Operator.Page;

/// <summary>The pages that look into the past: the time line, where a client was, and who did what.</summary>
internal sealed class LookingPages(OperatorSources sources, OperatorPage page)
{
    /// <summary>Events or entries on a page.</summary>
    private const int PageSize = 100;

    /// <summary>Maps the pages' addresses.</summary>
    /// <param name="routes">The admin web application.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        var mark = new PageEndpoint();
        var viewer = new DemandedRole(TokenRole.Viewer);
        routes.MapGet("/events", EventsAsync).WithMetadata(viewer, mark);
        routes.MapGet("/events.md", ExportAsync).WithMetadata(viewer, mark);
        routes.MapGet("/events.json", ExportAsync).WithMetadata(viewer, mark);
        routes.MapGet("/whereis", WhereIsAsync).WithMetadata(viewer, mark);
        routes.MapGet("/audit", AuditAsync).WithMetadata(new DemandedRole(TokenRole.Administrator), mark);
    }

    /// <summary>Events that fit, newest first.</summary>
    /// <param name="sources">Where they are.</param>
    /// <param name="filter">Which.</param>
    /// <param name="before">Only those with a smaller number; null: all.</param>
    public static IEnumerable<Transition> Newest(OperatorSources sources, EventFilter filter, long? before) =>
        sources.Events(0, int.MaxValue).Reverse().Where(happened => (before is null || happened.Number < before) && filter.Fits(happened));

    private Task EventsAsync(HttpContext context)
    {
        var filter = EventFilter.Of(PageForms.WithoutEmpty(context));
        long? before = context.Request.Query.ContainsKey("before") ? RequestReading.Number(context, "before", 0, 1, long.MaxValue) : null;
        var events = Newest(sources, filter, before).Take(PageSize + 1).ToList();
        var shown = events.Take(PageSize).Select(ApiMapping.Event).ToList();
        return page.RenderAsync<EventsPage>(
            context,
            StatusCodes.Status200OK,
            (nameof(EventsPage.Pod), filter.Pod),
            (nameof(EventsPage.Cause), filter.Cause),
            (nameof(EventsPage.Who), filter.Who),
            (nameof(EventsPage.Pods), sources.View().Fleet.Pods.Keys.Union(filter.Pod is { } gone ? [gone] : []).Order(StringComparer.Ordinal).ToList()),
            (nameof(EventsPage.Events), shown),
            (nameof(EventsPage.Older), events.Count > PageSize ? shown[^1].Number : null));
    }

    private Task ExportAsync(HttpContext context)
    {
        var filter = EventFilter.Of(PageForms.WithoutEmpty(context));
        var events = sources.Events(0, int.MaxValue).Where(filter.Fits).Select(ApiMapping.Event).ToList();
        return context.Request.Path.Value!.EndsWith(".md", StringComparison.Ordinal)
            ? OperatorApi.WriteAsync(context, "text/markdown; charset=utf-8", EventReport.Of(events, sources.Time.GetUtcNow()))
            : OperatorApi.AnswerAsync(
                context, StatusCodes.Status200OK, new EventsJson(events, events.Count > 0 ? events[^1].Number : 0), ApiJson.Default.EventsJson);
    }

    private async Task WhereIsAsync(HttpContext context)
    {
        var asked = context.Request.Query["address"].ToString().Trim();
        var at = context.Request.Query["at"].ToString().Trim();
        if (asked.Length == 0)
        {
            await page.RenderAsync<WhereIsPage>(context, StatusCodes.Status200OK);
            return;
        }

        try
        {
            var moment = at.Length == 0 ? (DateTimeOffset?)null : RequestReading.Moment("at", Zoned(at)).At;
            var found = await WhereIs.AnswerAsync(sources, asked, moment, context.RequestAborted);
            await page.RenderAsync<WhereIsPage>(
                context, StatusCodes.Status200OK, (nameof(WhereIsPage.Asked), asked), (nameof(WhereIsPage.Found), found),
                (nameof(WhereIsPage.AskedAt), moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture)));
        }
        catch (ApiProblem problem)
        {
            await page.RenderAsync<WhereIsPage>(
                context, problem.Status, (nameof(WhereIsPage.Asked), RequestReading.Shown(asked)), (nameof(WhereIsPage.Problem), problem.Message));
        }

        // A browser's field for a moment has no zone; the page's label says which it means.
        static string Zoned(string at) => MomentText.Check("at", at) is not null && MomentText.Check("at", at + "Z") is null ? at + "Z" : at;
    }

    private Task AuditAsync(HttpContext context)
    {
        var filter = AuditFilter.Of(PageForms.WithoutEmpty(context));
        var before = RequestReading.Number(context, "before", fallback: long.MaxValue, least: 1, most: long.MaxValue);
        return page.RenderAsync<AuditPage>(
            context,
            StatusCodes.Status200OK,
            (nameof(AuditPage.Trail), AuditEndpoints.Read(sources, before, PageSize, filter)),
            (nameof(AuditPage.Head), sources.Audit.Head),
            (nameof(AuditPage.Who), filter.Who),
            (nameof(AuditPage.Act), filter.Act),
            (nameof(AuditPage.Target), filter.Target));
    }
}
