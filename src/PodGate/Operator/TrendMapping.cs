using Microsoft.AspNetCore.Http;
using PodGate.Core.Pods;
using PodGate.Metrics;

namespace PodGate.Operator;

/// <summary>The last hour of a pod, as it is shown to those who ask.</summary>
internal static class TrendMapping
{
    private static readonly TimeSpan Shown = TrafficTrend.Pause * TrafficTrend.Kept;

    /// <summary>The whole answer.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="pod">The pod's name.</param>
    public static TrendJson Of(OperatorSources sources, string pod)
    {
        var since = sources.Time.GetUtcNow() - Shown;
        var failovers = sources.Events(0, int.MaxValue).Where(happened => happened.Pod == pod && happened.At >= since && IsFailover(happened));
        return new TrendJson(pod, [.. sources.Trend.Read(pod).Select(Step)], [.. failovers.Select(ApiMapping.Event)]);
    }

    private static bool IsFailover(Transition happened) => happened is { To: PodState.Latched, From: not PodState.Latched, Who: Transition.Automation };

    private static TrendStepJson Step(TrendStep step) => new(
        step.Until, Rounded(step.Length.TotalSeconds), Rounded(step.PerSecond), Math.Round(step.ErrorShare, 5), Known(step.Median), Known(step.Most));

    private static double Rounded(double number) => Math.Round(number, 3);

    private static double? Known(float milliseconds) => float.IsNaN(milliseconds) ? null : Rounded(milliseconds);
}

/// <summary><c>GET /api/v1/pods/{name}/trend</c>.</summary>
internal sealed class TrendEndpoint(OperatorSources sources)
{
    /// <summary>Answers with the pod's last hour.</summary>
    /// <param name="context">The request.</param>
    public Task GetAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        if (sources.View().Find(name) is null) throw OperatorApi.UnknownPod(name);
        return OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, TrendMapping.Of(sources, name), ApiJson.Default.TrendJson);
    }
}
