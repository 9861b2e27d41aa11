using System.Globalization;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>
/// Judges what clients' requests say about a pod. Think of a restaurant whose guests fall ill: one ill guest says nothing, for he may have brought
/// it along; many ill guests here and none next door say that it is the kitchen; and when the ill ones recover as soon as they eat next door, it
/// surely is.
///
/// Counted are sources, each once, by what last became of it: a broken customer's thousand requests are one source, and one success heals him.
///
/// Trip, in two stages. <em>Suspect</em>: at least <c>Sources</c> of them and <c>SharePercent</c> of the active ones fail here last, while of those
/// that asked other pods since then at most a quarter of that share fails; seen at two looks in a row. Or: nine of ten sources here wait
/// <c>SlowFactor</c> times as long for their first byte as half of the others' do (and twice as long as nine of ten of theirs), for <c>SlowFor</c>.
/// The pod is then routed around, which puts it to the test:
/// <em>Confirmed</em> when as many of these sources are served well elsewhere; <em>Sources</em> when they fail there too.
///
/// Everything that fails on all pods alike is no pod's fault (<em>Everywhere</em>), and neither is what travels with its source.
///
/// Recovery: a suspicion ends when it was the sources, when the gate's own checks prove the pod well, or, while the guard keeps the pod in the
/// traffic, when nothing has stood out for a whole window. The health document alone does not end it: it did not see this to begin with.
/// </summary>
public static class TrafficJudge
{
    /// <summary>At two looks: the second this much after the first.</summary>
    private static readonly TimeSpan Twice = TimeSpan.FromMilliseconds(50);

    /// <summary>The share of others that may fail, as a part of the share here.</summary>
    private const int OthersPart = 4;

    /// <summary>Judges one pod.</summary>
    /// <param name="before">What was thought until now.</param>
    /// <param name="seen">What was seen at this look; null when no source was.</param>
    /// <param name="inTraffic">The pod still gets requests.</param>
    /// <param name="settings">The limits.</param>
    /// <param name="now">The moment of the look.</param>
    public static TrafficHealth Judge(TrafficHealth before, PodTraffic? seen, bool inTraffic, TrafficSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(settings);
        if (!settings.Enabled) return TrafficHealth.Quiet;
        var finding = seen is null ? Finding.Nothing : Look(seen, settings);
        return before.Verdict switch
        {
            TrafficVerdict.Quiet => Begin(before, finding, seen, now),
            TrafficVerdict.Noticed => Watch(before, finding, seen, settings, now),
            TrafficVerdict.Suspect => Test(before, finding, seen, inTraffic, settings, now),
            _ => Stay(before, finding, seen, inTraffic, settings, now),
        };
    }

    /// <summary>Whether a pod is so much slower than the others that a ramp should wait for it.</summary>
    /// <param name="seen">What was seen.</param>
    /// <param name="settings">The limits.</param>
    public static bool IsSlow(PodTraffic seen, TrafficSettings settings)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(settings);
        return seen.Slow >= settings.Sources && seen.OthersTimed >= settings.Sources
            && seen.P90 >= settings.SlowLeast && seen.P90 >= seen.OthersMedian * settings.SlowFactor && seen.P90 >= seen.OthersP90 * 2;
    }

    private static TrafficHealth Begin(TrafficHealth before, Finding finding, PodTraffic? seen, DateTimeOffset now) => finding switch
    {
        Finding.Errors => Found(before, TrafficVerdict.Noticed, Cause.ErrorsInTraffic, ErrorSentence(seen!), seen!, now),
        Finding.Slow => Found(before, TrafficVerdict.Noticed, Cause.SlowInTraffic, SlowSentence(seen!), seen!, now),
        Finding.Everywhere => Found(before, TrafficVerdict.Everywhere, Cause.ErrorsInTraffic, EverywhereSentence(seen!), seen!, now),
        Finding.Travelling => Found(before, TrafficVerdict.Sources, Cause.ErrorsInTraffic, SourcesSentence(seen!.FailingElsewhereToo), seen!, now),
        _ => TrafficHealth.Quiet with { NotBefore = before.NotBefore },
    };

    private static TrafficHealth Found(TrafficHealth before, TrafficVerdict verdict, Cause cause, string sentence, PodTraffic seen, DateTimeOffset now) =>
        new(verdict, now, cause, sentence, seen) { StoodOutAt = now, NotBefore = before.NotBefore, Excused = seen.FailingElsewhereToo };

    private static TrafficHealth Watch(TrafficHealth before, Finding finding, PodTraffic? seen, TrafficSettings settings, DateTimeOffset now)
    {
        var same = (finding, before.Cause) is (Finding.Errors, Cause.ErrorsInTraffic) or (Finding.Slow, Cause.SlowInTraffic);
        if (!same) return Begin(before, finding, seen, now);
        var patience = before.Cause == Cause.SlowInTraffic ? settings.SlowFor : Twice;
        var sentence = before.Cause == Cause.SlowInTraffic ? SlowSentence(seen!) : ErrorSentence(seen!);
        var verdict = now - before.Since >= patience ? TrafficVerdict.Suspect : TrafficVerdict.Noticed;
        return before with { Verdict = verdict, Sentence = sentence, Seen = seen, StoodOutAt = now };
    }

    /// <summary>The sources that failed here have been sent elsewhere: how do they fare?</summary>
    private static TrafficHealth Test(
        TrafficHealth before, Finding finding, PodTraffic? seen, bool inTraffic, TrafficSettings settings, DateTimeOffset now)
    {
        if (seen is not null && seen.MovedFine >= settings.Sources && seen.MovedFailing * 3 <= seen.MovedFine)
        {
            return before with
            {
                Verdict = TrafficVerdict.Confirmed, StoodOutAt = now,
                Sentence = string.Create(CultureInfo.InvariantCulture, $"{before.Sentence}; {seen.MovedFine} of them are served well by other pods"),
            };
        }

        if (seen is not null && seen.MovedFailing >= settings.Sources && seen.MovedFailing > seen.MovedFine)
        {
            return before with
            {
                Verdict = TrafficVerdict.Sources, StoodOutAt = now, Sentence = SourcesSentence(seen.MovedFailing),
                Excused = seen.Failing + seen.FailingElsewhereToo,
            };
        }

        return Stay(before, finding, seen, inTraffic, settings, now);
    }

    /// <summary>As long as requests reach the pod they can also show that it is well again.</summary>
    private static TrafficHealth Stay(
        TrafficHealth before, Finding finding, PodTraffic? seen, bool inTraffic, TrafficSettings settings, DateTimeOffset now)
    {
        if (!inTraffic) return before;
        if (finding == Finding.Nothing)
            return now - before.StoodOutAt >= settings.Window ? TrafficHealth.Quiet with { NotBefore = before.NotBefore } : before;

        // What was everywhere may turn out to be this pod's when the others recover. Sources that are known to fail anywhere are excused, more are not:
        // else they would have the pod routed around again and again.
        var anew = finding is Finding.Errors or Finding.Slow && before.Verdict switch
        {
            TrafficVerdict.Everywhere => true,
            TrafficVerdict.Sources => finding == Finding.Slow || seen!.Failing >= before.Excused + settings.Sources,
            _ => false,
        };
        return anew ? Begin(before, finding, seen, now) : before with { StoodOutAt = now };
    }

    private static Finding Look(PodTraffic seen, TrafficSettings settings)
    {
        var share = Percent(seen.Failing, seen.Active);
        if (seen.Failing >= settings.Sources && share >= settings.SharePercent && seen.OthersAsked >= settings.Sources)
        {
            var others = Percent(seen.OthersFailing, seen.OthersAsked);
            if (others * OthersPart <= share) return Finding.Errors;
            if (others * 2 >= share) return Finding.Everywhere;
        }

        if (IsSlow(seen, settings)) return Finding.Slow;
        return seen.FailingElsewhereToo >= settings.Sources && Percent(seen.FailingElsewhereToo, seen.Active) >= settings.SharePercent
            ? Finding.Travelling
            : Finding.Nothing;
    }

    private static double Percent(int part, int whole) => whole == 0 ? 0 : 100.0 * part / whole;

    private static string ErrorSentence(PodTraffic seen)
    {
        (int Count, string Name)[] kinds =
        [
            (seen.ServerErrors, "server errors"), (seen.Unavailable, "answers 503"), (seen.CutOff, "answers cut off"),
            (seen.Broken, "broken connections"), (seen.NoAnswer, "no answer in time"),
        ];
        var list = string.Join(
            ", ", kinds.Where(kind => kind.Count > 0).Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Count} {kind.Name}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the requests of {seen.Failing} of {seen.Active} active sources fail ({list}), on the other pods those of {seen.OthersFailing} of {seen.OthersAsked}");
    }

    private static string SlowSentence(PodTraffic seen) =>
        $"nine of ten sources wait up to {Sentences.Span(seen.P90)} for the first byte, on the other pods up to {Sentences.Span(seen.OthersP90)}, and half of them {Sentences.Span(seen.OthersMedian)}";

    private static string EverywhereSentence(PodTraffic seen) => string.Create(
        CultureInfo.InvariantCulture,
        $"the requests of {seen.Failing} of {seen.Active} active sources fail, but on the other pods those of {seen.OthersFailing} of {seen.OthersAsked} do too: it is no single pod");

    private static string SourcesSentence(int count) => string.Create(
        CultureInfo.InvariantCulture, $"the requests of {count} sources fail, and those of the same sources fail on other pods too: it is they, or what they ask for");

    private enum Finding
    {
        Nothing,
        Errors,
        Slow,
        Everywhere,
        Travelling,
    }
}
