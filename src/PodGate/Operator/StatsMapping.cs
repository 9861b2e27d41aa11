using System.Globalization;
using Microsoft.AspNetCore.Http;
using PodGate.Metrics;
using PodGate.Proxy.Signals;
using PodGate.Statistics;

namespace PodGate.Operator;

/// <summary>The traffic statistics as they are shown to those who ask.</summary>
internal static class StatsMapping
{
    /// <summary>Days that can be asked for of one pod, and of the fleet as a whole.</summary>
    public const int MostDays = 366;

    /// <summary>Days that can be asked for of all pods, each by itself.</summary>
    public const int MostDaysOfAll = 31;

    /// <summary>Days that are shown when nobody says how many.</summary>
    public const int UsualDays = 7;

    /// <summary>Reads the last days.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="pod">The pod; null: all.</param>
    /// <param name="days">How many.</param>
    /// <param name="together">Whether all pods are added up, a day each. Their clients cannot be: who came to two would count twice.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ApiProblem">There is no such pod, nor was there one in that time; or the disk does not answer.</exception>
    public static async Task<StatsJson> OfAsync(OperatorSources sources, string? pod, int days, bool together, CancellationToken cancel)
    {
        var today = DateOnly.FromDateTime(sources.Time.GetUtcNow().UtcDateTime);
        var read = (await ReadAsync(sources, days, cancel)).Where(day => pod is null || day.Pod == pod).ToList();
        if (pod is not null && read.Count == 0 && sources.View().Find(pod) is null) throw OperatorApi.UnknownPod(pod);
        var shown = together && pod is null
            ? read.GroupBy(day => day.Day, (_, pods) => Day(pods.Aggregate((one, other) => one.Plus(other))) with { Pod = null, Clients = null })
            : read.Select(Day);
        return new StatsJson(pod, Written(today.AddDays(1 - days)), Written(today), TrafficMeter.Bounds, [.. shown]);
    }

    private static async Task<IReadOnlyList<DayTraffic>> ReadAsync(OperatorSources sources, int days, CancellationToken cancel)
    {
        try
        {
            return await sources.Days(days, cancel);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new ApiProblem(
                StatusCodes.Status503ServiceUnavailable, "statistics-unreadable", "The statistics cannot be read",
                $"The traffic statistics in the state directory cannot be read: {exception.Message}");
        }
    }

    private static DayStatsJson Day(DayTraffic day)
    {
        var all = day.All;
        return new DayStatsJson(
            Written(day.Day), day.Pod, all, day.Requests, day.Failures, day.BytesToClient, day.BytesToPod,
            all == 0 ? null : Math.Round(day.Seconds * 1000 / all, 3), Quantile(day, 0.5), Quantile(day, 0.95), Quantile(day, 0.99), day.Buckets, day.Clients);
    }

    private static double? Quantile(DayTraffic day, double share) =>
        TrafficTrend.Quantile(day.Buckets.AsSpan(), share) is var milliseconds && float.IsNaN(milliseconds) ? null : Math.Round(milliseconds, 3);

    private static string Written(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary><c>GET /api/v1/stats</c>.</summary>
internal sealed class StatsEndpoint(OperatorSources sources)
{
    /// <summary>Answers with what was carried.</summary>
    /// <param name="context">The request.</param>
    public async Task GetAsync(HttpContext context)
    {
        var pod = context.Request.Query["pod"].ToString() is { Length: > 0 } name ? name : null;
        var days = RequestReading.Number(context, "days", StatsMapping.UsualDays, 1, pod is null ? StatsMapping.MostDaysOfAll : StatsMapping.MostDays);
        var stats = await StatsMapping.OfAsync(sources, pod, (int)days, together: false, context.RequestAborted);
        await OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, stats, ApiJson.Default.StatsJson);
    }
}
