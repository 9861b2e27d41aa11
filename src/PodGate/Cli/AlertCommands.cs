using System.CommandLine;
using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate alerts list | ack | test | silence</c>: what people were told, and what they say to it.</summary>
internal static class AlertCommands
{
    private const string Path = "api/v1/alerts";
    private const string Silences = "api/v1/silences";

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame) =>
        new("alerts", "See what people were told, and say that you have seen it.") { List(frame), Acknowledge(frame), Test(frame), Silence(frame) };

    private static Command List(CliFrame frame)
    {
        var all = new Option<bool>("--all") { Description = "Those that ended not long ago, too." };
        var command = new Command("list", "Show the alerts that stand or wait, and how the channels are doing.") { all };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var answer = await session.Gate.GetAsync<AlertsJson>(Path, cancel);
            if (session.Json)
            {
                session.Screen.Json(answer.Document);
                return ExitCodes.Done;
            }

            var shown = answer.Value.Alerts.Where(alert => parse.GetValue(all) || alert.Stands || alert.Channels.Values.Contains("Waits")).ToList();
            if (shown.Count == 0) session.Screen.Line("Nothing stands, and nothing waits.");
            else session.Screen.Table(["ID", "AT", "SEVERITY", "SEEN BY", "CHANNELS", "WHAT"], shown.Select(Row));
            foreach (var channel in answer.Value.Channels.Where(channel => channel.FailingSince is not null))
                session.Screen.Line(new Words($"{channel.Name} has failed since {PlainText.Moment(channel.FailingSince!.Value)}: {channel.Why}", Looks.Bad));
            return ExitCodes.Done;
        });
        return command;
    }

    private static IReadOnlyList<IReadOnlyList<Words>> Row(AlertJson alert) =>
    [
        [alert.Id], [PlainText.Moment(alert.At)],
        [alert.Resolved ? new Words("resolved") : new Words(alert.Severity, alert is { Severity: "page", Stands: true } ? Looks.Bad : null)],
        [alert.AcknowledgedBy ?? ""], Deliveries(alert), [alert.Sentence, alert.Runbook],
    ];

    private static IReadOnlyList<Words> Deliveries(AlertJson alert) =>
        alert.Channels.Count == 0 ? [""] : [.. alert.Channels.Select(channel => new Words($"{channel.Key}: {channel.Value}"))];

    private static Command Acknowledge(CliFrame frame)
    {
        // Longer than a name may be: a pod's name is a part of it.
        var id = new Argument<string>("ID") { Description = "Which; alerts list shows it." };
        var command = new Command("ack", "Say that you have seen an alert, so that nobody else is woken for it.") { id };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var path = $"{Path}/{Uri.EscapeDataString(parse.GetRequiredValue(id))}/acknowledge";
            var answer = await session.Gate.PostAsync<AlertJson>(path, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else session.Screen.Line($"{answer.Value.Id} was seen by {answer.Value.AcknowledgedBy}: {answer.Value.Sentence}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Test(CliFrame frame)
    {
        var command = new Command("test", "Send a test to every channel.");
        frame.Act(command, async (session, _, cancel) =>
        {
            var answer = await session.Gate.PostAsync<AlertTestJson>(Path + "/test", cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else if (answer.Value.Channels.Count == 0) session.Screen.Line("No channel is configured, so the test goes nowhere.");
            else session.Screen.Line(
                $"{answer.Value.Id} goes to {string.Join(", ", answer.Value.Channels)}; `podgate alerts list --all` shows what becomes of it.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Silence(CliFrame frame) =>
        new("silence", "Keep alerts back for a while.") { AddSilence(frame), ListSilences(frame), EndSilence(frame) };

    private static Command AddSilence(CliFrame frame)
    {
        var (pods, reason) = (Parsing.Pods("Only alerts of these pods. Default: all alerts."), Parsing.Reason());
        var lasts = Parsing.Duration("--for", $"How long: {Durations.Forms}, 7 days at most.", atLeast: TimeSpan.FromSeconds(1));
        lasts.Required = true;
        var kinds = new Option<string[]>("--kind") { Description = "Only alerts of this kind; may be given several times.", HelpName = "KIND" };
        var command = new Command("add", "Keep alerts back from now on; what still stands at the end is sent then.") { pods, lasts, kinds, reason };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var body = new SilenceCommandJson(parse.GetRequiredValue(reason), parse.GetValue(lasts), parse.GetValue(kinds), parse.GetValue(pods));
            var answer = await session.Gate.PostAsync<SilenceCommandJson, SilenceJson>(Silences, body, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else session.Screen.Line($"{answer.Value.Id} keeps alerts back until {PlainText.Moment(answer.Value.Until)}.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command ListSilences(CliFrame frame)
    {
        var command = new Command("list", "Show the silences in force.");
        frame.Act(command, async (session, _, cancel) =>
        {
            var answer = await session.Gate.GetAsync<IReadOnlyList<SilenceJson>>(Silences, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else if (answer.Value.Count == 0) session.Screen.Line("Nothing is silenced.");
            else session.Screen.Table(["ID", "UNTIL", "PODS", "KINDS", "WHO", "WHY"], answer.Value.Select(Row));
            return ExitCodes.Done;
        });
        return command;
    }

    private static IReadOnlyList<IReadOnlyList<Words>> Row(SilenceJson silence) =>
    [
        [silence.Id], [PlainText.Moment(silence.Until)], [silence.Pods.Count == 0 ? "all" : string.Join(", ", silence.Pods)],
        [silence.Kinds.Count == 0 ? "all" : string.Join(", ", silence.Kinds)], [silence.Who], [silence.Reason],
    ];

    private static Command EndSilence(CliFrame frame)
    {
        var id = Parsing.Named("ID", "Which; alerts silence list shows it.");
        var command = new Command("end", "End a silence; what it kept back and still stands is sent.") { id };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var which = parse.GetRequiredValue(id);
            var document = await session.Gate.DeleteAsync($"{Silences}/{Uri.EscapeDataString(which)}", cancel);
            if (session.Json) session.Screen.Json(document ?? JsonSerializer.SerializeToElement<object?>(null, JsonSerializerOptions.Web));
            else session.Screen.Line($"{which} is over.");
            return ExitCodes.Done;
        });
        return command;
    }
}
