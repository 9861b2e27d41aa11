using System.Collections.Immutable;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>
/// Turns reports into a level. Think of somebody who knocks at a door every second: one knock without an answer means little, two make
/// him doubt, three make him sure; and a "go away" from inside is an answer he need not doubt, while silence might be his own deafness, so
/// he asks whether anybody else heard a door meanwhile (the witness).
///
/// Trip: <c>Fall</c> failures in a row that count make Unhealthy; two make Suspect; so does one refused connection of a client.
/// What the pod itself delivers counts at once (a refused connection, an error, an unreadable or broken answer). Silence counts only
/// if another pod answered a probe that was sent soon after the silent one: the two met the same network. "Any time later" would not do: in the moment in
/// which a gate's own network comes back, the first pod that answers again would be a witness for all the seconds before.
///
/// Recovery: one good probe ends the run of failures (coming back into the traffic asks for more, see <see cref="FleetStep"/>).
///
/// Order: reports are judged in the order they were sent, whatever order they arrive in. A failure that was sent before a good probe says
/// nothing about the time after it.
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
    /// <param name="settings">The fleet's numbers.</param>
    public static PodHealth Add(PodHealth health, ProbeReport report, FleetSettings settings)
    {
        if (report.SentAt < health.NotBefore) return health;
        var recent = health.Recent;
        var at = recent.Count;
        while (at > 0 && recent[at - 1].SentAt > report.SentAt) at--;
        recent = recent.Insert(at, report);
        if (recent.Count > Kept(settings)) recent = recent.RemoveRange(0, recent.Count - Kept(settings));
        return Judge(health with { Recent = recent }, settings);
    }

    /// <summary>The request path found that a new connection was refused.</summary>
    /// <param name="health">What was known.</param>
    /// <param name="at">When.</param>
    /// <param name="settings">The fleet's numbers.</param>
    public static PodHealth AddRefusedConnection(PodHealth health, DateTimeOffset at, FleetSettings settings) =>
        Judge(health with { ConnectionRefusedAt = at }, settings);

    /// <summary>Looks for witnesses of a pod's silence among the reports of the other pods in service.</summary>
    /// <param name="health">The pod's.</param>
    /// <param name="others">The others' in service.</param>
    /// <param name="settings">The fleet's numbers.</param>
    public static PodHealth HearWitnesses(PodHealth health, IEnumerable<PodHealth> others, FleetSettings settings)
    {
        if (health.Evidence.Unwitnessed == 0) return health;
        var answers = others.SelectMany(other => other.Recent).Where(report => report.IsAnswer).Select(report => report.SentAt).ToArray();
        var soon = WitnessWithin(settings);
        var recent = health.Recent;
        foreach (var silent in health.Evidence.Run.Where(failure => failure.IsSilence && !failure.Witnessed))
        {
            if (answers.Any(sent => sent >= silent.SentAt && sent <= silent.SentAt + soon))
                recent = recent.Replace(silent, silent with { Witnessed = true });
        }

        return ReferenceEquals(recent, health.Recent) ? health : Judge(health with { Recent = recent }, settings);
    }

    private static PodHealth Judge(PodHealth health, FleetSettings settings)
    {
        var telling = health.Recent.Where(report => report.Result != ProbeResult.Inconclusive).ToImmutableArray();
        var lastGood = LastIndex(telling, report => report.IsGood);
        var lastFailure = LastIndex(telling, report => !report.IsGood);
        var run = telling[(lastGood + 1)..];
        var good = lastFailure < lastGood ? telling.Length - 1 - lastFailure : 0;

        // Good probes that were sent after the refusal made new connections themselves, so they prove what the refusal put in doubt.
        var refusedAt = health.ConnectionRefusedAt;
        if (refusedAt is { } moment && good >= settings.Rise && telling[^settings.Rise].SentAt >= moment) refusedAt = null;
        var refusalStands = refusedAt is { } refused && !(good > 0 && telling[^1].SentAt >= refused);

        var counted = run.Count(Counts);
        var evidence = new Evidence(run, counted, !refusalStands && (counted == 0 || run.Last(Counts) is { IsAnswer: true } or { Result: ProbeResult.Broken }));
        var wellSince = good == 0 ? null
            : lastFailure >= 0 || health.WellSince is null ? telling[lastFailure + 1].FinishedAt
            : health.WellSince;
        return health with
        {
            Evidence = evidence,
            GoodInARow = good,
            WellSince = wellSince,
            ConnectionRefusedAt = refusedAt,
            Level = LevelOf(telling, lastGood, counted, refusedAt is not null, settings),
        };
    }

    private static HealthLevel LevelOf(ImmutableArray<ProbeReport> telling, int lastGood, int counted, bool refused, FleetSettings settings)
    {
        if (counted >= settings.Fall) return HealthLevel.Unhealthy;
        if (counted >= SuspectAfter || refused) return HealthLevel.Suspect;
        return lastGood < 0 ? HealthLevel.Unknown : telling[lastGood].Result switch
        {
            ProbeResult.Degraded => HealthLevel.Degraded,
            ProbeResult.Leaving => HealthLevel.Leaving,
            _ => HealthLevel.Healthy,
        };
    }

    private static int LastIndex(ImmutableArray<ProbeReport> reports, Func<ProbeReport, bool> fits)
    {
        var index = reports.Length - 1;
        while (index >= 0 && !fits(reports[index])) index--;
        return index;
    }
}
