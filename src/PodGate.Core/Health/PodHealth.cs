using System.Collections.Immutable;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>What is measured of a pod: the reports that count, and the level they amount to. Immutable.</summary>
public sealed record PodHealth
{
    /// <summary>Of a pod that was never probed.</summary>
    public static readonly PodHealth Unknown = new();

    /// <summary>Of a pod that is looked at with fresh eyes: probes sent before this moment say nothing about it.</summary>
    /// <param name="moment">The moment.</param>
    public static PodHealth From(DateTimeOffset moment) => new() { NotBefore = moment };

    /// <summary>Probes that were sent earlier do not count.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>What it all amounts to.</summary>
    public HealthLevel Level { get; init; } = HealthLevel.Unknown;

    /// <summary>The last reports in the order they were sent, oldest first; bounded by <see cref="ProbeJudge.Kept"/>.</summary>
    public ImmutableList<ProbeReport> Recent { get; init; } = [];

    /// <summary>The failures since the last good probe.</summary>
    public Evidence Evidence { get; init; } = Evidence.None;

    /// <summary>Since when every probe has been good; null while the last one was not.</summary>
    public DateTimeOffset? WellSince { get; init; }

    /// <summary>Good probes in a row, as far as <see cref="Recent"/> reaches.</summary>
    public int GoodInARow { get; init; }

    /// <summary>When the request path last found that a new connection was refused, until enough good probes were sent after it.</summary>
    public DateTimeOffset? ConnectionRefusedAt { get; init; }

    /// <summary>Failures in a row that count as evidence.</summary>
    public int FailuresInARow => Evidence.Counted;

    /// <summary>The newest report.</summary>
    public ProbeReport? Last => Recent.Count == 0 ? null : Recent[^1];

    /// <summary>Proved well: enough good probes in a row, all sent at or after the given moment.</summary>
    /// <param name="rise">How many are enough.</param>
    /// <param name="after">The moment.</param>
    public bool ProvedSince(DateTimeOffset after, int rise) =>
        GoodInARow >= rise && Recent.Reverse().Where(r => r.Result != ProbeResult.Inconclusive).Take(rise).All(r => r.SentAt >= after);
}
