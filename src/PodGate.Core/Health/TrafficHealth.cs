using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>What clients' requests amount to.</summary>
public enum TrafficVerdict
{
    /// <summary>Nothing that stands out.</summary>
    Quiet,

    /// <summary>It stands out, and has to go on doing so for a moment before anything follows.</summary>
    Noticed,

    /// <summary>Many sources fail here, and those of other pods do not: the pod is suspect.</summary>
    Suspect,

    /// <summary>Sources that failed here are served well elsewhere: it is the pod.</summary>
    Confirmed,

    /// <summary>Sources that failed here fail elsewhere too: it is they, or what they ask for.</summary>
    Sources,

    /// <summary>All pods fail alike: the release, or something they all need.</summary>
    Everywhere,
}

/// <summary>What clients' requests say about a pod; made by <see cref="TrafficJudge"/>.</summary>
/// <param name="Verdict">What they amount to.</param>
/// <param name="Since">Since when; default while quiet.</param>
/// <param name="Cause"><see cref="Cause.ErrorsInTraffic"/> or <see cref="Cause.SlowInTraffic"/>; default while quiet.</param>
/// <param name="Sentence">The numbers that were compared, in a sentence.</param>
/// <param name="Seen">The numbers; null while quiet.</param>
public sealed record TrafficHealth(TrafficVerdict Verdict, DateTimeOffset Since, Cause Cause, string Sentence, PodTraffic? Seen)
{
    /// <summary>Nothing stands out.</summary>
    public static readonly TrafficHealth Quiet = new(TrafficVerdict.Quiet, default, default, "", null);

    /// <summary>What became of requests before this moment does not count: a person enabled the pod.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>With <see cref="TrafficVerdict.Sources"/>: how many sources are known to fail wherever they go.</summary>
    public int Excused { get; init; }

    /// <summary>When it last stood out.</summary>
    public DateTimeOffset StoodOutAt { get; init; }

    /// <summary>It is enough to route around the pod.</summary>
    public bool Accuses => Verdict is TrafficVerdict.Suspect or TrafficVerdict.Confirmed;

    /// <summary>It is the pod that is looked at.</summary>
    public bool IsSuspicion => Verdict is TrafficVerdict.Noticed or TrafficVerdict.Suspect or TrafficVerdict.Confirmed;

    /// <summary>Overload would explain it: what is slow, silent or answers 503.</summary>
    public bool OverloadExplains => Cause == Cause.SlowInTraffic || (Seen is { } seen && seen.Unavailable + seen.NoAnswer >= seen.Signs);
}
