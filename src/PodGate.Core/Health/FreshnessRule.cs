using System.Collections.Immutable;
using System.Globalization;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>
/// Finds documents that are old. Time is the gate's: a mark stands still from when the gate first saw its value. What the pod's clock says is only held
/// against the pod's own clock, so that a clock that is off is not mistaken for staleness.
/// </summary>
internal static class FreshnessRule
{
    // The header Date has whole seconds only.
    private static readonly TimeSpan DateResolution = TimeSpan.FromSeconds(1);

    /// <summary>How long a mark may stand still; zero: for ever.</summary>
    /// <param name="pod">The pod's settings.</param>
    /// <param name="settings">The fleet's numbers.</param>
    internal static TimeSpan Limit(PodSettings pod, FleetSettings settings) => settings.ProbeInterval * pod.Health.Freshness.Intervals;

    /// <summary>The marks of a document, by <see cref="MarkKind"/>.</summary>
    /// <param name="document">The document.</param>
    internal static ImmutableArray<string?> Marks(HealthReading document) =>
    [
        document.FreshnessMark,
        document.ObservedAt?.UtcTicks.ToString(CultureInfo.InvariantCulture),
        document.Sequence?.ToString(CultureInfo.InvariantCulture),
        document.Uptime?.Ticks.ToString(CultureInfo.InvariantCulture),
    ];

    /// <summary>Why a report's document is old, as the end of a sentence; null when it is not.</summary>
    /// <param name="report">The report.</param>
    /// <param name="result">What it amounts to otherwise.</param>
    /// <param name="state">What is remembered, this document included.</param>
    /// <param name="pod">The pod's settings.</param>
    /// <param name="settings">The fleet's numbers.</param>
    internal static string? Trouble(ProbeReport report, ProbeResult result, DocumentState state, PodSettings pod, FleetSettings settings)
    {
        var limit = Limit(pod, settings);
        if (limit <= TimeSpan.Zero) return null;
        if (report.CacheAge > TimeSpan.Zero) return $"a cache gave the answer, {HealthWording.Seconds(report.CacheAge.Value)} old (header Age)";
        var against = $"(limit {HealthWording.Seconds(limit)}: {pod.Health.Freshness.Intervals} intervals of {HealthWording.Seconds(settings.ProbeInterval)})";
        if (pod.Health.Freshness.Field is { } field)
        {
            // An error without a document is what it is; only what would count as well must prove that it is new.
            if (Of(state, MarkKind.Named) is not { } named)
                return IsGood(result) ? $"its document has no text or number in the field {field} that is to prove that it is new" : null;
            return Stands(named, report) >= limit ? $"{field} in its document has not advanced for {HealthWording.Seconds(Stands(named, report))} {against}" : null;
        }

        if (report.Document is { SaysWhenItLooked: true, ObservedAt: { } lookedAt }
            && Of(state, MarkKind.ObservedAt) is { } observed && Stands(observed, report) >= limit)
        {
            // This one alone decides: a thread of self-monitoring that hangs leaves the uptime running.
            if (observed.Moves) return $"the pod has not looked at itself for {HealthWording.Seconds(Stands(observed, report))} {against}";
            if (report.SentAt + report.ClockSkew - lookedAt is { } age && age >= limit + DateResolution)
                return $"by its own clock the pod last looked at itself {HealthWording.Seconds(age)} ago {against}";
        }

        // A document is new if anything in it moves.
        MarkKind[] common = [MarkKind.ObservedAt, MarkKind.Sequence, MarkKind.Uptime];
        var marks = common.Where(kind => Of(state, kind) is not null).ToList();
        if (marks.Count == 0 || marks.Any(kind => Stands(Of(state, kind)!, report) < limit) || !marks.Any(kind => Of(state, kind)!.Moves)) return null;
        var told = marks.First(kind => Of(state, kind)!.Moves);
        return $"the {Name(told)} in its document has not advanced for {HealthWording.Seconds(Stands(Of(state, told)!, report))} {against}";
    }

    private static Mark? Of(DocumentState state, MarkKind kind) => state.Marks[(int)kind];

    private static TimeSpan Stands(Mark mark, ProbeReport report) => report.SentAt - mark.Since;

    private static bool IsGood(ProbeResult result) => result is ProbeResult.Healthy or ProbeResult.Degraded or ProbeResult.Leaving;

    private static string Name(MarkKind kind) => kind switch
    {
        MarkKind.ObservedAt => "time",
        MarkKind.Sequence => "sequence",
        _ => "uptime",
    };
}
