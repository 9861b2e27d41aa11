using PodGate.Core.Pods;

namespace PodGate.Core.Canaries;

/// <summary>
/// Judges a canary. Think of a new cook who gets twenty of the regular guests. Whether he is worse is not told by counting the plates that come back: one guest
/// sends back everything, and the twenty may be hard to please. Each of them is asked whether it has become worse since, and so are the guests of the other
/// cooks, for the meat may be bad today. When so many of the twenty say so that it can hardly be an accident, and it is worth a word, the cook is sent away.
///
/// Fail: failures, or times, are beyond what would be expected by at least what matters, and by chance that would be seen of fewer canaries than <see
/// cref="CanarySettings.FalseAbortPercent"/> allows, all looks together. Pass: both are shown to be less than that. Inconclusive: neither.
/// </summary>
public static class CanaryJudge
{
    /// <summary>Looks at a canary, as often as one likes; it is judged anew when a mark has passed.</summary>
    /// <param name="before">What was thought until now.</param>
    /// <param name="trial">What is counted.</param>
    /// <param name="now">The moment.</param>
    /// <param name="settings">The limits.</param>
    public static CanaryJudgement Look(CanaryJudgement before, CanaryTrial trial, DateTimeOffset now, CanarySettings settings)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(settings);
        if (before.Verdict == CanaryVerdict.Fail) return before;
        var mark = CanaryMarks.Passed(now - trial.Since, settings);
        return mark <= before.Mark ? before : Judge(trial.Sample(now), mark, settings);
    }

    /// <summary>Judges at a mark.</summary>
    /// <param name="sample">Who is compared with whom.</param>
    /// <param name="mark">The mark, which says how sure it has to be.</param>
    /// <param name="settings">The limits.</param>
    internal static CanaryJudgement Judge(CanarySample sample, int mark, CanarySettings settings)
    {
        var (sources, others) = (sample.Group.Length, sample.Others.Length);
        var requests = sample.Group.Sum(source => (long)source.During.Requests);
        var seen = new CanaryJudgement(CanaryVerdict.Inconclusive, CanarySentences.TooLittle(sources, others, requests, settings), mark)
        {
            Sources = sources, Others = others,
        };
        if (sources < settings.Sources || others < settings.Sources || requests < settings.Requests) return seen;
        var (errors, times) = (ErrorTest.Compare(sample, settings), TimeTest.Compare(sample, settings));
        var verdict = VerdictOf(errors, times, mark, settings);
        return seen with { Verdict = verdict, Sentence = CanarySentences.Of(verdict, errors, times, settings), Errors = errors, Times = times };
    }

    /// <summary>It fails more requests than the least that matters.</summary>
    internal static bool IsWorse(CanaryErrors errors, CanarySettings settings) =>
        errors.Factor >= settings.ErrorFactor && errors.Extra >= settings.ErrorPercent / 100;

    private static CanaryVerdict VerdictOf(CanaryErrors errors, CanaryTimes times, int mark, CanarySettings settings)
    {
        // Half of the false aborts for each of the two.
        var allowed = settings.FalseAbortPercent / 100 / 2 * CanaryMarks.Share(mark);
        if (errors.Chance <= allowed && IsWorse(errors, settings)) return CanaryVerdict.Fail;
        if (times.Chance <= allowed && times.Factor >= settings.SlowFactor) return CanaryVerdict.Fail;
        var miss = settings.MissPercent / 100;
        return errors.ChanceToMiss <= miss && times.ChanceToMiss <= miss ? CanaryVerdict.Pass : CanaryVerdict.Inconclusive;
    }
}
