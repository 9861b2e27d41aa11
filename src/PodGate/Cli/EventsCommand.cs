using System.CommandLine;
using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate events</c>: what happened to the fleet, and with <c>--follow</c> what happens.</summary>
internal static class EventsCommand
{
    private const int DefaultMost = 50;

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var pod = Parsing.OptionalPod("Only this pod's events.");
        var follow = new Option<bool>("--follow") { Description = "Go on printing what happens, until Ctrl-C. Survives a restart of the gate." };
        var after = Parsing.Number("--after", "Only events with a larger number, oldest first. Default: the newest.", 0, long.MaxValue);
        var most = Parsing.Number(
            "--most", $"How many at most. Default: {DefaultMost}, or all with --after. With --follow: how many from the past.", 1, EventReader.MostKept);
        var command = new Command("events", "Show what happened to the fleet or to one pod.") { pod, follow, after, most };
        frame.Act(command, (session, parse, cancel) =>
        {
            var from = parse.GetValue(after);
            var count = (int)(parse.GetValue(most) ?? (from is null ? DefaultMost : EventReader.MostKept));
            var reader = new EventReader(session.Gate, parse.GetValue(pod));
            return parse.GetValue(follow)
                ? new EventFollower(session, reader).RunAsync(from, count, cancel)
                : ShowAsync(session, reader, from, count, cancel);
        });
        return command;
    }

    /// <summary>Prints one event on one line.</summary>
    /// <param name="session">Where and for whom.</param>
    /// <param name="happened">The event.</param>
    /// <param name="document">The same, as it came.</param>
    public static void Print(CliSession session, EventJson happened, JsonElement document)
    {
        if (session.Json)
        {
            session.Screen.Json(document, oneLine: true);
            return;
        }

        var pod = happened.Pod.Length > 0 ? happened.Pod : "(fleet)";
        session.Screen.Line(
            PlainText.Invariant($"{PlainText.Moment(happened.At)}  #{happened.Number}  {pod}  {happened.From} -> "),
            new Words(happened.To, Looks.OfState(happened.To)),
            $"  {happened.Cause}, by {happened.Who}: {happened.Sentence}");
    }

    private static async Task<int> ShowAsync(CliSession session, EventReader reader, long? after, int most, CancellationToken cancel)
    {
        var page = after is { } number
            ? await reader.FirstAfterAsync(number, most, cancel)
            : await reader.NewestAsync(most, cancel);
        if (session.Json)
        {
            session.Screen.Json(page.Document());
            return ExitCodes.Done;
        }

        foreach (var (happened, document) in page.Events) Print(session, happened, document);
        if (page.Events.Count == 0) session.Screen.Note("No events.");
        return ExitCodes.Done;
    }
}
