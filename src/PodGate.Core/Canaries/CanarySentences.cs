using System.Globalization;

namespace PodGate.Core.Canaries;

/// <summary>What is said of a canary, with the numbers.</summary>
internal static class CanarySentences
{
    /// <summary>Why it cannot be judged yet.</summary>
    public static string TooLittle(int sources, int others, long requests, CanarySettings settings)
    {
        (long Seen, long Least, string Name)[] needs =
        [
            (sources, settings.Sources, "sources of the group"),
            (others, settings.Sources, "other sources"),
            (requests, settings.Requests, "requests of the group"),
        ];
        var missing =
            from need in needs
            where need.Seen < need.Least
            select string.Create(CultureInfo.InvariantCulture, $"{need.Seen} of at least {need.Least} {need.Name}");
        return $"too little was seen of those that were there before, too: {string.Join(", ", missing)}";
    }

    /// <summary>What was compared, and what follows.</summary>
    public static string Of(CanaryVerdict verdict, CanaryErrors errors, CanaryTimes times, CanarySettings settings) => verdict switch
    {
        CanaryVerdict.Fail => $"it is worse: {Errors(errors)}; {Times(times)}",
        CanaryVerdict.Pass => $"it is not worse by as much as matters: {Errors(errors)}; {Times(times)}",
        _ => $"{InBetween(errors, times, settings)}: {Errors(errors)}; {Times(times)}",
    };

    private static string InBetween(CanaryErrors errors, CanaryTimes times, CanarySettings settings)
    {
        var miss = settings.MissPercent / 100;
        return (errors.ChanceToMiss > miss, times.ChanceToMiss > miss) switch
        {
            (true, false) => "neither is shown of its failures, that there are more or that there are not",
            (false, true) => "neither is shown of its times, that they are longer or that they are not",
            _ => "neither is shown, that it is worse or that it is not",
        };
    }

    private static string Errors(CanaryErrors errors) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Percent(errors.Failed)} of {errors.Requests} requests failed, {Percent(errors.FailedBefore)} of the same sources' before, on the other pods {Percent(errors.OthersFailed)} and {Percent(errors.OthersFailedBefore)}: {errors.Factor:0.00} times what would be expected{Chance(errors.Chance)}");

    private static string Times(CanaryTimes times) => string.Create(
        CultureInfo.InvariantCulture,
        $"the first byte takes {times.FactorSince:0.00} times as long as before, on the other pods {times.OthersFactorSince:0.00} times: {times.Factor:0.00} times what would be expected{Chance(times.Chance)}");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");

    private static string Chance(double chance) =>
        chance > 0.1 ? "" : string.Create(CultureInfo.InvariantCulture, $", by chance once in {Math.Min(1 / chance, 1e9):0} at most");
}
