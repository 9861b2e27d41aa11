using System.Collections.Immutable;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>What one kind of probe (the health address, or one check of the gate's own) has found of a pod. Immutable; made by <see
/// cref="ProbeJudge"/>.</summary>
public sealed record ProbeTrack
{
    /// <summary>Nothing was found yet.</summary>
    public static readonly ProbeTrack Empty = new();

    /// <summary>The last reports in the order they were sent, oldest first; bounded by <see cref="ProbeJudge.Kept"/>.</summary>
    public ImmutableList<ProbeReport> Recent { get; init; } = [];

    /// <summary>The failures since the last good probe.</summary>
    public Evidence Evidence { get; init; } = Evidence.None;

    /// <summary>Since when every probe has been good; null while the last one was not.</summary>
    public DateTimeOffset? WellSince { get; init; }

    /// <summary>Good probes in a row, as far as <see cref="Recent"/> reaches.</summary>
    public int GoodInARow { get; init; }

    /// <summary>Since when no probe has said anything about the pod, good or bad; null while the last one did.</summary>
    public DateTimeOffset? UntoldSince { get; init; }

    /// <summary>How many probes in a row have said nothing, as far as <see cref="Recent"/> reaches.</summary>
    public int UntoldInARow { get; init; }

    /// <summary>When failures were ended by a good probe; those of the flap window.</summary>
    public ImmutableList<DateTimeOffset> Flaps { get; init; } = [];

    /// <summary>Flaps before this moment are done with: a person enabled the pod.</summary>
    public DateTimeOffset FlapsFrom { get; init; }

    /// <summary>What it amounts to.</summary>
    public HealthLevel Level { get; init; } = HealthLevel.Unknown;

    /// <summary>The newest report.</summary>
    public ProbeReport? Last => Recent.Count == 0 ? null : Recent[^1];

    /// <summary>Proved well: enough good probes in a row, all sent at or after the given moment.</summary>
    /// <param name="after">The moment.</param>
    /// <param name="rise">How many are enough.</param>
    public bool ProvedSince(DateTimeOffset after, int rise) =>
        GoodInARow >= rise && Recent.Reverse().Where(r => r.Result != ProbeResult.Inconclusive).Take(rise).All(r => r.SentAt >= after);
}
