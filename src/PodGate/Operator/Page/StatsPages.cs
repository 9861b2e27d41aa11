using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Page;

/// <summary>The page of the traffic statistics.</summary>
/// <param name="sources">What to read.</param>
/// <param name="page">Renders.</param>
internal sealed class StatsPages(OperatorSources sources, OperatorPage page)
{
    /// <summary>GET /stats.</summary>
    /// <param name="context">The request.</param>
    public async Task GetAsync(HttpContext context)
    {
        var pod = context.Request.Query["pod"].ToString() is { Length: > 0 } name ? name : null;
        var days = (int)RequestReading.Number(context, "days", StatsMapping.UsualDays, 1, StatsMapping.MostDays);
        var stats = await StatsMapping.OfAsync(sources, pod, days, together: true, context.RequestAborted);
        await page.RenderAsync<StatsPage>(
            context,
            StatusCodes.Status200OK,
            (nameof(StatsPage.Stats), stats),
            (nameof(StatsPage.Days), days),
            (nameof(StatsPage.Pods), sources.View().Fleet.Pods.Keys.Union(pod is null ? [] : [pod]).Order(StringComparer.Ordinal).ToList()));
    }
}
