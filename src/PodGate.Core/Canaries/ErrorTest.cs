using System.Collections.Immutable;

namespace PodGate.Core.Canaries;

/// <summary>
/// Whether more fails on a canary than would be expected. What is expected of a source is what it met before, times the trend: how much more, or less, fails
/// for the others since.
///
/// Of a source's failures, before and since, as large a part would fall into the time since as of its requests (the trend counted in). What it has there beyond
/// that is its word against the canary: zero on average, whoever the source is and however much of what it asks fails by nature. The word is damped, as if
/// the source's own share of failures might double by itself, and never weighs more than <see cref="Loudest"/> failures: whoever has thousands is one
/// source. The words of the group are added; that the trend is known from the others' words only is counted in, since theirs may be wild, too.
/// </summary>
internal static class ErrorTest
{
    private const double Loudest = 3;

    /// <summary>How much a source's share of failures varies by itself, as the square of its relative deviation.</summary>
    private const double OwnWill = 1;

    /// <summary>The others are given a source of their own with half a failure before and half a one since: without any failures there is no trend.</summary>
    private const double HalfFailure = 0.5;
    private const double LeastTrend = 0.01;
    private const double GreatestTrend = 100;
    private const double Exact = 1e-6;
    private const int Rounds = 50;

    /// <summary>Compares.</summary>
    /// <param name="sample">Who is compared with whom; both sides have requests.</param>
    /// <param name="settings">The limits.</param>
    public static CanaryErrors Compare(CanarySample sample, CanarySettings settings)
    {
        var trend = TrendOf(sample.Others);
        var (group, others) = (WordsOf(sample.Group, trend), WordsOf(sample.Others, trend));
        var errors = new CanaryErrors(
            sample.Group.Sum(source => (long)source.During.Requests),
            Share(sample.Group, source => source.During), Share(sample.Group, source => source.Before),
            Share(sample.Others, source => source.During), Share(sample.Others, source => source.Before))
        {
            Trend = trend,
            Factor = (HalfFailure + group.Sum(word => word.Since)) / (HalfFailure + group.Sum(word => word.Before)),
            Chance = SignFlips.Chance(group.Sum(word => word.Value) / Root(group.Sum(word => word.Value * word.Value) + Unsure(group, others))),
        };
        if (LooksWorse(errors, settings)) return errors;
        var asMuchMore = WordsOf(sample.Group, trend * settings.ErrorFactor);
        return errors with { ChanceToMiss = Math.Min(ChanceToMissFactor(asMuchMore, others), ChanceToMissAny(sample.Group, settings)) };
    }

    /// <summary>How much the trend, which is known only from the others' words, may be wrong by, as squares of the group's sum.</summary>
    private static double Unsure(Word[] group, Word[] others)
    {
        var gain = group.Sum(word => word.Hold) / (others.Sum(word => word.Hold) + (HalfFailure / 2));
        return gain * gain * others.Sum(word => word.Value * word.Value);
    }

    /// <summary>The group's failures without regard to whose they are. One customer's may be the reason; but what looks worse does not pass.</summary>
    private static bool LooksWorse(CanaryErrors errors, CanarySettings settings)
    {
        var expected = errors.FailedBefore * errors.Trend;
        return errors.Failed >= settings.ErrorFactor * expected && errors.Failed - expected >= settings.ErrorPercent / 100;
    }

    /// <summary>
    /// The same question turned round: if by that factor more failed on the canary, how probable would it be to see as little? What is low is skewed the other
    /// way: words vary the less the lower they are. So each is taken to vary as counts do at least.
    /// </summary>
    private static double ChanceToMissFactor(Word[] group, Word[] others) =>
        SignFlips.Chance(-group.Sum(word => word.Value) / Root(group.Sum(word => Math.Max(word.Value * word.Value, word.Least)) + Unsure(group, others)));

    /// <summary>If as much failed as matters at all, how probable would it be to see as few failures (Chernoff's bound for counts)?</summary>
    private static double ChanceToMissAny(ImmutableArray<SourcePair> group, CanarySettings settings)
    {
        double failures = group.Sum(source => (long)source.During.Failures);
        var mean = settings.ErrorPercent / 100 * group.Sum(source => (double)source.During.Requests);
        return failures >= mean ? 1 : Math.Exp(failures - mean + (failures == 0 ? 0 : failures * Math.Log(mean / failures)));
    }

    /// <summary>The trend with which the others' words cancel.</summary>
    private static double TrendOf(ImmutableArray<SourcePair> others)
    {
        var trend = 1.0;
        for (var i = 0; i < Rounds; i++)
        {
            double since = HalfFailure / 2, before = HalfFailure / 2;
            foreach (var word in WordsOf(others, trend))
            {
                since += word.Since;
                before += word.Before / trend;
            }

            var next = Math.Clamp(since / before, LeastTrend, GreatestTrend);
            if (Math.Abs(next - trend) < Exact) return next;
            trend = next;
        }

        return trend;
    }

    private static Word[] WordsOf(ImmutableArray<SourcePair> sources, double trend)
    {
        var words = new Word[sources.Length];
        for (var i = 0; i < words.Length; i++)
        {
            var source = sources[i];
            var (expected, hold, part) = Expected(source, trend);
            var beyond = source.During.Failures - expected;
            var weight = 1 / (1 + (OwnWill * hold));
            if (Math.Abs(beyond) * weight > Loudest) weight = Loudest / Math.Abs(beyond);
            words[i] = new Word(
                beyond * weight, hold * weight, hold * weight * weight,
                source.During.Failures * (1 - part) * weight, source.Before.Failures * part * weight);
        }

        return words;
    }

    /// <summary>How many of a source's failures would fall into the time since, how much that varies by chance, and which part of its requests does.</summary>
    private static (double Failures, double Hold, double Part) Expected(SourcePair source, double trend)
    {
        var since = trend * source.During.Requests;
        var part = since / (since + source.Before.Requests);
        double failures = source.Before.Failures + source.During.Failures;
        return (failures * part, failures * part * (1 - part), part);
    }

    private static double Share(ImmutableArray<SourcePair> sources, Func<SourcePair, SourceTally> side) =>
        sources.Sum(source => (double)side(source).Failures) / Math.Max(1, sources.Sum(source => (double)side(source).Requests));

    private static double Root(double squares) => Math.Sqrt(Math.Max(squares, double.Epsilon));

    /// <summary>What a source says.</summary>
    /// <param name="Value">Its failures beyond what is expected.</param>
    /// <param name="Hold">By how much that would change with the logarithm of the trend.</param>
    /// <param name="Least">The square that it has on average, if failures are counts that nothing connects.</param>
    /// <param name="Since">Its failures since, brought to the same number of requests as those before.</param>
    /// <param name="Before">Those before, times the trend.</param>
    private readonly record struct Word(double Value, double Hold, double Least, double Since, double Before);
}
