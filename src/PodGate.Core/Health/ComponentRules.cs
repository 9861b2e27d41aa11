using PodGate.Core.Health.Formats;

namespace PodGate.Core.Health;

/// <summary>
/// The rules for components. The document's own verdict stands only as far as it is worse than what its components explain: what a component with a
/// rule has caused is for the rule to say. Without rules, or without components, it stands as it is.
/// </summary>
internal static class ComponentRules
{
    private const char Inner = '.';
    private const char Measurement = ':';

    /// <summary>The rule of a component: its own, else that of the one it is within ("db" for "db.replica" and "db:connections"), else that for the
    /// rest.</summary>
    /// <param name="settings">The pod's.</param>
    /// <param name="name">The component's name.</param>
    /// <returns>Null when there is none.</returns>
    internal static ComponentSettings? Of(HealthSettings settings, string name)
    {
        while (name.Length > 0)
        {
            if (name != HealthSettings.AnyComponent && settings.Components.TryGetValue(name, out var own)) return own;
            name = name[..Math.Max(0, name.LastIndexOfAny([Inner, Measurement]))];
        }

        return settings.Components.GetValueOrDefault(HealthSettings.AnyComponent);
    }

    /// <summary>The components that a rule asks of since when they are unwell.</summary>
    /// <param name="settings">The pod's.</param>
    /// <param name="document">What its document says.</param>
    internal static IEnumerable<string> Timed(HealthSettings settings, HealthReading document) =>
        settings.Components.Values.All(rule => rule.For is null)
            ? []
            : document.Components.Where(IsUnwell).Select(component => component.Name).Where(name => Of(settings, name)?.For is not null);

    /// <summary>Holds the rules against a document.</summary>
    /// <param name="settings">The pod's.</param>
    /// <param name="document">What its document says.</param>
    /// <param name="state">What is remembered, this document included.</param>
    /// <param name="at">When it was asked for.</param>
    /// <returns>The verdict, and its sentence.</returns>
    internal static (ProbeResult Result, string Sentence) Judge(HealthSettings settings, HealthReading document, DocumentState state, DateTimeOffset at)
    {
        if (settings.Components.IsEmpty || document.Components.IsEmpty) return (document.Result, document.Sentence);
        var judged = document.Components.Select(component => Judge(settings, component, document.Result, state, at)).ToList();
        var result = judged.Aggregate(ProbeResult.Healthy, (worst, one) => HealthWords.Worse(worst, one.Result));
        var explained = document.Components.Aggregate(ProbeResult.Healthy, (worst, component) => HealthWords.Worse(worst, component.Result));
        // Nobody looked at components that are not listed: they may be what the document's verdict is about.
        if (document.Unlisted > 0 || HealthWords.Rank(document.Result) > HealthWords.Rank(explained)) result = HealthWords.Worse(result, document.Result);
        var start = $"{document.Headline ?? document.Sentence}{(result == document.Result ? "" : $"; by the rules for components {result}")}";
        var unwell = judged.Where(one => one.Component.Result != ProbeResult.Healthy)
            .OrderByDescending(one => HealthWords.Rank(one.Result)).ThenByDescending(one => HealthWords.Rank(one.Component.Result)).Select(one => one.Text);
        return (result, CleanText.Of(start + HealthWording.InBrackets(unwell, HealthDocument.SentenceLimit - start.Length - 20), HealthDocument.SentenceLimit));
    }

    private static Judged Judge(HealthSettings settings, HealthComponent component, ProbeResult overall, DocumentState state, DateTimeOffset at)
    {
        var said = component.Result;
        var text = $"{HealthWording.NameOf(component)}: {said}";
        switch (Of(settings, component.Name))
        {
            case null:
                return new Judged(component, WithoutRule(said, overall), text);
            case { Rule: ComponentRule.Ignore }:
                return new Judged(component, ProbeResult.Healthy, text + ", Ignore");
            case { Rule: ComponentRule.Condemn }:
                return new Judged(component, said, text + ", Condemn");
            case { For: null } when IsUnwell(component):
                return new Judged(component, ProbeResult.Degraded, text + ", Degrade");
            case { For: { } most } when IsUnwell(component):
                var lasts = at - state.UnwellSince.GetValueOrDefault(component.Name, at);
                return lasts < most
                    ? new Judged(component, ProbeResult.Degraded, $"{text} for {HealthWording.Seconds(lasts)}, Degrade for {HealthWording.Seconds(most)}")
                    : new Judged(component, said, $"{text} for {HealthWording.Seconds(lasts)}, which is over its Degrade for {HealthWording.Seconds(most)}");
            default:
                return new Judged(component, said, text);
        }
    }

    /// <summary>
    /// Without a rule a component can say of the pod at most what the document itself says. A word that is not known says nothing by itself: UNKNOWN is
    /// usual for components that are not in use.
    /// </summary>
    private static ProbeResult WithoutRule(ProbeResult said, ProbeResult overall)
    {
        if (said == ProbeResult.Unreadable && overall != ProbeResult.Unreadable) return ProbeResult.Healthy;
        return HealthWords.Rank(said) < HealthWords.Rank(overall) ? said : overall;
    }

    private static bool IsUnwell(HealthComponent component) => HealthWords.Rank(component.Result) > HealthWords.Rank(ProbeResult.Degraded);

    private sealed record Judged(HealthComponent Component, ProbeResult Result, string Text);
}
