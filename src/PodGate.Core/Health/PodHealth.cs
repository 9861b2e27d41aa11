using System.Collections.Immutable;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>What is measured of a pod: the reports that count, and the level they amount to. Immutable.</summary>
public sealed record PodHealth
{
    /// <summary>The most reports kept for explaining.</summary>
    public const int ReportsKept = 20;

    /// <summary>Of a pod that was never probed.</summary>
    public static readonly PodHealth Unknown = new();

    /// <summary>What it all amounts to.</summary>
    public HealthLevel Level { get; init; } = HealthLevel.Unknown;

    /// <summary>The last reports, oldest first, at most <see cref="ReportsKept"/>.</summary>
    public ImmutableList<ProbeReport> Recent { get; init; } = [];

    /// <summary>Since when every probe has been good; null while the last one was not.</summary>
    public DateTimeOffset? WellSince { get; init; }

    /// <summary>Good probes in a row.</summary>
    public int GoodInARow { get; init; }

    /// <summary>Failures in a row that count as evidence (silence only with a witness).</summary>
    public int FailuresInARow { get; init; }

    /// <summary>The newest report.</summary>
    public ProbeReport? Last => Recent.Count == 0 ? null : Recent[^1];
}
