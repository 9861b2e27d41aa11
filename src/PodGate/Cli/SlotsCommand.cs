using System.CommandLine;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate slots [POD]</c>: which slots carry how much.</summary>
internal static class SlotsCommand
{
    private static readonly string[] Headers = ["SLOT", "POD", "SHARE", "REQUESTS/S", "CLIENTS NOW"];

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var pod = Parsing.OptionalPod("Only the slots of this pod.");
        var command = new Command("slots", "Show which slots carry how much of the last minutes' requests: many customers behind one address are one slot.") { pod };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var path = parse.GetValue(pod) is { } name ? PodCommands.PathOf(name) + "/slots" : "api/v1/slots";
            var answer = await session.Gate.GetAsync<SlotsJson>(path, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else Show(session.Screen, answer.Value);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Show(Screen screen, SlotsJson seen)
    {
        var whose = seen.Pod ?? "the fleet";
        if (seen.Slots.Count == 0)
        {
            screen.Line($"Nothing was counted on {whose} lately.");
            return;
        }

        screen.Table(Headers, seen.Slots.Select(Row));
        screen.Line();
        screen.Line(PlainText.Invariant($"Shares of the requests of {whose} of the last {PlainText.Span(seen.Over)}, {seen.RequestsPerSecond:0.#} a second; one in eight is counted."));
    }

    private static List<IReadOnlyList<Words>> Row(SlotJson one) =>
    [
        [PlainText.Invariant($"{one.Slot}")],
        [one.Pod],
        [Looks.Share(one.Share)],
        [PlainText.Invariant($"{one.RequestsPerSecond:0.#}")],
        [string.Join(", ", one.Clients)],
    ];
}
