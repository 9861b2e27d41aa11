using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>How one probe ended. What a pod itself delivers needs no witness; silence does.</summary>
public enum ProbeResult
{
    /// <summary>The pod answered and is well.</summary>
    Healthy,

    /// <summary>The pod answered and is degraded; it counts as good.</summary>
    Degraded,

    /// <summary>The pod answered and asks to be drained.</summary>
    Leaving,

    /// <summary>The pod answered that it is unhealthy (document, or an error status).</summary>
    Unhealthy,

    /// <summary>The pod answered 503 without a document that says why: overload would explain it too.</summary>
    Overloaded,

    /// <summary>The pod answered something that cannot be read as health. Counts to fall, never to rise.</summary>
    Unreadable,

    /// <summary>The connection was refused.</summary>
    Refused,

    /// <summary>The connection was made, and broke before the answer was whole.</summary>
    Broken,

    /// <summary>The answer came from another pod: two names for one pod would break everything else.</summary>
    WrongPod,

    /// <summary>The document is an old one: it does not advance, or a cache gave it.</summary>
    Stale,

    /// <summary>A check's answer was right, but slower than acceptable; overload would explain it too.</summary>
    TooSlow,

    /// <summary>No answer within the timeout.</summary>
    TimedOut,

    /// <summary>No way to the pod (host or network unreachable).</summary>
    Unreachable,

    /// <summary>The gate itself could not probe (no address known yet, no free socket): says nothing about the pod.</summary>
    Inconclusive,
}

/// <summary>What one probe of one pod found. The prober's only product; all judging happens on these.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="SentAt">When the probe was sent: reports are judged in this order, whatever order they arrive in.</param>
/// <param name="FinishedAt">When its result was known.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Sentence">One sentence for people, such as "health answered 503 Unhealthy (database: no connection)"; at most 300 characters.</param>
/// <param name="Body">The beginning of the answer's body, for operators only; at most 500 characters; null when there was none.</param>
public sealed record ProbeReport(
    string Pod,
    DateTimeOffset SentAt,
    DateTimeOffset FinishedAt,
    ProbeResult Result,
    string Sentence,
    string? Body = null)
{
    /// <summary>The check of the gate's own that this is about; null: the health address.</summary>
    public string? Check { get; init; }

    /// <summary>
    /// What the document says, before the rules for components, freshness and identity are held against it; null when there was none. A report that is an
    /// answer is judged by this alone; one that is none (the data port refused) keeps its own result.
    /// </summary>
    public HealthReading? Document { get; init; }

    /// <summary>The age that a cache gave the answer (header <c>Age</c>); null when there was none.</summary>
    public TimeSpan? CacheAge { get; init; }

    /// <summary>How far the pod's clock (header <c>Date</c>) is ahead of the gate's; null when it cannot be told.</summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>By how much the right answer of a check was slower than is acceptable; null when it was not <see cref="ProbeResult.TooSlow"/>.</summary>
    public TimeSpan? SlowerBy { get; init; }

    /// <summary>
    /// The port that clients use took a connection during this probe; whatever the health address did, the pod is there. Only known of a pod whose health
    /// address is another port or host; false else.
    /// </summary>
    public bool DataPortTook { get; init; }

    /// <summary>Set by the judge on silence: another pod answered a probe that was sent while this one was waiting.</summary>
    public bool Witnessed { get; init; }

    /// <summary>How long the probe took.</summary>
    public TimeSpan Duration => FinishedAt - SentAt;

    /// <summary>
    /// The order in which reports of one kind are judged: as they were sent, and within an instant by what they say, the worse one last, so that it never
    /// matters which came first.
    /// </summary>
    /// <param name="one">One.</param>
    /// <param name="other">The other.</param>
    internal static int InOrder(ProbeReport one, ProbeReport other)
    {
        var order = one.SentAt.CompareTo(other.SentAt);
        if (order == 0) order = one.FinishedAt.CompareTo(other.FinishedAt);
        if (order == 0) order = one.Result.CompareTo(other.Result);
        if (order == 0) order = one.DataPortTook.CompareTo(other.DataPortTook);
        return order != 0 ? order : string.CompareOrdinal(one.Sentence, other.Sentence);
    }

    /// <summary>Counts towards rise.</summary>
    public bool IsGood => Result is ProbeResult.Healthy or ProbeResult.Degraded or ProbeResult.Leaving;

    /// <summary>Says something, and nothing good.</summary>
    public bool IsFailure => !IsGood && Result != ProbeResult.Inconclusive;

    /// <summary>Evidence only when a witness answered meanwhile.</summary>
    public bool IsSilence => Result is ProbeResult.TimedOut or ProbeResult.Unreachable;

    /// <summary>The pod sent an answer of any kind over HTTP, so the way to it is open.</summary>
    public bool IsAnswer => Result is ProbeResult.Healthy or ProbeResult.Degraded or ProbeResult.Leaving
        or ProbeResult.Unhealthy or ProbeResult.Overloaded or ProbeResult.Unreadable or ProbeResult.WrongPod or ProbeResult.Stale or ProbeResult.TooSlow;
}
