using System.Globalization;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>
/// Judges what clients' requests say about a pod. Think of a restaurant whose guests fall ill: one ill guest says nothing, for he may have brought
/// it along; many ill guests here and none next door say that it is the kitchen; and when the ill ones recover as soon as they eat next door, it
/// surely is.
///
/// Counted are sources, each once: a broken customer's thousand requests are one source. A source is affected when two of its last four requests failed;
/// one failure each is enough where nearly nobody is served any more, and not only for an instant.
///
/// Trip, in two stages. <em>Suspect</em>: at least <c>Sources</c> of them and <c>SharePercent</c> of the active ones are affected here, while of those
/// that asked the better majority of the other pods since then at most a quarter of that share shows a failure; and it is not chance: if this pod were
/// like those, so many would be affected here less than once in a million. Or: nine of ten sources here wait <c>SlowFactor</c> times as long for their
/// first byte as half of a typical other pod's do (and twice as long as nine of ten of those), for <c>SlowFor</c>.
/// The pod is then routed around, which puts it to the test:
/// <em>Confirmed</em> when enough of these sources are served well elsewhere and those that fail there too do not explain the rest; <em>Sources</em> when
/// they do.
///
/// Everything that fails on all pods alike is no pod's fault (<em>Everywhere</em>), and neither is what travels with its source.
///
/// Recovery: a suspicion ends when it was the sources or is everywhere, when the gate's own checks prove the pod well, or, while the guard keeps the pod
/// in the traffic, when nothing has stood out for a whole window. The health document alone does not end it: it did not see this to begin with.
/// </summary>
public static class TrafficJudge
{
    /// <summary>
    /// More seldom than this is not chance: that so many sources here are of the kind that fails, whatever they do; and that so many requests happened to
    /// fail in pairs. Looks are taken many times a second at many pods, so it must be seldom indeed.
    /// </summary>
    private const double ChanceOfSources = 1e-6;
    private const double ChanceOfRequests = 1e-9;

    /// <summary>So many sources, and nine of ten that asked since the first of them, for so long: then one failure of each is enough.</summary>
    private const int ManySources = 8;
    private static readonly TimeSpan MoreThanAnInstant = TimeSpan.FromMilliseconds(100);

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
            TrafficVerdict.Noticed when finding == Finding.Slow => WatchSlow(before, seen!, settings, now),
            TrafficVerdict.Noticed => Begin(before, finding, seen, now),
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

    /// <summary>
    /// Whether so much fails on a pod, and not on the others, that a ramp should wait: half of what makes a pod suspect is enough, since nobody is moved for
    /// it.
    /// </summary>
    /// <param name="seen">What was seen.</param>
    /// <param name="settings">The limits.</param>
    public static bool IsFailing(PodTraffic seen, TrafficSettings settings)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(settings);
        var share = Percent(seen.Signs, seen.Active);
        return seen.Signs >= HalfOf(settings.Sources) && share * 2 >= settings.SharePercent && Percent(seen.OthersFailing, seen.OthersAsked) * 2 <= share;
    }

    /// <summary>Half of the sources that make a pod suspect, rounded up: from so many on they are compared with those of the other pods.</summary>
    internal static int HalfOf(int sources) => (sources + 1) / 2;

    private static TrafficHealth Begin(TrafficHealth before, Finding finding, PodTraffic? seen, DateTimeOffset now) => finding switch
    {
        Finding.Errors => Found(before, TrafficVerdict.Suspect, Cause.ErrorsInTraffic, ErrorSentence(seen!), seen!, now),
        Finding.Slow => Found(before, TrafficVerdict.Noticed, Cause.SlowInTraffic, SlowSentence(seen!), seen!, now),
        Finding.Everywhere => Found(before, TrafficVerdict.Everywhere, Cause.ErrorsInTraffic, EverywhereSentence(seen!), seen!, now),
        Finding.Travelling => Found(before, TrafficVerdict.Sources, Cause.ErrorsInTraffic, SourcesSentence(seen!.FailingElsewhereToo), seen!, now),
        _ => TrafficHealth.Quiet with { NotBefore = before.NotBefore },
    };

    private static TrafficHealth Found(TrafficHealth before, TrafficVerdict verdict, Cause cause, string sentence, PodTraffic seen, DateTimeOffset now) =>
        new(verdict, now, cause, sentence, seen) { StoodOutAt = now, NotBefore = before.NotBefore, Excused = seen.FailingElsewhereToo };

    private static TrafficHealth WatchSlow(TrafficHealth before, PodTraffic seen, TrafficSettings settings, DateTimeOffset now) => before with
    {
        Verdict = now - before.Since >= settings.SlowFor ? TrafficVerdict.Suspect : TrafficVerdict.Noticed,
        Sentence = SlowSentence(seen), Seen = seen, StoodOutAt = now,
    };

    /// <summary>The sources that failed here have been sent elsewhere: how do they fare?</summary>
    private static TrafficHealth Test(
        TrafficHealth before, Finding finding, PodTraffic? seen, bool inTraffic, TrafficSettings settings, DateTimeOffset now)
    {
        if (seen is null) return Stay(before, finding, seen, inTraffic, settings, now);
        var isSlow = before.Cause == Cause.SlowInTraffic;

        // Nothing new is seen here any more, so one failure marks a source as it does on the others. Those that fail there too are left out; what is left
        // may still be more than enough.
        var errors = Errors(seen, seen.Signs, settings);
        var standsOut = isSlow ? seen.MovedFailing * 3 <= seen.MovedFine : errors == Finding.Errors;
        if (seen.MovedFine >= settings.Sources && standsOut)
        {
            return before with
            {
                Verdict = TrafficVerdict.Confirmed, StoodOutAt = now,
                Sentence = string.Create(CultureInfo.InvariantCulture, $"{before.Sentence}; {seen.MovedFine} of them are served well by other pods"),
            };
        }

        if (!isSlow && errors == Finding.Everywhere && seen.MovedFailing <= seen.MovedFine)
            return Found(before, TrafficVerdict.Everywhere, Cause.ErrorsInTraffic, EverywhereSentence(seen), seen, now);
        if (seen.MovedFailing >= settings.Sources && seen.MovedFailing > seen.MovedFine && !standsOut)
        {
            return before with
            {
                Verdict = TrafficVerdict.Sources, StoodOutAt = now, Sentence = SourcesSentence(seen.MovedFailing), Excused = seen.MovedFailing,
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
        var nobodyServed = seen.Signs >= ManySources && seen.Signs * 10 >= seen.AskedSince * 9 && seen.Spread >= MoreThanAnInstant;
        if (nobodyServed && Errors(seen, seen.Signs, settings) == Finding.Errors
            && AsManyOrMore(seen.Active, seen.Signs, AnySign(seen.OthersErrors)) < ChanceOfRequests) return Finding.Errors;
        var errors = Errors(seen, seen.Failing, settings);
        if (errors == Finding.Errors && AsManyOrMore(seen.Active, seen.Failing, TwoOfFour(seen.OthersErrors)) >= ChanceOfRequests) errors = Finding.Nothing;
        if (errors != Finding.Nothing) return errors;
        if (IsSlow(seen, settings)) return Finding.Slow;
        return seen.FailingElsewhereToo >= settings.Sources && Percent(seen.FailingElsewhereToo, seen.Active) >= settings.SharePercent
            ? Finding.Travelling
            : Finding.Nothing;
    }

    /// <summary>
    /// Whether so many sources stand out against the others': not when it could be an accident that just these fail, if sources failed here as often as
    /// there (half a source is added there, since nothing seen in few of them does not mean never).
    /// </summary>
    private static Finding Errors(PodTraffic seen, int failing, TrafficSettings settings)
    {
        var share = Percent(failing, seen.Active);
        if (failing < settings.Sources || share < settings.SharePercent || seen.OthersAsked < settings.Sources) return Finding.Nothing;
        if (Percent(seen.OthersFailing, seen.OthersAsked) * OthersPart > share) return Finding.Everywhere;
        return AsManyOrMore(seen.Active, failing, (seen.OthersFailing + 0.5) / (seen.OthersAsked + 1)) < ChanceOfSources ? Finding.Errors : Finding.Nothing;
    }

    /// <summary>How often two of four requests fail when each does so often.</summary>
    private static double TwoOfFour(double each)
    {
        var well = 1 - each;
        return 1 - Math.Pow(well, 4) - (4 * each * Math.Pow(well, 3));
    }

    /// <summary>How often the last request fails, or two of four, when each does so often.</summary>
    private static double AnySign(double each) => each + ((1 - each) * TwoOfFour(each));

    /// <summary>How probable it is that so many of the sources, or more, fail when each does with this probability; never less than it is.</summary>
    private static double AsManyOrMore(int sources, int failing, double each)
    {
        if (failing <= sources * each) return 1;
        var (odds, logarithm) = (each / (1 - each), sources * Math.Log(1 - each));
        for (var i = 1; i <= failing; i++) logarithm += Math.Log(odds * (sources - i + 1) / i);

        // From there on each term is smaller than the one before it, by more and more: a geometric series bounds them all.
        var shrinks = odds * (sources - failing) / (failing + 1);
        return Math.Exp(logarithm) / (1 - shrinks);
    }

    private static double Percent(int part, int whole) => whole == 0 ? 0 : 100.0 * part / whole;

    internal static string ErrorSentence(PodTraffic seen)
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
            $"the requests of {seen.Signs} of {seen.Active} active sources fail ({list}), on the other pods those of {seen.OthersFailing} of {seen.OthersAsked}");
    }

    internal static string SlowSentence(PodTraffic seen) =>
        $"nine of ten sources wait up to {Sentences.Span(seen.P90)} for the first byte, on the other pods up to {Sentences.Span(seen.OthersP90)}, and half of them {Sentences.Span(seen.OthersMedian)}";

    private static string EverywhereSentence(PodTraffic seen) => string.Create(
        CultureInfo.InvariantCulture,
        $"the requests of {seen.Signs} of {seen.Active} active sources fail, but on the other pods those of {seen.OthersFailing} of {seen.OthersAsked} do too: it is no single pod");

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
