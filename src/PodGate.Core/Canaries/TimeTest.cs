using System.Collections.Immutable;

namespace PodGate.Core.Canaries;

/// <summary>
/// Whether a canary is slower than would be expected. Each source is compared with itself: how often one of its answers since took longer than one from before
/// (Mann and Whitney), so it does not matter how slow it is by nature, nor how long the longest takes. A half means that nothing has changed; what is above
/// that for the group is compared with what is for the others, who have the same time of day. A source counts by its answers, but from some thirty on little
/// more, since it changes a little by itself.
/// </summary>
internal static class TimeTest
{
    /// <summary>From so many answers on, before and since, more of them weigh little more.</summary>
    private const double Enough = 30;

    /// <summary>Compares.</summary>
    /// <param name="sample">Who is compared with whom.</param>
    /// <param name="settings">The limits.</param>
    public static CanaryTimes Compare(CanarySample sample, CanarySettings settings)
    {
        var (group, others) = (WordsOf(sample.Group), WordsOf(sample.Others));
        var timed = sample.Group.Sum(source => (long)source.During.Requests - source.During.Failures);
        if (group.Length == 0 || others.Length == 0) return new CanaryTimes(timed);
        var (since, othersSince) = (Mean(group, word => word.Steps), Mean(others, word => word.Steps));
        var least = FirstByteScale.StepsOf(settings.SlowFactor);
        return new CanaryTimes(timed)
        {
            Factor = FirstByteScale.Factor(since - othersSince),
            FactorSince = FirstByteScale.Factor(since),
            OthersFactorSince = FirstByteScale.Factor(othersSince),
            Chance = SignFlips.Chance(Deviations(group, others, word => word.Later, 0)),
            ChanceToMiss = SignFlips.Chance(-Deviations(group, others, word => word.Steps, least)),
        };
    }

    /// <summary>How far the group's mean is above the others', and that by so much, in deviations that only the sources themselves tell of.</summary>
    private static double Deviations(Word[] group, Word[] others, Func<Word, double> value, double above)
    {
        var mean = Mean(others, value);
        var (weight, othersWeight) = (group.Sum(word => word.Weight), others.Sum(word => word.Weight));
        double sum = 0, squares = 0;
        foreach (var word in group)
        {
            var beyond = word.Weight * (value(word) - mean - above);
            sum += beyond;
            squares += beyond * beyond;
        }

        foreach (var word in others)
        {
            var beyond = weight / othersWeight * word.Weight * (value(word) - mean);
            squares += beyond * beyond;
        }

        return sum / Math.Sqrt(Math.Max(squares, double.Epsilon));
    }

    private static double Mean(Word[] words, Func<Word, double> value) => words.Sum(word => word.Weight * value(word)) / words.Sum(word => word.Weight);

    private static Word[] WordsOf(ImmutableArray<SourcePair> sources)
    {
        var words = new List<Word>(sources.Length);
        foreach (var source in sources)
        {
            if (Of(source.Before.Times, source.During.Times) is { } word) words.Add(word);
        }

        return [.. words];
    }

    private static Word? Of(ReadOnlySpan<int> before, ReadOnlySpan<int> since)
    {
        double earlier = 0, later = 0, longer = 0, earlierSteps = 0, laterSteps = 0;
        for (var step = 0; step < before.Length; step++)
        {
            // Answers of the same step are longer by half.
            longer += since[step] * (earlier + (before[step] / 2.0));
            earlier += before[step];
            later += since[step];
            earlierSteps += (double)step * before[step];
            laterSteps += (double)step * since[step];
        }

        if (earlier == 0 || later == 0) return null;
        var answers = earlier * later / (earlier + later);
        return new Word(answers / (1 + (answers / Enough)), (longer / (earlier * later)) - 0.5, (laterSteps / later) - (earlierSteps / earlier));
    }

    /// <summary>What a source says.</summary>
    /// <param name="Weight">How much it counts.</param>
    /// <param name="Later">How much more often than not an answer since took longer than one before: -0.5 to 0.5.</param>
    /// <param name="Steps">How many steps of the scale its answers take longer, in the mean.</param>
    private readonly record struct Word(double Weight, double Later, double Steps);
}
