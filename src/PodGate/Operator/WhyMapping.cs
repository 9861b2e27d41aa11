using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Operator;

/// <summary>
/// Explains a pod to those who ask. Viewers get the rules, the numbers, how probes ended, and the sentences that the gate goes by (which may name a component
/// and quote the last report, but no other word of the pod's); bodies, texts, identity, version, evidence and the list of components are for operators.
/// </summary>
internal static class WhyMapping
{
    private const int MostReports = 20;

    /// <summary>The whole answer.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="name">The pod's name.</param>
    /// <param name="role">Who asks.</param>
    /// <returns>Null when there is no such pod.</returns>
    public static WhyJson? Of(OperatorSources sources, string name, TokenRole role)
    {
        var view = sources.View();
        if (view.Find(name) is not { } pod) return null;
        var now = sources.Time.GetUtcNow();
        var settings = view.Fleet.Settings;
        var trusted = role >= TokenRole.Operator;
        var explanation = Explanation.Of(pod, settings, now);
        return new WhyJson(
            now,
            ApiMapping.Pod(view, pod, role),
            [.. explanation.Rulings.Select(Ruling)],
            [.. explanation.Numbers.Select(number => new ComparisonJson(number.Subject, number.Name, number.Value, number.Limit))],
            [.. pod.Health.Tracks.SelectMany(track => track.Recent.TakeLast(MostReports)).Select(report => Report(report, trusted))],
            Document(pod, trusted),
            GuardForecast.Of(view.Fleet, pod, now),
            Enable(sources, view.Fleet, pod, now),
            trusted ? pod.Health.Recent.FindLast(report => report.Body is not null)?.Body : null);
    }

    private static PreflightJson Enable(OperatorSources sources, Fleet fleet, Pod pod, DateTimeOffset now)
    {
        var preflight = Preflight.OfEnable(fleet, pod, now);
        return preflight.Allowed && !sources.Journal.IsWritable
            ? new PreflightJson(false, $"{pod.Name} cannot be enabled now: the journal cannot be written, and an enable must be durable before it takes effect", fleet.Settings.Rise)
            : new PreflightJson(preflight.Allowed, preflight.Sentence, fleet.Settings.Rise);
    }

    private static RulingJson Ruling(Ruling ruling) => new(ruling.By.ToString(), ruling.Cause?.ToString(), ruling.Rule, ruling.Sentence, ruling.Since);

    private static ReportJson Report(ProbeReport report, bool trusted) => new(
        report.Check,
        report.SentAt,
        report.Result.ToString(),
        report.Duration.TotalMilliseconds,
        trusted ? report.Sentence : "",
        report.Witnessed,
        trusted ? report.Body : null);

    private static DocumentJson? Document(Pod pod, bool trusted)
    {
        if (pod.Health.Recent.FindLast(report => report.Document is not null) is not { Document: { } document } report) return null;
        return new DocumentJson(
            report.SentAt,
            report.Result.ToString(),
            document.ObservedAt,
            document.Sequence,
            document.Uptime,
            trusted ? document.Identity : null,
            trusted ? document.Version : null,
            report.CacheAge,
            report.ClockSkew?.TotalSeconds,
            trusted ? [.. document.Components.Select(component => Component(component, pod.Settings.Health))] : []);
    }

    private static ComponentJson Component(HealthComponent component, HealthSettings health)
    {
        var rule = health.RuleOf(component.Name);
        var words = rule switch
        {
            null => "as the document says",
            { Rule: ComponentRule.Degrade, For: { } limit } => $"{ComponentRule.Degrade} for {Sentences.Span(limit)}, then {ComponentRule.Condemn}",
            _ => rule.Rule.ToString(),
        };
        return new ComponentJson(component.Name, component.Result.ToString(), words, component.Text);
    }
}
