using System.Collections.Immutable;
using PodGate.Core.Health.Formats;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>
/// Holds the rules for components, freshness and identity against what a document says. Think of a doctor who reads a letter that a patient brings: first
/// whether it is this patient's at all, then whether it is today's, and only then what is in it, of which some complaints matter and some do not.
///
/// The worst of the three counts: another pod's answer, then an unhealthy one, then an old one. A report that is no answer (refused, silent) stays what it
/// is, unless the document that came with it is another pod's.
///
/// Order: a report is judged by the documents that were asked for before it, whatever order they arrive in. When one comes late, those after it are judged
/// again (<see cref="Again"/>), so that the same reports lead to the same verdicts.
/// </summary>
public static class DocumentJudge
{
    /// <summary>Judges one report of a pod's health address.</summary>
    /// <param name="memory">What is remembered of earlier ones.</param>
    /// <param name="report">The report, with what the document says in <see cref="ProbeReport.Document"/>.</param>
    /// <param name="pod">The pod's settings.</param>
    /// <param name="settings">The fleet's numbers.</param>
    /// <returns>What to remember, and the report with the result that counts.</returns>
    public static (DocumentMemory Memory, ProbeReport Judged) Judge(DocumentMemory memory, ProbeReport report, PodSettings pod, FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(settings);
        if (report.Document is not { } document) return (memory, report);
        var view = View(report, document, pod);
        var limit = FreshnessRule.Limit(pod, settings);
        var judged = Judge(memory.Before(report.SentAt, limit), view, report, document, pod, settings);
        // What another pod said, or what a cache gave, is not part of this pod's story.
        var isOwn = judged.Result != ProbeResult.WrongPod && !(report.CacheAge > TimeSpan.Zero);
        return (isOwn ? memory.With(view, limit) : memory, judged);
    }

    /// <summary>Judges those reports again that a late one has come before.</summary>
    /// <param name="memory">What is remembered, the late one included.</param>
    /// <param name="recent">Judged reports of the pod's health address, in the order they were sent.</param>
    /// <param name="late">The one that came late.</param>
    /// <param name="pod">The pod's settings.</param>
    /// <param name="settings">The fleet's numbers.</param>
    /// <returns>The same reports; the same list when none of them was sent after the late one.</returns>
    public static ImmutableList<ProbeReport> Again(
        DocumentMemory memory, ImmutableList<ProbeReport> recent, ProbeReport late, PodSettings pod, FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(recent);
        ArgumentNullException.ThrowIfNull(late);
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(settings);
        if (late.Document is null) return recent;
        var limit = FreshnessRule.Limit(pod, settings);
        for (var i = recent.Count - 1; i >= 0 && recent[i].SentAt > late.SentAt; i--)
        {
            if (recent[i] is not { Document: { } document } report) continue;
            var judged = Judge(memory.Before(report.SentAt, limit), View(report, document, pod), report, document, pod, settings);
            if (judged != report) recent = recent.SetItem(i, judged);
        }

        return recent;
    }

    private static ProbeReport Judge(
        DocumentState? before, DocumentView view, ProbeReport report, HealthReading document, PodSettings pod, FleetSettings settings)
    {
        var state = (before ?? DocumentState.Empty).Then(view, FreshnessRule.Limit(pod, settings));
        // What is no answer may have been judged before, and what is one is always judged from the document itself: judging twice changes nothing.
        var (result, sentence) = report.IsAnswer
            ? ComponentRules.Judge(pod.Health, document, state, report.SentAt)
            : (report.Result, report.Sentence);
        var headline = report.IsAnswer ? document.Headline ?? document.Sentence : report.Sentence;
        if (IdentityRule.Trouble(document, pod, settings) is { } stranger) return Of(report, ProbeResult.WrongPod, $"{headline}, but {stranger}");
        if (!report.IsAnswer) return report;
        if (HealthWords.Worse(result, ProbeResult.Stale) == ProbeResult.Stale
            && FreshnessRule.Trouble(report, result, state.CarriedBy(view), pod, settings) is { } old)
            return Of(report, ProbeResult.Stale, $"{headline}, but {old}");
        return Of(report, result, sentence);
    }

    private static ProbeReport Of(ProbeReport report, ProbeResult result, string sentence) =>
        report with { Result = result, Sentence = CleanText.Of(sentence, HealthDocument.SentenceLimit) };

    private static DocumentView View(ProbeReport report, HealthReading document, PodSettings pod) => new(
        report.SentAt,
        [.. ComponentRules.Timed(pod.Health, document).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)],
        !document.Components.IsEmpty || document.Result is ProbeResult.Healthy or ProbeResult.Degraded or ProbeResult.Leaving,
        FreshnessRule.Marks(document));
}
