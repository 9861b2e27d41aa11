namespace PodGate.Operator.Page;

/// <summary>A large chart of a pod's last hour.</summary>
/// <param name="Id">Its name on the page.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Said">The same in words and numbers.</param>
/// <param name="Top">The number at its upper edge; zero is at the lower one.</param>
/// <param name="Lines">What is drawn: a class, and a path.</param>
public sealed record HourChart(string Id, string Title, string Said, string Top, IReadOnlyList<(string Class, string Path)> Lines)
{
    /// <summary>Width of a large chart; the page stretches it.</summary>
    internal const int Width = 720;

    /// <summary>Height of a large chart.</summary>
    internal const int Height = 160;

    // A few errors among many requests are seen, and not taken for half of them.
    private const double LeastErrors = 0.05;

    /// <summary>Requests, errors and latency.</summary>
    /// <param name="trend">The pod's last hour; not empty.</param>
    /// <param name="words">The language.</param>
    internal static IReadOnlyList<HourChart> Of(TrendJson trend, PageWords words)
    {
        var steps = trend.Steps;
        var errors = Math.Min(1, TrendDrawing.RoundUp(Math.Max(LeastErrors, steps.Max(step => step.ErrorShare))));
        var latency = TrendDrawing.RoundUp(steps.Max(step => step.P95Milliseconds) ?? 0);
        var requests = TrendDrawing.RoundUp(steps.Max(step => step.RequestsPerSecond));
        var half = InWords(words, steps, step => step.MedianMilliseconds, Milliseconds);
        var most = InWords(words, steps, step => step.P95Milliseconds, Milliseconds);
        return
        [
            new("requests", words.PerSecond, InWords(words, steps, step => step.RequestsPerSecond, PageFrame.Number), PageFrame.Number(requests),
                [("", Line(steps, step => step.RequestsPerSecond, requests))]),
            new("errors", words.Errors, InWords(words, steps, step => step.ErrorShare, PageFrame.Percent), PageFrame.Percent(errors),
                [("errors", Line(steps, step => step.ErrorShare, errors))]),
            new("latency", words.Latency, $"{words.MedianLine}: {half}; {words.P95Line}: {most}", Milliseconds(latency),
                [("", Line(steps, step => step.MedianMilliseconds, latency)), ("dashed", Line(steps, step => step.P95Milliseconds, latency))]),
        ];
    }

    /// <summary>Milliseconds with their unit.</summary>
    /// <param name="number">How many.</param>
    internal static string Milliseconds(double number) => PageFrame.Number(number) + "\u00a0ms";

    private static string Line(IReadOnlyList<TrendStepJson> steps, Func<TrendStepJson, double?> number, double most) =>
        TrendDrawing.Line(steps.Select(step => (step.Until, number(step))), steps[^1].Until, most, Width, Height);

    private static string InWords(PageWords words, IReadOnlyList<TrendStepJson> steps, Func<TrendStepJson, double?> number, Func<double, string> shown)
    {
        string Shown(double? one) => one is { } known ? shown(known) : "-";
        return PageFrame.Filled(words.NowAverageMost, Shown(number(steps[^1])), Shown(steps.Average(number)), Shown(steps.Max(number)));
    }
}
