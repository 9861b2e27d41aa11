using System.CommandLine;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate connections POD</c>: what runs on a pod.</summary>
internal static class ConnectionsCommand
{
    private static readonly string[] Headers = ["KIND", "CLIENT", "AGE", "IDLE", "TO CLIENT", "TO POD", ""];

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var pod = Parsing.Pod();
        var most = Parsing.Number("--most", "How many are listed, the oldest first; all are counted. Default: 100.", 0, AdminLimits.MostListed);
        var command = new Command("connections", "Show what runs on a pod: requests, and connections that may go on for hours.") { pod, most };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var answer = await session.Gate.GetAsync<ConnectionsJson>(PathOf(parse.GetRequiredValue(pod), parse.GetValue(most) ?? 100), cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else Show(session.Screen, answer.Value);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Where the API tells it.</summary>
    /// <param name="pod">The pod's name.</param>
    /// <param name="most">How many are listed.</param>
    public static string PathOf(string pod, long most) => PlainText.Invariant($"{PodCommands.PathOf(pod)}/connections?most={most}");

    /// <summary>How many there are of each kind, in words; empty when there are none.</summary>
    /// <param name="seen">What runs.</param>
    public static string Counts(ConnectionsJson seen) =>
        string.Join(", ", seen.Counts.Where(count => count.Value > 0).Select(count => PlainText.Invariant($"{count.Value} {count.Key}")));

    private static void Show(Screen screen, ConnectionsJson seen)
    {
        if (seen.Counts.Values.Sum() == 0)
        {
            screen.Line($"Nothing runs on {seen.Pod}.");
            return;
        }

        screen.Table(Headers, seen.Connections.Select(Row));
        screen.Line();
        var all = seen.Counts.Values.Sum();
        var listed = seen.Connections.Count < all ? PlainText.Invariant($"; the oldest {seen.Connections.Count} are listed") : "";
        screen.Line($"{seen.Pod}: {Counts(seen)}{listed}");
        if (seen.Goodbyes is { } goodbyes)
        {
            screen.Line(PlainText.Invariant(
                $"goodbyes from {PlainText.Moment(goodbyes.From)} to {PlainText.Moment(goodbyes.Until)}; {seen.ToldGoodbye} were asked to end and are still there"));
        }
    }

    private static List<IReadOnlyList<Words>> Row(ConnectionJson one) =>
    [
        [one.Kind],
        [one.Client],
        [PlainText.Span(TimeSpan.FromSeconds(one.AgeSeconds))],
        [PlainText.Span(TimeSpan.FromSeconds(one.IdleSeconds))],
        [PlainText.Invariant($"{one.BytesToClient}")],
        [PlainText.Invariant($"{one.BytesToPod}")],
        [one.ToldGoodbye ? "asked to end" : ""],
    ];
}
