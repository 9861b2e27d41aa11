using System.Collections.Immutable;
using PodGate.Core.Routing;

namespace PodGate.Core.Health;

/// <summary>One pod whose clients' requests are looked at.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Outcomes">The last outcome of each source.</param>
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
        var moment = SlotOutcomes.MomentOf(now);
        var seen = subjects.Select(subject => Sources.Of(subject, now, moment, settings.Window)).ToArray();
        var pods = ImmutableSortedDictionary.CreateBuilder<string, PodTraffic>(StringComparer.Ordinal);
        for (var i = 0; i < seen.Length; i++)
        {
            var others = seen.Where((_, index) => index != i).ToArray();
            if (seen[i].Entries.Count > 0) pods.Add(seen[i].Subject.Pod, Count(seen[i], others, now, moment, settings));
        }

        return new TrafficPicture(now, pods.ToImmutable());
    }

    private static PodTraffic Count(Sources here, Sources[] others, DateTimeOffset now, uint moment, TrafficSettings settings)
    {
        var failing = here.Entries.Values.Where(entry => entry.IsFailure).ToArray();
        var own = failing.Where(entry => !others.Any(other => other.FailsToo(entry))).ToArray();
        var oldest = own.Length == 0 ? TimeSpan.Zero : own.Max(entry => SlotOutcomes.Between(moment, entry.Moment));

        // Both sides are compared over the same time: since the first of these sources failed. A source that fails everywhere counts on neither.
        var serving = others.Where(other => other.Subject.Serves).ToArray();
        var asked = own.Length == 0 ? [] : serving.SelectMany(other => other.Entries.Values)
            .Where(entry => SlotOutcomes.Between(moment, entry.Moment) <= oldest && !(entry.IsFailure && here.FailsToo(entry))).ToArray();

        var mine = here.Times();
        var theirs = serving.SelectMany(other => other.Times()).Order().ToArray();
        var median = At(theirs, 50);
        var limit = TimeSpan.FromTicks(Math.Max(settings.SlowLeast.Ticks, median.Ticks * settings.SlowFactor));
        var isSlow = here.Subject.Before.Cause == Pods.Cause.SlowInTraffic;
        var affected = isSlow ? here.Entries.Values.Where(entry => entry.Outcome == SlotOutcome.Fine && entry.FirstByte >= limit).ToArray() : failing;
        var (fine, alsoFailing) = Followed(affected, others, isSlow ? limit : TimeSpan.MaxValue);
        return new PodTraffic(here.Entries.Count, own.Length, failing.Length - own.Length)
        {
            ServerErrors = own.Count(entry => entry.Outcome == SlotOutcome.ServerError),
            Unavailable = own.Count(entry => entry.Outcome == SlotOutcome.Unavailable),
            CutOff = own.Count(entry => entry.Outcome == SlotOutcome.CutOff),
            Broken = own.Count(entry => entry.Outcome == SlotOutcome.Broken),
            NoAnswer = own.Count(entry => entry.Outcome == SlotOutcome.NoAnswer),
            FirstFailure = own.Length == 0 ? null : now - oldest,
            OthersAsked = asked.Length,
            OthersFailing = asked.Count(entry => entry.IsFailure),
            P90 = At(mine, 90),
            Slow = mine.Count(time => time >= limit),
            OthersMedian = median,
            OthersP90 = At(theirs, 90),
            OthersTimed = theirs.Length,
            MovedFine = fine,
            MovedFailing = alsoFailing,
        };
    }

    /// <summary>What became of sources on other pods after they had failed (or been slow) here; the newest word counts.</summary>
    private static (int Fine, int Failing) Followed(SlotEntry[] affected, Sources[] others, TimeSpan limit)
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

    /// <summary>The smallest time that so many percent do not exceed; zero of nothing.</summary>
    private static TimeSpan At(TimeSpan[] sorted, int percent) =>
        sorted.Length == 0 ? TimeSpan.Zero : sorted[Math.Min(sorted.Length - 1, Math.Max(0, ((sorted.Length * percent) + 99) / 100 - 1))];

    /// <summary>The sources of one pod that count at the moment of a look, by slot.</summary>
    private sealed record Sources(TrafficSubject Subject, Dictionary<int, SlotEntry> Entries)
    {
        // What ends while a look is taken may bear a later moment than the look.
        private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(-1);

        public static Sources Of(TrafficSubject subject, DateTimeOffset now, uint moment, TimeSpan window)
        {
            // Of a pod under suspicion what was seen before it was taken out goes on to count; what was before a person enabled it does not.
            var before = subject.Before;
            var reach = before.IsSuspicion ? now - before.Since + window : window;
            if (now - before.NotBefore < reach) reach = now - before.NotBefore;
            var entries = new Dictionary<int, SlotEntry>();
            for (var cell = subject.Outcomes.NextWritten(0); cell >= 0; cell = subject.Outcomes.NextWritten(cell + 1))
            {
                var entry = subject.Outcomes[cell];
                var age = SlotOutcomes.Between(moment, entry.Moment);
                if (age >= Ahead && age <= reach) entries.Add(entry.Slot, entry);
            }

            return new Sources(subject, entries);
        }

        public TimeSpan[] Times() => [.. Entries.Values.Where(entry => entry.Outcome == SlotOutcome.Fine).Select(entry => entry.FirstByte).Order()];

        /// <summary>The same source failed here too.</summary>
        public bool FailsToo(SlotEntry entry) => Entries.TryGetValue(entry.Slot, out var same) && same.IsFailure;

        /// <summary>What the same source met here at that moment or after it; null when it did not come.</summary>
        public SlotEntry? After(SlotEntry entry) =>
            Entries.TryGetValue(entry.Slot, out var later) && SlotOutcomes.Between(later.Moment, entry.Moment) >= TimeSpan.Zero ? later : null;
    }
}
