using System.Globalization;

namespace PodGate.Operator;

/// <summary>The sentences about a roll, made once: the API's refusals and the command line say the same.</summary>
internal static class RollWords
{
    /// <summary>Whose it is and what for.</summary>
    /// <param name="roll">The roll.</param>
    public static string Name(RollJson roll) => $"{roll.Who}'s roll of {string.Join(", ", roll.Pods)} ({roll.Reason})";

    /// <summary>How far it is: at which pod, at which step.</summary>
    /// <param name="roll">The roll.</param>
    public static string Place(RollJson roll)
    {
        var done = FormattableString.Invariant($"{roll.Done.Count} of {roll.Pods.Count} done");
        return roll.Pod is { } pod ? $"{done}; at {pod}, step {roll.Step}: {roll.Sentence}" : $"{done}; {roll.Sentence}";
    }

    /// <summary>What a roll that is over left behind; empty when it is no longer at a pod.</summary>
    /// <param name="roll">The roll.</param>
    public static string Left(RollJson roll) => roll switch
    {
        { Pod: null } => "",
        { PodState: null } => $"{roll.Pod}, at which it was, is no longer in the configuration",
        { PodState: "Open" } => $"{roll.Pod}, at which it was, is Open",
        _ => $"it left {roll.Pod} {roll.PodState}",
    };

    /// <summary>A moment, in UTC, to the second.</summary>
    /// <param name="moment">The moment.</param>
    public static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
