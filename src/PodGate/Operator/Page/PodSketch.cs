using PodGate.Metrics;

namespace PodGate.Operator.Page;

/// <summary>A pod's last hour in small.</summary>
/// <param name="Requests">Requests a second.</param>
/// <param name="Errors">The share of errors.</param>
/// <param name="Latency">What 95 % of the requests took at most, in milliseconds.</param>
/// <param name="Median">What half of them took at most in the newest half minute; null when there were none.</param>
/// <param name="Until">The moment at the right edge.</param>
public sealed record PodSketch(SketchLine Requests, SketchLine Errors, SketchLine Latency, double? Median, DateTimeOffset Until)
{
    /// <summary>Width of a small chart.</summary>
    internal const int Width = 120;

    /// <summary>Height of a small chart.</summary>
    internal const int Height = 24;

    // Two minutes a point: more could not be seen.
    private const int Thinning = 4;

    // A share of errors below it is not drawn as if it were all.
    private const double LeastErrors = 0.05;

    /// <summary>Draws a pod.</summary>
    /// <param name="steps">Its last hour; not empty.</param>
    internal static PodSketch Of(IReadOnlyList<TrendStep> steps)
    {
        var (newest, until) = (steps[^1], steps[^1].Until);
        var thin = steps.Reverse().Chunk(Thinning).Reverse().ToList();
        double? errors = newest.Requests + newest.Failures > 0 ? newest.ErrorShare : null;
        return new PodSketch(
            Line(thin.Select(some => (some[0].Until, (double?)some.Average(step => step.PerSecond))), newest.PerSecond, until, 0),
            Line(thin.Select(some => (some[0].Until, (double?)some.Max(step => step.ErrorShare))), errors, until, LeastErrors),
            Line(thin.Select(some => (some[0].Until, Known(some.Max(step => step.Most)))), Known(newest.Most), until, 0),
            Known(newest.Median),
            until);
    }

    private static SketchLine Line(IEnumerable<(DateTimeOffset At, double? Number)> points, double? now, DateTimeOffset until, double least)
    {
        var all = points.ToList();
        var most = all.Max(point => point.Number) ?? 0;

        // What is nothing all the time is not drawn: a fleet of a hundred pods then shows the few lines that say something.
        return new SketchLine(most > 0 ? TrendDrawing.Line(all, until, Math.Max(most, least), Width, Height) : "", now, most);
    }

    // Of a number and none (NaN) the number is the larger one.
    private static double? Known(float milliseconds) => float.IsNaN(milliseconds) ? null : milliseconds;
}

/// <summary>A line of a small chart.</summary>
/// <param name="Path">As SVG draws it; empty when there is nothing to be drawn.</param>
/// <param name="Now">The newest number; null when there is none.</param>
/// <param name="Most">The largest one.</param>
public sealed record SketchLine(string Path, double? Now, double Most);

/// <summary>The small charts of all pods, drawn once after each look at the counters and not for each page. Any thread.</summary>
internal sealed class PodSketches(TrafficTrend trend)
{
    private volatile Drawn _drawn = new(-1, new Dictionary<string, PodSketch>());

    /// <summary>The charts of the pods that there are numbers of.</summary>
    public IReadOnlyDictionary<string, PodSketch> Read()
    {
        var looks = trend.Looks;
        if (_drawn is { } drawn && drawn.Looks == looks) return drawn.Pods;
        var pods = trend.Pods.Select(pod => (Pod: pod, Steps: trend.Read(pod))).Where(one => one.Steps.Count > 0)
            .ToDictionary(one => one.Pod, one => PodSketch.Of(one.Steps), StringComparer.Ordinal);
        _drawn = new Drawn(looks, pods);
        return pods;
    }

    private sealed record Drawn(long Looks, IReadOnlyDictionary<string, PodSketch> Pods);
}
