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

    private static readonly MarkKind[] Common = [MarkKind.ObservedAt, MarkKind.Sequence, MarkKind.Uptime];

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
        var marks = Common.Where(kind => Of(state, kind) is not null).ToList();
        if (marks.Count == 0 || marks.Any(kind => Stands(Of(state, kind)!, report) < limit) || !marks.Any(kind => Of(state, kind)!.Moves)) return null;
        var told = marks.First(kind => Of(state, kind)!.Moves);
        return $"the {Name(told)} in its document has not advanced for {HealthWording.Seconds(Stands(Of(state, told)!, report))} {against}";
    }

    /// <summary>
    /// Why a pod that was latched for old documents is not verified to give new ones, a sentence; null when nothing is missing. Both values of an advance must
    /// have been seen since the latch: a gate that was started again remembers no advance, so to it a frozen document looks new at first, and a pod that froze
    /// again after its own start shows one other value and no more. Documents without marks prove nothing, so nothing is asked of them.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="settings">The fleet's numbers.</param>
    internal static string? Unproved(Pod pod, FleetSettings settings)
    {
        if (pod.Record.Latch is not { Cause: Cause.StaleHealth } latch || Limit(pod.Settings, settings) <= TimeSpan.Zero) return null;
        if (pod.Health.Recent.LastOrDefault(report => report.IsGood) is not { Document: { } document }) return null;
        var field = pod.Settings.Health.Freshness.Field;
        MarkKind[] telling = field is not null ? [MarkKind.Named]
            : document is { SaysWhenItLooked: true, ObservedAt: not null } ? [MarkKind.ObservedAt]
            : Common;
        var carried = Marks(document);
        var marks = telling.Where(kind => carried[(int)kind] is not null).ToList();
        if (marks.Count == 0 || marks.Any(kind => Of(pod.Health.Memory.Now, kind)?.BeforeSince >= latch.Since)) return null;
        var names = field is not null ? $"the field {field}" : $"the {string.Join(" or the ", marks.Select(Name))}";
        return $"{pod.Name} is not verified to be well: it was failed over for old documents, and {names} in its document has not been seen to advance from one value "
            + "to the next since then. Wait until it does, mend it and try again, or use force";
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
