using System.Collections.Immutable;
using PodGate.Core.Routing;

namespace PodGate.Core.Health;

/// <summary>One pod whose clients' requests are looked at.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Outcomes">What became of the last requests of each source.</param>
/// <param name="Serves">It is in the traffic: the others are compared with it.</param>
/// <param name="Before">What was thought of its traffic until now.</param>
public sealed record TrafficSubject(string Pod, SlotOutcomes Outcomes, bool Serves, TrafficHealth Before);

/// <summary>
/// Looks at the sources of all pods at one moment and counts what <see cref="TrafficJudge"/> judges by. Counts only, decides nothing.
/// </summary>
public static class TrafficLook
{
    /// <summary>Takes a look.</summary>
    /// <param name="subjects">The pods that people want in the traffic and that are not latched.</param>
    /// <param name="now">The moment.</param>
    /// <param name="settings">The limits.</param>
    public static TrafficPicture Take(IReadOnlyList<TrafficSubject> subjects, DateTimeOffset now, TrafficSettings settings)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        ArgumentNullException.ThrowIfNull(settings);
        var seen = subjects.Select(subject => TrafficSources.Of(subject, now, settings.Window)).ToArray();
        var pods = ImmutableSortedDictionary.CreateBuilder<string, PodTraffic>(StringComparer.Ordinal);
        for (var i = 0; i < seen.Length; i++)
        {
            if (seen[i].Entries.Count == 0) continue;
            var others = seen.Where((_, index) => index != i).ToArray();
            pods.Add(seen[i].Subject.Pod, Count(seen[i], others, now, settings));
        }

        return new TrafficPicture(now, pods.ToImmutable());
    }

    private static PodTraffic Count(TrafficSources here, TrafficSources[] others, DateTimeOffset now, TrafficSettings settings)
    {
        var signs = here.Entries.Values.Where(TrafficSources.IsSign).ToArray();
        var ownSigns = signs.Where(entry => !others.Any(other => other.FailsToo(entry))).ToArray();
        var own = ownSigns.Where(entry => entry.IsAffected).ToArray();
        var serving = others.Where(other => other.Subject.Serves).ToArray();
        var (median, ninth, timed) = Typical(serving);
        var limit = TimeSpan.FromTicks(Math.Max(settings.SlowLeast.Ticks, median.Ticks * settings.SlowFactor));
        var isSlow = here.Subject.Before.Cause == Pods.Cause.SlowInTraffic;
        var (fine, alsoFailing) = isSlow
            ? Followed([.. here.Entries.Values.Where(entry => entry.Outcome == SlotOutcome.Fine && entry.FirstByte >= limit)], others, limit)
            : Followed(signs, others, TimeSpan.MaxValue);
        var oldest = ownSigns.Length == 0 ? TimeSpan.Zero : ownSigns.Max(here.Age);
        var compared = ownSigns.Length < TrafficJudge.HalfOf(settings.Sources) ? default : Compared(here, serving, oldest, settings);
        return new PodTraffic(here.Entries.Count, own.Length, signs.Count(entry => entry.IsAffected) - own.Length)
        {
            Signs = ownSigns.Length,
            AskedSince = ownSigns.Length == 0 ? 0 : here.Entries.Values.Count(entry => here.Age(entry) <= oldest),
            Spread = ownSigns.Length == 0 ? TimeSpan.Zero : oldest - ownSigns.Min(here.Age),
            ServerErrors = ownSigns.Count(entry => entry.Kind == SlotOutcome.ServerError),
            Unavailable = ownSigns.Count(entry => entry.Kind == SlotOutcome.Unavailable),
            CutOff = ownSigns.Count(entry => entry.Kind == SlotOutcome.CutOff),
            Broken = ownSigns.Count(entry => entry.Kind == SlotOutcome.Broken),
            NoAnswer = ownSigns.Count(entry => entry.Kind == SlotOutcome.NoAnswer),
            FirstFailure = ownSigns.Length == 0 ? null : now - oldest,
            OthersAsked = compared.Asked,
            OthersFailing = compared.Failing,
            OthersErrors = compared.Errors,
            P90 = here.Within(90),
            Slow = here.Times.Count(time => time >= limit),
            OthersMedian = median,
            OthersP90 = ninth,
            OthersTimed = timed,
            MovedFine = fine,
            MovedFailing = alsoFailing,
        };
    }

    /// <summary>
    /// The others' sources, for comparison: those that asked since the first of these failed, or all of the window, whichever look worse. The first shows what
    /// begins everywhere at once, the second what is everywhere all the time.
    /// </summary>
    private static Comparable Compared(TrafficSources here, TrafficSources[] serving, TimeSpan oldest, TrafficSettings settings)
    {
        var since = Majority(here, serving, oldest, settings.Sources);
        var window = Majority(here, serving, settings.Window, settings.Sources);
        return (since.Asked < settings.Sources || since.Share >= window.Share ? since : window) with { LeastErrors = Math.Max(since.Errors, window.Errors) };
    }

    /// <summary>
    /// The sources of the better majority of the other pods, since half a fleet may be sick; of more pods, if those do not have enough sources. One failure
    /// marks a source here, so that what begins everywhere is seen in time; a source that fails on both sides counts on neither.
    /// </summary>
    private static Comparable Majority(TrafficSources here, TrafficSources[] serving, TimeSpan reach, int least)
    {
        var pods = serving.Select(other =>
        {
            var entries = other.Entries.Values.Where(entry => other.Age(entry) <= reach && !(TrafficSources.IsSign(entry) && here.HasFailed(entry))).ToArray();
            return new Comparable(entries.Length, entries.Count(TrafficSources.IsSign), entries.Sum(entry => entry.Failures));
        }).Where(pod => pod.Asked > 0).OrderBy(pod => pod.Share).ToArray();
        var sum = default(Comparable);
        for (var i = 0; i < pods.Length && (i <= pods.Length / 2 || sum.Asked < least); i++) sum = sum.With(pods[i]);

        // Whoever picks the better ones is too kind to them: requests fail as often as on the pod in the middle at least, when that has enough sources to tell.
        var middle = pods.Length == 0 ? default : pods[pods.Length / 2];
        return middle.Asked < least ? sum : sum with { LeastErrors = middle.Errors };
    }

    /// <summary>
    /// What the sources of a typical other pod wait: of the one in the middle, each weighing as much as it has sources. Not of all sources together: a slow pod
    /// among many would hide behind another slow one.
    /// </summary>
    private static (TimeSpan Median, TimeSpan P90, int Timed) Typical(TrafficSources[] serving)
    {
        var timed = serving.Sum(other => other.Times.Length);
        return (Middle(50), Middle(90), timed);

        TimeSpan Middle(int percent)
        {
            var sources = 0;
            foreach (var other in serving.OrderBy(other => other.Within(percent)))
            {
                sources += other.Times.Length;
                if (2 * sources > timed) return other.Within(percent);
            }

            return TimeSpan.Zero;
        }
    }

    /// <summary>What became of sources on other pods after they had failed (or been slow) here; the newest word counts.</summary>
    private static (int Fine, int Failing) Followed(SlotEntry[] affected, TrafficSources[] others, TimeSpan limit)
    {
        int fine = 0, failing = 0;
        foreach (var entry in affected)
        {
            SlotEntry? newest = null;
            foreach (var other in others)
            {
                if (other.After(entry) is not { } later) continue;
                if (newest is not { } known || SlotOutcomes.Between(later.Moment, known.Moment) > TimeSpan.Zero) newest = later;
            }

            if (newest is not { } last) continue;
            if (last.Outcome == SlotOutcome.Fine && last.FirstByte < limit) fine++;
            else failing++;
        }

        return (fine, failing);
    }

    /// <summary>Others' sources for comparison: how many, how many of them with a failure, and how many of their last requests failed.</summary>
    private readonly record struct Comparable(int Asked, int Failing, int Failures)
    {
        public double Share => Asked == 0 ? 0 : (double)Failing / Asked;

        /// <summary>Never less than this, whatever the sources say.</summary>
        public double LeastErrors { get; init; }

        /// <summary>Which part of the last requests failed; half a request more, since nothing seen in few does not mean never.</summary>
        public double Errors => Math.Max(LeastErrors, (Failures + 0.5) / ((Asked * SlotOutcomes.Remembered) + 1));

        public Comparable With(Comparable other) => new(Asked + other.Asked, Failing + other.Failing, Failures + other.Failures);
    }
}
