namespace PodGate.Cli;

/// <summary>A replay for people: what each of the two did, then the difference, then what it cannot know.</summary>
internal static class ReplayDetail
{
    private const int Indent = 2;

    // A fleet that flaps for days fills a screen many times over; --json has all of it.
    private const int MostEvents = 200;

    /// <summary>Prints it.</summary>
    /// <param name="screen">Where to print.</param>
    /// <param name="answer">What came out.</param>
    public static void Show(Screen screen, ReplayJson answer)
    {
        screen.Line(PlainText.Invariant($"{answer.Probes} probes of {string.Join(", ", answer.Pods)}, "), $"{PlainText.Moment(answer.From)} to {PlainText.Moment(answer.To)}");
        ShowRun(screen, "AS CONFIGURED", answer.AsConfigured);
        if (answer.Changed is { } changed) ShowRun(screen, "CHANGED", changed);
        Section(screen, "COMPARISON", answer.Comparison);
        Section(screen, "MIND", answer.Notes);
    }

    private static void ShowRun(Screen screen, string head, ReplayRunJson run)
    {
        screen.Line();
        screen.Line(new Words(head, Looks.Heading), $": {run.Numbers}");
        if (run.Events.Count == 0) screen.Indented(Indent, "nothing would have been suspended, latched or held back");
        foreach (var happened in run.Events.Take(MostEvents))
        {
            screen.Indented(Indent, $"{PlainText.Moment(happened.At)} {happened.Pod} ", new Words(happened.What, Look(happened.What)), $" {happened.Cause}");
            screen.Indented(2 * Indent, happened.Sentence);
        }

        if (run.Events.Count > MostEvents) screen.Indented(Indent, PlainText.Invariant($"and {run.Events.Count - MostEvents} more; --json has them all"));
    }

    private static Spectre.Console.Style? Look(string what) => what switch
    {
        "Latched" => Looks.Bad,
        "Suspended" or "HeldBack" => Looks.Warning,
        _ => null,
    };

    private static void Section(Screen screen, string head, IReadOnlyList<string> lines)
    {
        screen.Line();
        screen.Line(new Words(head, Looks.Heading));
        foreach (var line in lines) screen.Indented(Indent, line);
    }
}
