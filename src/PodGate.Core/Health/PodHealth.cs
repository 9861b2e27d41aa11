using System.Collections.Immutable;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>What is measured of a pod: the reports that count, the traffic, and the level they amount to. Immutable.</summary>
public sealed record PodHealth
{
    /// <summary>Of a pod that was never probed.</summary>
    public static readonly PodHealth Unknown = new();

    /// <summary>Of a pod that is looked at with fresh eyes: probes sent before this moment say nothing about it.</summary>
    /// <param name="moment">The moment.</param>
    public static PodHealth From(DateTimeOffset moment) => new() { NotBefore = moment, Traffic = TrafficHealth.Quiet with { NotBefore = moment } };

    /// <summary>Probes that were sent earlier do not count.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>What it all amounts to.</summary>
    public HealthLevel Level { get; init; } = HealthLevel.Unknown;

    /// <summary>What the health address says.</summary>
    public ProbeTrack Document { get; init; } = ProbeTrack.Empty;

    /// <summary>What the gate's own checks say, by name; only those that have run.</summary>
    public ImmutableSortedDictionary<string, ProbeTrack> Checks { get; init; } = ImmutableSortedDictionary.Create<string, ProbeTrack>(StringComparer.Ordinal);

    /// <summary>What is remembered of the pod's documents.</summary>
    public DocumentMemory Memory { get; init; } = DocumentMemory.Empty;

    /// <summary>What clients' requests say.</summary>
    public TrafficHealth Traffic { get; init; } = TrafficHealth.Quiet;

    /// <summary>
    /// When the pod had been routed around for what probes or a client's refused connection showed, and proved itself well again; those of the flap window, and
    /// of them the last 100, since no limit is higher.
    /// </summary>
    public ImmutableList<DateTimeOffset> Cleared { get; init; } = [];

    /// <summary>The track that failed and recovered most often within the flap window; the health address when no check did more often.</summary>
    public ProbeTrack FlappedMost => Tracks.MaxBy(track => track.Flaps.Count)!;

    /// <summary>
    /// How often the pod was doubted and cleared again within the flap window: by the kind of probe that did so most often, or by being routed around. One
    /// episode meets the health address and all checks, so adding them up would count it once for each.
    /// </summary>
    public int FlapCount => Math.Max(FlappedMost.Flaps.Count, Cleared.Count);

    /// <summary>The failures that weigh most: of the health address, or of the check that is worse.</summary>
    public Evidence Evidence { get; init; } = Evidence.None;

    /// <summary>When the request path last found that a new connection was refused, until enough good probes were sent after it.</summary>
    public DateTimeOffset? ConnectionRefusedAt { get; init; }

    /// <summary>The pod has flapped too often.</summary>
    public bool Flapping { get; init; }

    /// <summary>The last reports of the health address, in the order they were sent, oldest first.</summary>
    public ImmutableList<ProbeReport> Recent => Document.Recent;

    /// <summary>Good probes of the health address in a row.</summary>
    public int GoodInARow => Document.GoodInARow;

    /// <summary>Failures in a row that count as evidence.</summary>
    public int FailuresInARow => Evidence.Counted;

    /// <summary>The newest report of the health address.</summary>
    public ProbeReport? Last => Document.Last;

    /// <summary>Since when every probe and check has been good; null while one is not.</summary>
    public DateTimeOffset? WellSince
    {
        get
        {
            var since = Document.WellSince;
            foreach (var check in Checks.Values)
            {
                if (check.Evidence.Run.Length > 0) return null;
                if (check.WellSince > since) since = check.WellSince;
            }

            return since;
        }
    }

    /// <summary>What the level rests on: the strongest rule that fired. Null while nothing speaks against the pod but a refused connection.</summary>
    /// <param name="settings">The fleet's numbers.</param>
    public Cause? Reason(FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (Level == HealthLevel.Leaving) return Cause.Leaving;
        if (ProbesCondemn) return Evidence.Cause;
        if (Traffic.Verdict == TrafficVerdict.Confirmed && Level == HealthLevel.Unhealthy) return Traffic.Cause;
        if (Flapping) return Cause.Flapping;
        if (Evidence.Counted >= ProbeJudge.SuspectAfter) return Evidence.Cause;
        return Traffic.Accuses ? Traffic.Cause : null;
    }

    /// <summary>Failed probes in a row, of the health address or of a check, are enough for the verdict.</summary>
    public bool ProbesCondemn => Tracks.Any(track => track.Level == HealthLevel.Unhealthy);

    /// <summary>A pod under too much load would look just like this: late, or 503.</summary>
    /// <param name="settings">The fleet's numbers.</param>
    public bool OverloadExplains(FleetSettings settings) => Reason(settings) switch
    {
        Cause.ErrorsInTraffic or Cause.SlowInTraffic => Traffic.OverloadExplains,
        // A client's refused connection is among what was cleared but no probe shows; load does not refuse.
        Cause.Flapping => FlappedMost.Flaps.Count == FlapCount && FlappedMost.Recent.Where(report => report.IsFailure && ProbeJudge.Counts(report))
            .All(report => report.Result is ProbeResult.TimedOut or ProbeResult.Overloaded or ProbeResult.TooSlow),
        _ => Evidence.OverloadExplains,
    };

    /// <summary>Every track: the health address first, then the checks.</summary>
    public IEnumerable<ProbeTrack> Tracks => Checks.Values.Prepend(Document);

    /// <summary>There are failures that would count if somebody had answered meanwhile.</summary>
    public bool HasUnwitnessed => Document.Evidence.Unwitnessed > 0 || (!Checks.IsEmpty && Checks.Values.Any(check => check.Evidence.Unwitnessed > 0));

    /// <summary>Proved well: enough good probes in a row of the health address and of every check, all sent at or after the given moment.</summary>
    /// <param name="after">The moment.</param>
    /// <param name="rise">How many are enough of the health address.</param>
    /// <param name="checks">The checks that there are.</param>
    public bool ProvedSince(DateTimeOffset after, int rise, ImmutableSortedDictionary<string, CheckSettings> checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        return Document.ProvedSince(after, rise)
            && checks.Values.All(check => Checks.GetValueOrDefault(check.Name, ProbeTrack.Empty).ProvedSince(after, check.Rise));
    }
}
