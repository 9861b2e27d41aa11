using System.Collections.Immutable;

namespace PodGate.Core.Pods;

/// <summary>What the guard would say if a pod failed now: the same rules over the same fleet, with that one pod taken for Unhealthy.</summary>
public static class GuardForecast
{
    /// <summary>The answer, in one to three sentences.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="now">The moment.</param>
    public static ImmutableArray<string> Of(Fleet fleet, Pod pod, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(pod);
        var settings = fleet.Settings;
        var room = $"{fleet.InTraffic} in the traffic, MinimumOpen {settings.EffectiveMinimumOpen}";
        if (!FleetSettling.IsCandidate(pod)) return [$"{pod.Name} is out by decision, not by automation's choice: the guard does not ask about it ({room})"];
        var draft = new FleetDraft(fleet, new StepContext(now, _ => 0, Guid.Empty));
        if (!draft.MayAct) return [$"automation watches only: if {pod.Name} failed now, nothing would be done, whatever the guard says ({room})"];

        var answering = Ask(draft, pod, answers: true);
        var silent = Ask(draft, pod, answers: false);
        var sentences = ImmutableArray.CreateBuilder<string>();
        if (answering == silent) sentences.Add($"if it were Unhealthy now: {answering} ({room})");
        else
        {
            sentences.Add($"if it were Unhealthy now and still answered: {answering} ({room})");
            sentences.Add($"if it could not be reached: {silent}");
        }

        if (OverloadLikely(draft) && draft.LastAutomaticLatch is { } latched)
        {
            var left = settings.OverloadGrace - (now - latched);
            sentences.Add($"for another {Sentences.Span(left)} what overload would explain latches nothing: a pod was latched {Sentences.Span(now - latched)} ago");
        }

        return sentences.ToImmutable();
    }

    private static string Ask(FleetDraft draft, Pod pod, bool answers)
    {
        var candidates = draft.Pods.Where(FleetSettling.IsCandidate).Select(other =>
        {
            var candidate = FleetSettling.CandidateOf(draft, other);
            return other.Name == pod.Name
                ? candidate with { Level = HealthLevel.Unhealthy, Answers = answers, WantsOut = true, OverloadExplains = false }
                : candidate;
        }).ToArray();
        var ruling = Guard.Rule(candidates, draft.Settings.EffectiveMinimumOpen, draft.MayAct, OverloadLikely(draft));
        return ruling.Held.TryGetValue(pod.Name, out var held) ? held
            : ruling.Latch.Contains(pod.Name) ? "it would be failed over"
            : ruling.Out.Contains(pod.Name) ? "it would be routed around"
            : "it would stay in the traffic";
    }

    private static bool OverloadLikely(FleetDraft draft) =>
        draft.LastAutomaticLatch is { } latched && draft.Now - latched < draft.Settings.OverloadGrace;
}
