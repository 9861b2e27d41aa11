using System.Collections.Immutable;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>
/// Turns reports into a level. Think of somebody who knocks at a door every second: one knock without an answer means little, two make
/// him doubt, three make him sure; and a "go away" from inside is an answer he need not doubt, while silence might be his own deafness, so
/// he asks whether anybody else heard a door meanwhile (the witness). A stranger at the door is reason enough to leave at once.
///
/// Trip: <c>Fall</c> failures in a row that count make Unhealthy; two make Suspect; so does one refused connection of a client; a wrong
/// identity makes Unhealthy by itself, and so does having been doubted and cleared too often.
/// What the pod itself delivers counts at once (a refused connection, an error, an unreadable or broken answer). Silence counts only
/// if another pod answered a probe that was sent soon after the silent one: the two met the same network. "Any time later" would not do: in the moment in
/// which a gate's own network comes back, the first pod that answers again would be a witness for all the seconds before.
///
/// Recovery: one good probe ends the run of failures (coming back into the traffic asks for more, see <see cref="FleetStep"/>).
///
/// Order: reports are judged in the order they were sent, whatever order they arrive in. A failure that was sent before a good probe says
/// nothing about the time after it. The health address and each of the gate's own checks are tracks of their own; the worst one decides.
/// </summary>
public static class ProbeJudge
{
    /// <summary>How many failures in a row make a pod suspect.</summary>
    public const int SuspectAfter = 2;

    /// <summary>
    /// How many reports are kept: enough to count to rise and fall, to explain, and to be a witness for probes that time out late; 20 to 1,000.
    /// </summary>
    /// <param name="settings">The fleet's numbers.</param>
    public static int Kept(FleetSettings settings) =>
        (int)Math.Clamp(20 + (settings.ProbeTimeout / settings.FastProbeInterval), Math.Max(settings.Fall, settings.Rise) + 1, 1000);

    /// <summary>
    /// How soon after a silent probe a witness's probe must have been sent: the two must have met the same network. Long enough for the others to be asked at
    /// once when a probe has timed out and the next one is under way.
    /// </summary>
    /// <param name="settings">The fleet's numbers.</param>
    public static TimeSpan WitnessWithin(FleetSettings settings) =>
        TimeSpan.FromTicks(Math.Max(settings.ProbeTimeout.Ticks / 2, settings.FastProbeInterval.Ticks * 5 / 4));

    /// <summary>Whether a failure counts as evidence.</summary>
    /// <param name="failure">The failure.</param>
    public static bool Counts(ProbeReport failure) => !failure.IsSilence || failure.Witnessed;

    /// <summary>Adds a report in its place and judges anew.</summary>
    /// <param name="health">What was known.</param>
    /// <param name="report">What is new.</param>
    /// <param name="pod">The pod it is about.</param>
    /// <param name="settings">The fleet's numbers.</param>
    public static PodHealth Add(PodHealth health, ProbeReport report, PodSettings pod, FleetSettings settings)
    {
        if (report.SentAt < health.NotBefore) return health;
        if (report.Check is null)
        {
            (var memory, report) = DocumentJudge.Judge(health.Memory, report, pod, settings);
            // What came late may change what the documents after it amount to.
            var recent = DocumentJudge.Again(memory, health.Document.Recent, report, pod, settings);
            var track = Insert(health.Document with { Recent = recent }, report, settings.Fall, Kept(settings));
            return Weigh(health with { Memory = memory, Document = track }, settings);
        }

        // A check that is configured no more still reports once: nobody asked.
        if (!pod.Checks.TryGetValue(report.Check, out var check)) return health;
        var before = health.Checks.GetValueOrDefault(check.Name, ProbeTrack.Empty);
        var after = Insert(before, report, check.Fall, Math.Max(20, Math.Max(check.Fall, check.Rise) + 1));
        return Weigh(health with { Checks = health.Checks.SetItem(check.Name, after) }, settings);
    }

    /// <summary>Forgets the checks that are configured no more, and what flapped too long ago.</summary>
    /// <param name="health">What was known.</param>
    /// <param name="pod">The pod it is about.</param>
    /// <param name="settings">The fleet's numbers.</param>
    /// <param name="now">The moment.</param>
    public static PodHealth Forget(PodHealth health, PodSettings pod, FleetSettings settings, DateTimeOffset now)
    {
        if (health.Checks.IsEmpty && health.Document.Flaps.IsEmpty && health.Cleared.IsEmpty) return health;
        var checks = health.Checks.RemoveRange(health.Checks.Keys.Where(name => !pod.Checks.ContainsKey(name)));
        var document = Forget(health.Document, settings, now);
        foreach (var (name, track) in checks) checks = checks.SetItem(name, Forget(track, settings, now));
        var cleared = health.Cleared.RemoveAll(at => now - at > settings.FlapWindow);
        return ReferenceEquals(checks, health.Checks) && ReferenceEquals(document, health.Document) && cleared.Count == health.Cleared.Count
            ? health
            : Weigh(health with { Checks = checks, Document = document, Cleared = cleared }, settings);
    }

    /// <summary>Whether there is nothing of it to forget, now and later, as long as nothing else happens.</summary>
    /// <param name="health">What is known.</param>
    /// <param name="pod">Which checks there are.</param>
    public static bool HasNothingToForget(PodHealth health, PodSettings pod)
    {
        if (!health.Document.Flaps.IsEmpty || !health.Cleared.IsEmpty) return false;
        foreach (var (name, track) in health.Checks)
        {
            if (!track.Flaps.IsEmpty || !pod.Checks.ContainsKey(name)) return false;
        }

        return true;
    }

    /// <summary>A pod that probes, or a client's refused connection, had routed around proved itself well again: it was doubted and cleared.</summary>
    /// <param name="health">What was known.</param>
    /// <param name="at">When.</param>
    /// <param name="settings">The fleet's numbers.</param>
    public static PodHealth AddCleared(PodHealth health, DateTimeOffset at, FleetSettings settings)
    {
        const int Kept = 100;
        var cleared = health.Cleared.Add(at);
        return Weigh(health with { Cleared = cleared.Count > Kept ? cleared.RemoveAt(0) : cleared }, settings);
    }

    private static ProbeTrack Forget(ProbeTrack track, FleetSettings settings, DateTimeOffset now)
    {
        var flaps = track.Flaps.RemoveAll(at => now - at > settings.FlapWindow);
        return flaps.Count == track.Flaps.Count ? track : track with { Flaps = flaps };
    }

    /// <summary>A person enabled a pod that looks well: what it did before, to clients and by flapping, is done with.</summary>
    /// <param name="health">What was known.</param>
    /// <param name="settings">The fleet's numbers.</param>
    /// <param name="now">The moment.</param>
    public static PodHealth WithFreshEyes(PodHealth health, FleetSettings settings, DateTimeOffset now) => Weigh(
        health with
        {
            Traffic = TrafficHealth.Quiet with { NotBefore = now },
            Cleared = [],
            Document = health.Document with { Flaps = [], FlapsFrom = now },
            Checks = health.Checks.ToImmutableSortedDictionary(
                pair => pair.Key, pair => pair.Value with { Flaps = [], FlapsFrom = now }, StringComparer.Ordinal),
        },
        settings);

    /// <summary>The request path found that a new connection was refused.</summary>
    /// <param name="health">What was known.</param>
    /// <param name="at">When.</param>
    /// <param name="settings">The fleet's numbers.</param>
    public static PodHealth AddRefusedConnection(PodHealth health, DateTimeOffset at, FleetSettings settings) =>
        Weigh(health with { ConnectionRefusedAt = at }, settings);

    /// <summary>Takes in what clients' requests say.</summary>
    /// <param name="health">What was known.</param>
    /// <param name="traffic">What they say.</param>
    /// <param name="settings">The fleet's numbers.</param>
    public static PodHealth AddTraffic(PodHealth health, TrafficHealth traffic, FleetSettings settings) =>
        Weigh(health with { Traffic = traffic }, settings);

    /// <summary>Looks for witnesses of a pod's silence among the answers of others.</summary>
    /// <param name="health">The pod's.</param>
    /// <param name="answered">When the probes were sent that other pods in service, or reference targets, answered.</param>
    /// <param name="pod">The pod it is about.</param>
    /// <param name="settings">The fleet's numbers.</param>
    public static PodHealth HearWitnesses(PodHealth health, IReadOnlyCollection<DateTimeOffset> answered, PodSettings pod, FleetSettings settings)
    {
        var soon = WitnessWithin(settings);
        var document = Hear(health.Document, answered, soon, settings.Fall);
        var checks = health.Checks;
        foreach (var (name, track) in health.Checks)
        {
            var heard = Hear(track, answered, soon, pod.Checks.GetValueOrDefault(name)?.Fall ?? settings.Fall);
            if (!ReferenceEquals(heard, track)) checks = checks.SetItem(name, heard);
        }

        return ReferenceEquals(document, health.Document) && ReferenceEquals(checks, health.Checks)
            ? health
            : Weigh(health with { Document = document, Checks = checks }, settings);
    }

    private static ProbeTrack Hear(ProbeTrack track, IReadOnlyCollection<DateTimeOffset> answered, TimeSpan soon, int fall)
    {
        if (track.Evidence.Unwitnessed == 0) return track;
        var recent = track.Recent;
        foreach (var silent in track.Evidence.Run.Where(failure => failure.IsSilence && !failure.Witnessed))
        {
            if (answered.Any(sent => sent >= silent.SentAt && sent <= silent.SentAt + soon))
                recent = recent.Replace(silent, silent with { Witnessed = true });
        }

        return ReferenceEquals(recent, track.Recent) ? track : Judge(track with { Recent = recent }, fall);
    }

    private static ProbeTrack Insert(ProbeTrack track, ProbeReport report, int fall, int kept)
    {
        var recent = track.Recent;
        var at = recent.Count;
        while (at > 0 && ProbeReport.InOrder(recent[at - 1], report) > 0) at--;
        recent = recent.Insert(at, report);
        if (recent.Count > kept) recent = recent.RemoveRange(0, recent.Count - kept);
        return Judge(track with { Recent = recent }, fall);
    }

    private static ProbeTrack Judge(ProbeTrack track, int fall)
    {
        var telling = track.Recent.Where(report => report.Result != ProbeResult.Inconclusive).ToImmutableArray();
        var lastGood = LastIndex(telling, report => report.IsGood);
        var lastFailure = LastIndex(telling, report => !report.IsGood);
        var run = telling[(lastGood + 1)..];
        var good = lastFailure < lastGood ? telling.Length - 1 - lastFailure : 0;
        var counted = run.Count(Counts);
        var told = track.Recent.FindLastIndex(report => report.Result != ProbeResult.Inconclusive);
        var untold = track.Recent.Count - 1 - told;
        var answers = counted == 0 || run.Last(Counts) is { IsAnswer: true } or { Result: ProbeResult.Broken } or { DataPortTook: true };
        var wellSince = good == 0 ? null
            : lastFailure >= 0 || track.WellSince is null ? telling[lastFailure + 1].FinishedAt
            : track.WellSince;
        return track with
        {
            Evidence = new Evidence(run, counted, answers),
            GoodInARow = good,
            WellSince = wellSince,
            UntoldInARow = untold,
            UntoldSince = untold == 0 ? null : told >= 0 || track.UntoldSince is null ? track.Recent[told + 1].SentAt : track.UntoldSince,
            Level = LevelOf(telling, run, lastGood, counted, fall),
            Flaps = FlapsOf(track, telling),
        };
    }

    private static HealthLevel LevelOf(ImmutableArray<ProbeReport> telling, ImmutableArray<ProbeReport> run, int lastGood, int counted, int fall)
    {
        if (counted >= fall || run.Any(report => report.Result == ProbeResult.WrongPod)) return HealthLevel.Unhealthy;
        if (counted >= SuspectAfter) return HealthLevel.Suspect;
        return lastGood < 0 ? HealthLevel.Unknown : telling[lastGood].Result switch
        {
            ProbeResult.Degraded => HealthLevel.Degraded,
            ProbeResult.Leaving => HealthLevel.Leaving,
            _ => HealthLevel.Healthy,
        };
    }

    /// <summary>
    /// The flaps: runs of failures that a good probe ended. One lost answer is none, since networks lose some; one failure that the pod itself
    /// delivered is. Counted anew from the reports that are kept, so that the order of arrival does not matter.
    /// </summary>
    private static ImmutableList<DateTimeOffset> FlapsOf(ProbeTrack track, ImmutableArray<ProbeReport> telling)
    {
        var firstGood = telling.FirstOrDefault(report => report.IsGood);
        if (firstGood is null) return track.Flaps;

        // What was before the first good report may have left the window in part, so what was counted then stays.
        var flaps = track.Flaps.RemoveAll(at => at > firstGood.SentAt);
        int counted = 0, delivered = 0;
        foreach (var report in telling)
        {
            if (!report.IsGood)
            {
                if (Counts(report)) counted++;
                if (!report.IsSilence) delivered++;
                continue;
            }

            var flapped = (counted >= SuspectAfter || delivered > 0) && report.SentAt >= track.FlapsFrom;
            if (flapped && !flaps.Contains(report.SentAt)) flaps = flaps.Add(report.SentAt);
            counted = delivered = 0;
        }

        return flaps;
    }

    /// <summary>Puts everything that is known together: the worst decides.</summary>
    private static PodHealth Weigh(PodHealth health, FleetSettings settings)
    {
        // Good probes that were sent after the refusal made new connections themselves, so they prove what the refusal put in doubt; and whatever the health
        // address did, a data port that took a connection refuses none.
        var document = health.Document;
        var refusedAt = health.ConnectionRefusedAt;
        if (refusedAt is { } moment && document.ProvedSince(moment, settings.Rise)) refusedAt = null;
        var refusalStands = refusedAt is { } refused
            && !(document.Last is { } last && last.SentAt >= refused && (document.GoodInARow > 0 || last.DataPortTook));

        var decisive = health.Checks.Values.Where(check => check.Level >= HealthLevel.Suspect)
            .Aggregate(document, (worst, check) => check.Level > worst.Level ? check : worst);
        var flapping = settings.FlapLimit > 0 && health.FlapCount >= settings.FlapLimit;
        var level = decisive.Level;
        if (health.Checks.Values.Any(check => check.Level == HealthLevel.Degraded)) level = Worse(level, HealthLevel.Degraded);
        // Clients condemn a pod only against probes that say well. Of a pod that died they know first, but the probes a moment later and better: what they
        // find says what is wrong, and can be checked when a person enables the pod.
        var traffic = health.Traffic;
        var contradicted = traffic.Verdict == TrafficVerdict.Confirmed && document.Last is { IsGood: true } answer && answer.SentAt >= traffic.Since;
        if (refusedAt is not null || traffic.Accuses) level = Worse(level, HealthLevel.Suspect);
        if (flapping || contradicted) level = HealthLevel.Unhealthy;
        return health with
        {
            Evidence = decisive.Evidence with { Answers = document.Evidence.Answers && !refusalStands },
            ConnectionRefusedAt = refusedAt,
            Flapping = flapping,
            Level = level,
        };
    }

    private static HealthLevel Worse(HealthLevel one, HealthLevel other) => one > other ? one : other;

    private static int LastIndex(ImmutableArray<ProbeReport> reports, Func<ProbeReport, bool> fits)
    {
        var index = reports.Length - 1;
        while (index >= 0 && !fits(reports[index])) index--;
        return index;
    }
}
