namespace PodGate.Core.Canaries;

/// <summary>What a canary amounts to.</summary>
public enum CanaryVerdict
{
    /// <summary>Neither is shown: too little was seen, or it is in between.</summary>
    Inconclusive = 0,

    /// <summary>It is shown not to be worse by as much as matters.</summary>
    Pass = 1,

    /// <summary>It is shown to be worse, by as much as matters. It stays so.</summary>
    Fail = 2,
}

/// <summary>Failures of the group compared with what would be expected of it.</summary>
/// <param name="Requests">Requests of the group since.</param>
/// <param name="Failed">Which part of them failed, 0 to 1.</param>
/// <param name="FailedBefore">Which part of the requests of the same sources failed before.</param>
/// <param name="OthersFailed">Which part of the others' requests fails now.</param>
/// <param name="OthersFailedBefore">Which part of them failed before.</param>
public sealed record CanaryErrors(long Requests, double Failed, double FailedBefore, double OthersFailed, double OthersFailedBefore)
{
    /// <summary>By which factor more fails for the others since, every source weighing about the same.</summary>
    public double Trend { get; init; } = 1;

    /// <summary>By which factor more fails than would be expected, every source weighing about the same.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Which part of the group's requests fails beyond that; negative when fewer do.</summary>
    public double Extra => Failed * (1 - (1 / Factor));

    /// <summary>Never less than the probability of seeing this, or worse, of a canary that is none.</summary>
    public double Chance { get; init; } = 1;

    /// <summary>Never less than the probability of seeing this, or better, of a canary that is worse by the least that matters.</summary>
    public double ChanceToMiss { get; init; } = 1;
}

/// <summary>Times to the first byte of the group compared with what would be expected of it.</summary>
/// <param name="Timed">Answers of the group that were timed.</param>
public sealed record CanaryTimes(long Timed)
{
    /// <summary>By which factor it takes longer than would be expected, every source weighing about the same.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>By which factor the group's answers take longer than before.</summary>
    public double FactorSince { get; init; } = 1;

    /// <summary>By which factor the others' answers do.</summary>
    public double OthersFactorSince { get; init; } = 1;

    /// <summary>Never less than the probability of seeing this, or worse, of a canary that is none.</summary>
    public double Chance { get; init; } = 1;

    /// <summary>Never less than the probability of seeing this, or better, of a canary that is slower by the least that matters.</summary>
    public double ChanceToMiss { get; init; } = 1;
}

/// <summary>A canary as it was judged at its last mark.</summary>
/// <param name="Verdict">What it amounts to.</param>
/// <param name="Sentence">The reason, with the numbers.</param>
/// <param name="Mark">The mark; -1: it was not judged yet.</param>
public sealed record CanaryJudgement(CanaryVerdict Verdict, string Sentence, int Mark)
{
    /// <summary>Of a canary that has just begun.</summary>
    public static readonly CanaryJudgement None = new(CanaryVerdict.Inconclusive, "it was not judged yet", -1);

    /// <summary>Sources of the group that were compared.</summary>
    public int Sources { get; init; }

    /// <summary>Sources of the others that were.</summary>
    public int Others { get; init; }

    /// <summary>The failures; null when too little was seen.</summary>
    public CanaryErrors? Errors { get; init; }

    /// <summary>The times; null when too little was seen.</summary>
    public CanaryTimes? Times { get; init; }
}
