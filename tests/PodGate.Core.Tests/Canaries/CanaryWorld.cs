namespace PodGate.Core.Tests.Canaries;

/// <summary>Whose requests come, how many, and what becomes of them where nothing is wrong.</summary>
internal sealed record CanaryWorld(string Name)
{
    public int Group { get; init; } = 200;

    public int Others { get; init; } = 600;

    /// <summary>Requests of a source in a minute, on average.</summary>
    public double PerMinute { get; init; } = 2;

    /// <summary>How much sources differ in that: the deviation of the logarithm.</summary>
    public double RateSpread { get; init; } = 0.8;

    public double ErrorShare { get; init; } = 0.01;

    /// <summary>How errors are spread over sources, as the shape of a gamma number: with 0.2 a tenth of them has two thirds. 0: all alike.</summary>
    public double ErrorShape { get; init; }

    /// <summary>How much more fails for the group by nature, and how much longer it waits.</summary>
    public double GroupErrors { get; init; } = 1;

    public double GroupSlow { get; init; } = 1;

    /// <summary>Chance a minute that a source asks eight times as much for three minutes, and makes its own answers slower by that.</summary>
    public double Bursts { get; init; }

    /// <summary>Chance a minute that a source breaks, by its own fault: a third of its requests fails for a quarter of an hour.</summary>
    public double OwnTroubles { get; init; }

    /// <summary>From half an hour after the beginning of the canary on, so much more fails on all pods, and they are so much slower.</summary>
    public double Trend { get; init; } = 1;

    public double TrendSlow { get; init; } = 1;

    /// <summary>Which part of the group's requests fails where nothing is wrong.</summary>
    public double GroupErrorShare => ErrorShare * GroupErrors;

    public static readonly CanaryWorld[] All =
    [
        new("even"),
        new("a few have most errors") { ErrorShape = 0.2 },
        new("the group differs by nature") { ErrorShape = 0.5, GroupErrors = 2, GroupSlow = 2 },
        new("bursts") { ErrorShape = 0.5, Bursts = 0.02 },
        new("a few make most requests") { ErrorShape = 0.5, RateSpread = 2 },
        new("sources break by themselves") { ErrorShape = 0.5, OwnTroubles = 0.001 },
        new("all pods become worse") { ErrorShape = 0.5, GroupErrors = 2, GroupSlow = 2, Trend = 2, TrendSlow = 1.5 },
    ];

    public override string ToString() => Name;
}

/// <summary>What is wrong with a canary.</summary>
/// <param name="Name">In a few words.</param>
/// <param name="OfEach">So many times as much of what each client asks fails.</param>
/// <param name="OfAll">As many failures again, as a multiple of all that the group has, but of everybody alike.</param>
/// <param name="Percent">So many percent of the requests fail in addition, of everybody alike.</param>
/// <param name="Slow">Answers take so many times as long.</param>
internal sealed record CanaryFault(string Name, double OfEach = 1, double OfAll = 0, double Percent = 0, double Slow = 1)
{
    public static readonly CanaryFault Nothing = new("equal");

    public static readonly CanaryFault TwiceForEach = new("twice the errors, of each", OfEach: 2);

    public static readonly CanaryFault TwiceForAll = new("twice the errors, of all", OfAll: 1);

    public static readonly CanaryFault FivePercent = new("5 % more errors", Percent: 5);

    public static readonly CanaryFault Slower = new("30 % slower", Slow: 1.3);

    public static readonly CanaryFault[] All = [Nothing, TwiceForEach, TwiceForAll, FivePercent, Slower];

    public override string ToString() => Name;
}
