using System.CommandLine;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate stats [POD] [--days N]</c>: what pods carried, by day.</summary>
internal static class StatsCommand
{
    private static readonly string[] Headers = ["DAY", "POD", "REQUESTS", "ERRORS", "MEDIAN", "95 %", "TO CLIENTS", "FROM CLIENTS", "CLIENTS"];

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var pod = Parsing.OptionalPod("Only this pod; it may be one that is configured no more.");
        var days = new Option<int>("--days")
        {
            Description = $"How many days, today among them: 1 to {StatsMapping.MostDays} of one pod, to {StatsMapping.MostDaysOfAll} of all.",
            DefaultValueFactory = _ => StatsMapping.UsualDays,
            HelpName = "N",
        };
        days.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var number) || number is < 1 or > StatsMapping.MostDays))
                result.AddError($"--days is {token.Value}; it must be a number from 1 to {StatsMapping.MostDays}.");
        });
        var command = new Command("stats", "Show what the pods carried on the last days: requests, errors, latency, bytes and clients.") { pod, days };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var which = parse.GetValue(pod) is { } name ? $"&pod={Uri.EscapeDataString(name)}" : "";
            var answer = await session.Gate.GetAsync<StatsJson>(PlainText.Invariant($"api/v1/stats?days={parse.GetValue(days)}{which}"), cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else Show(session.Screen, answer.Value);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Bytes, in the unit that leaves one to three digits before the point.</summary>
    /// <param name="bytes">How many.</param>
    internal static string Bytes(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
        var (number, unit) = ((double)bytes, 0);
        while (number >= 999.5 && unit < units.Length - 1) (number, unit) = (number / 1000, unit + 1);
        return unit == 0 || number >= 99.95 ? PlainText.Invariant($"{number:0} {units[unit]}") : PlainText.Invariant($"{number:0.0} {units[unit]}");
    }

    private static void Show(Screen screen, StatsJson stats)
    {
        if (stats.Days.Count == 0)
        {
            screen.Line($"Nothing was carried{(stats.Pod is { } pod ? $" on {pod}" : "")} from {stats.From} to {stats.To}; what is carried now can be seen after the next full minute.");
            return;
        }

        screen.Table(Headers, stats.Days.Select(Row));
        screen.Line();
        screen.Line("Days are in UTC; as of the last full minute. Errors are attempts that ended as the pod's failure. Clients are distinct sources, estimated to 1.6 %.");
    }

    private static List<IReadOnlyList<Words>> Row(DayStatsJson day) =>
    [
        [day.Day],
        [day.Pod ?? "all"],
        [PlainText.Invariant($"{day.Requests}")],
        [PlainText.Invariant($"{day.Failures} ({Looks.Share(day.ErrorShare)})")],
        [Milliseconds(day.MedianMilliseconds)],
        [Milliseconds(day.P95Milliseconds)],
        [Bytes(day.BytesToClient)],
        [Bytes(day.BytesToPod)],
        [day.Clients is { } clients ? PlainText.Invariant($"{clients}") : "-"],
    ];

    private static string Milliseconds(double? number) => number is { } known ? PlainText.Invariant($"{known:0.#} ms") : "-";
}
