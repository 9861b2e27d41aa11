using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>What one part of a probe found: the health address, or the data port.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="Body">The beginning of the body, cleaned, or null.</param>
internal sealed record ProbeFinding(ProbeResult Result, string Sentence, string? Body = null)
{
    /// <summary>The most characters of a body that are kept for people.</summary>
    internal const int ExcerptLimit = 500;

    /// <summary>What the document says, or null.</summary>
    internal HealthReading? Document { get; init; }

    /// <summary>The age that a cache gave the answer, or null.</summary>
    internal TimeSpan? CacheAge { get; init; }

    /// <summary>How far the pod's clock is ahead, or null.</summary>
    internal TimeSpan? ClockSkew { get; init; }

    /// <summary>By how much a right answer was slower than is acceptable, or null.</summary>
    internal TimeSpan? SlowerBy { get; init; }

    /// <summary>The port that clients use took a connection; only known of a pod whose health address is another one.</summary>
    internal bool DataPortTook { get; init; }

    /// <summary>
    /// The worse of two. What a pod delivers itself condemns it without a witness, so that is worse than silence; what the gate could not find out
    /// is worse than good, since it proves nothing, and better than anything bad.
    /// </summary>
    /// <param name="one">One; wins a tie.</param>
    /// <param name="other">The other.</param>
    internal static ProbeFinding Worse(ProbeFinding one, ProbeFinding other) => Rank(other.Result) > Rank(one.Result) ? other : one;

    /// <summary>As a report.</summary>
    /// <param name="pod">The pod's name.</param>
    /// <param name="sentAt">When the probe was sent.</param>
    /// <param name="finishedAt">When it was known.</param>
    internal ProbeReport ToReport(string pod, DateTimeOffset sentAt, DateTimeOffset finishedAt) =>
        new(pod, sentAt, finishedAt, Result, CleanText.Of(Sentence, HealthDocument.SentenceLimit), Body)
        {
            Document = Document,
            CacheAge = CacheAge,
            ClockSkew = ClockSkew,
            SlowerBy = SlowerBy,
            DataPortTook = DataPortTook,
        };

    private static int Rank(ProbeResult result) => result switch
    {
        ProbeResult.Healthy => 0,
        ProbeResult.Degraded => 1,
        ProbeResult.Leaving => 2,
        ProbeResult.Inconclusive => 3,
        ProbeResult.Unreachable => 4,
        ProbeResult.TimedOut => 5,
        ProbeResult.Unreadable => 6,
        ProbeResult.Overloaded => 7,
        ProbeResult.Broken => 8,
        ProbeResult.Unhealthy => 9,
        _ => 10,
    };
}
