using System.Collections.Immutable;

namespace PodGate.Core.Pods;

/// <summary>A pod that people want in the traffic and that is not latched, as the guard sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Level">Its measured level.</param>
/// <param name="Answers">It still answers on its connections.</param>
/// <param name="WantsOut">Automation would route around it.</param>
/// <param name="IsOut">It is routed around already.</param>
/// <param name="OverloadExplains">Its failures are what too much load would look like.</param>
/// <param name="TooLong">It has been suspended for too long.</param>
public sealed record Candidate(string Name, HealthLevel Level, bool Answers, bool WantsOut, bool IsOut, bool OverloadExplains, bool TooLong = false);

/// <summary>What the guard let automation do.</summary>
/// <param name="Out">Pods to route around.</param>
/// <param name="Latch">Pods to latch.</param>
/// <param name="Held">Pods that automation would take out or latch and must not, each with the sentence why.</param>
/// <param name="InTraffic">Pods left in the traffic.</param>
public sealed record GuardRuling(
    ImmutableHashSet<string> Out, ImmutableArray<string> Latch, ImmutableDictionary<string, string> Held, int InTraffic);

/// <summary>
/// Keeps automation from doing more harm than the failure does. It decides over the whole fleet at once and by quality, so it does not
/// matter who failed first. Its rules, as numbered in the design:
/// (1) a pod that still answers is not taken out of the traffic if fewer than MinimumOpen would be left; one that cannot be reached carries nothing anyway;
/// (2) the last pod in the traffic is never latched;
/// (3) whom it keeps is decided by quality;
/// (4) after an automatic latch, what overload would explain latches nothing for a while;
/// (5) what it holds back is told at once (the caller does that).
/// </summary>
public static class Guard
{
    /// <summary>Rules over the fleet.</summary>
    /// <param name="candidates">Every pod that people want in the traffic and that is not latched.</param>
    /// <param name="minimumOpen">The fewest pods that can carry the traffic.</param>
    /// <param name="mayAct">False in mode Observe and during a freeze: then only what is out already stays out.</param>
    /// <param name="overloadLikely">Automation latched a pod a short while ago.</param>
    /// <param name="settled">How many such pods there are besides: in the traffic, well, and nobody wants anything of them.</param>
    public static GuardRuling Rule(IReadOnlyCollection<Candidate> candidates, int minimumOpen, bool mayAct, bool overloadLikely, int settled = 0)
    {
        var count = candidates.Count + settled;
        if (!candidates.Any(pod => pod.WantsOut)) return new GuardRuling([], [], ImmutableDictionary<string, string>.Empty, count);
        var held = ImmutableDictionary.CreateBuilder<string, string>();
        var worstFirst = candidates
            .OrderByDescending(pod => pod.Level).ThenBy(pod => pod.Answers).ThenByDescending(pod => pod.Name, StringComparer.Ordinal).ToArray();

        var allowed = worstFirst.Where(pod => pod.WantsOut && (mayAct || pod.IsOut)).ToArray();
        var outside = allowed.Where(pod => !pod.Answers).Select(pod => pod.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var pod in allowed.Where(pod => pod.Answers))
        {
            var left = count - outside.Count - 1;
            if (left >= minimumOpen) outside.Add(pod.Name);
            else if (IsBad(pod.Level)) held[pod.Name] = $"the guard keeps {pod.Name} in the traffic although it is {pod.Level}: it still answers, and only {left} of at least {minimumOpen} pods would be left";
        }

        var latch = ImmutableArray.CreateBuilder<string>();
        if (mayAct)
        {
            // What overload cannot explain comes first, so that it counts for the others whatever their names are.
            var condemned = worstFirst.Where(pod => outside.Contains(pod.Name) && (pod.Level == HealthLevel.Unhealthy || pod.TooLong));
            foreach (var pod in condemned.OrderBy(pod => pod.OverloadExplains))
            {
                if (latch.Count + 1 >= count)
                    held[pod.Name] = $"the guard does not latch {pod.Name} although it is {pod.Level}: it is the last pod there is";
                else if (pod.OverloadExplains && (overloadLikely || latch.Count > 0))
                    held[pod.Name] = $"the guard does not latch {pod.Name} although it is {pod.Level}: another pod was latched a short while ago, and overload would explain what is seen";
                else
                    latch.Add(pod.Name);
            }
        }

        return new GuardRuling([.. outside], latch.ToImmutable(), held.ToImmutable(), count - outside.Count);
    }

    /// <summary>A pod that only waits for its hold to end is simply kept; that is nothing to raise an alarm for.</summary>
    private static bool IsBad(HealthLevel level) => level is HealthLevel.Unhealthy or HealthLevel.Suspect or HealthLevel.Leaving;
}
