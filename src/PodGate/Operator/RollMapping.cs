using PodGate.Control;

namespace PodGate.Operator;

/// <summary>How a roll is shown.</summary>
internal static class RollMapping
{
    // What nobody takes up is shown for a day, and longer only while a pod is out because of it.
    private static readonly TimeSpan ShownFor = TimeSpan.FromDays(1);

    /// <summary>A roll, with what its pod is now.</summary>
    /// <param name="roll">The roll.</param>
    /// <param name="view">The fleet as it is now.</param>
    /// <param name="role">Who looks.</param>
    public static RollJson Roll(RollJson roll, FleetView view, TokenRole role) => roll with
    {
        PodState = roll.Pod is { } name ? view.Find(name)?.State.ToString() : null,
        Command = role >= TokenRole.Operator ? roll.Command : "",
    };

    /// <summary>The roll that whoever looks at the fleet should know of: one that runs, or one that ended without finishing and was not taken up.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="view">The fleet as it is now.</param>
    /// <param name="role">Who looks.</param>
    /// <returns>Null when there is none.</returns>
    public static RollJson? Notable(OperatorSources sources, FleetView view, TokenRole role)
    {
        if (sources.Rolls.Last is not { } last || last.State == RollStates.Finished) return null;
        var roll = Roll(last, view, role);
        var leavesNothing = roll.PodState is null or "Open";
        return leavesNothing && roll.Ended is { } ended && sources.Time.GetUtcNow() - ended > ShownFor ? null : roll;
    }
}
