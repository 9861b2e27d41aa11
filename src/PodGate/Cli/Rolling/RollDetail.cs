using PodGate.Operator;

namespace PodGate.Cli.Rolling;

/// <summary>How rolls and plans are shown to people.</summary>
internal static class RollDetail
{
    /// <summary>Prints a roll, one fact a line, and how to go on.</summary>
    /// <param name="screen">Where to print.</param>
    /// <param name="status">What the gate said.</param>
    public static void Show(Screen screen, RollStatusJson status)
    {
        if (status.Roll is not { } roll)
        {
            screen.Line("There has been no roll.");
            return;
        }

        screen.Line("roll      ", StateOf(roll), $": {RollWords.Name(roll)}");
        Fact(screen, "began", $"{PlainText.Moment(roll.Began)}, from {roll.From}");
        Fact(screen, "heard", $"{PlainText.Moment(roll.Heard)} ({PlainText.Span(status.Now - roll.Heard)} ago)");
        if (roll.Ended is { } ended) Fact(screen, roll.State == RollStates.Died ? "lost" : "ended", PlainText.Moment(ended));
        if (roll.Command.Length > 0) Fact(screen, "command", roll.Command);
        Fact(screen, "done", roll.Done.Count > 0 ? string.Join(", ", roll.Done) : "none yet");
        if (roll.Pods.Except(roll.Done).Where(pod => pod != roll.Pod).ToList() is { Count: > 0 } rest) Fact(screen, "to do", string.Join(", ", rest));
        if (roll.OutBefore.Count > 0) Fact(screen, "out", $"{string.Join(", ", roll.OutBefore)}, since before it began");
        Fact(screen, "at", roll.Pod is { } pod ? $"{pod} ({roll.PodState ?? "no longer configured"}), step {roll.Step}: {roll.Sentence}" : roll.Sentence);
        if (Advice(roll) is { Length: > 0 } advice) Fact(screen, "go on", advice);
    }

    /// <summary>Prints the line of <c>podgate status</c>.</summary>
    /// <param name="screen">Where to print.</param>
    /// <param name="roll">A roll that runs, or was not finished.</param>
    public static void ShowLine(Screen screen, RollJson roll)
    {
        var left = roll.State != RollStates.Running && RollWords.Left(roll) is { Length: > 0 } words ? $"; {words}" : "";
        var advice = Advice(roll) is { Length: > 0 } how ? $"; {how}" : "";
        screen.Line("roll     ", StateOf(roll), $" {RollWords.Name(roll)} since {PlainText.Moment(roll.Began)}: {RollWords.Place(roll)}{left}{advice}");
    }

    /// <summary>Prints a plan.</summary>
    /// <param name="screen">Where to print.</param>
    /// <param name="plan">It.</param>
    public static void Show(Screen screen, RollPlan plan)
    {
        if (plan.Done.Count > 0) screen.Line($"done already: {string.Join(", ", plan.Done)}");
        foreach (var (pod, command) in plan.Pods) screen.Line($"{pod}: ", command is null ? "the command is not run again" : $"drain, then run: {command}");
        var well = plan.Terms.Rise is { } rise ? PlainText.Invariant($"{rise} good probes") : "as many good probes as an enable needs";
        screen.Line($"each is enabled after {well} (within {PlainText.Span(plan.Terms.WellTimeout)}), and watched for {PlainText.Span(plan.Terms.Bake)} once it is Open");
        screen.Line(plan.Objections.Count == 0 ? "nothing objects now" : new Words("it would not begin now:", Looks.Warning));
        foreach (var objection in plan.Objections) screen.Line($"  - {objection}");
    }

    /// <summary>Says what is taken up, before anything is done.</summary>
    /// <param name="screen">Where to print.</param>
    /// <param name="roll">The roll that ended.</param>
    /// <param name="command">What would be run.</param>
    public static void ShowResumed(RollScreen screen, RollJson roll, string command)
    {
        screen.Line($"takes up {RollWords.Name(roll)}, which ran from {roll.From}: {RollWords.Place(roll)}");
        screen.Line($"the command: {command}");
    }

    private static string Advice(RollJson roll) => roll.State switch
    {
        RollStates.Stopped => "podgate roll --resume takes it up",
        RollStates.Died => "its command may still run where it was started; podgate roll --resume takes it up",
        _ => "",
    };

    private static Words StateOf(RollJson roll) => roll.State switch
    {
        RollStates.Running => new Words("runs", Looks.Warning),
        RollStates.Stopped => new Words("STOPPED", Looks.Bad),
        RollStates.Died => new Words("DIED", Looks.Bad),
        RollStates.Finished => new Words("finished", Looks.Good),
        var word => word,
    };

    private static void Fact(Screen screen, string name, string text) => screen.Line($"{name,-10}", text);
}
