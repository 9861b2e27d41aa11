using System.Collections.Immutable;

namespace PodGate.Core.Health;

/// <summary>A look at what became of clients' requests, of one moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="Pods">What was seen of each pod that has traffic, by name.</param>
public sealed record TrafficPicture(DateTimeOffset At, ImmutableSortedDictionary<string, PodTraffic> Pods);

/// <summary>What was seen of one pod's sources, and of the others' for comparison. Every source counts once, by its last requests.</summary>
/// <param name="Active">Sources with an answer or a failure within the window.</param>
/// <param name="Failing">Those of them that are affected (two of their last four requests failed), without those that fail on other pods too.</param>
/// <param name="FailingElsewhereToo">Those that are affected here and fail on another pod.</param>
public sealed record PodTraffic(int Active, int Failing, int FailingElsewhereToo)
{
    /// <summary>Sources that show any failure, the last or two of the last four, without those that fail on other pods too.</summary>
    public int Signs { get; init; }

    /// <summary>Sources of the pod that ended a request since <see cref="FirstFailure"/>.</summary>
    public int AskedSince { get; init; }

    /// <summary>From the first of the <see cref="Signs"/> to the last.</summary>
    public TimeSpan Spread { get; init; }

    /// <summary>Server errors among <see cref="Signs"/>, 503 apart.</summary>
    public int ServerErrors { get; init; }

    /// <summary>503 among them.</summary>
    public int Unavailable { get; init; }

    /// <summary>Answers cut off among them.</summary>
    public int CutOff { get; init; }

    /// <summary>Connections that broke among them.</summary>
    public int Broken { get; init; }

    /// <summary>Requests without an answer in time among them.</summary>
    public int NoAnswer { get; init; }

    /// <summary>When the first of the <see cref="Signs"/> made its last request; null when there is none.</summary>
    public DateTimeOffset? FirstFailure { get; init; }

    /// <summary>Sources of the better majority of the other pods that ended a request since <see cref="FirstFailure"/>; zero while few fail here.</summary>
    public int OthersAsked { get; init; }

    /// <summary>Those of them with a failure, the last or two of the last four.</summary>
    public int OthersFailing { get; init; }

    /// <summary>Which part of the last requests of those sources failed, 0 to 1; never less than on the pod in the middle.</summary>
    public double OthersErrors { get; init; }

    /// <summary>Nine of ten of the pod's sources got their first byte within this.</summary>
    public TimeSpan P90 { get; init; }

    /// <summary>Sources here whose first byte was slow by the settings.</summary>
    public int Slow { get; init; }

    /// <summary>Half of the sources of a typical other pod got their first byte within this.</summary>
    public TimeSpan OthersMedian { get; init; }

    /// <summary>Nine of ten of them.</summary>
    public TimeSpan OthersP90 { get; init; }

    /// <summary>Sources of the others that were compared.</summary>
    public int OthersTimed { get; init; }

    /// <summary>Of the sources that failed (or were slow) here: served well by another pod afterwards.</summary>
    public int MovedFine { get; init; }

    /// <summary>Of them: failed (or were slow) on another pod too.</summary>
    public int MovedFailing { get; init; }
}
