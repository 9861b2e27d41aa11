using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate maintenance add | list | cancel | announce</c>: what people plan for pods, and how they tell others.</summary>
internal static class MaintenanceCommands
{
    private const string Path = "api/v1/maintenance";

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame) =>
        new("maintenance", "Plan when pods are out of the traffic, and announce it.") { Add(frame), List(frame), Cancel(frame), Announce(frame) };

    private static Command Add(CliFrame frame)
    {
        var (pod, reason) = (Parsing.Pod(), Parsing.Reason());
        var from = Parsing.Moment("--from", "When the pod is drained: a moment with its zone, such as \"2026-12-01 22:00 Europe/Berlin\".");
        var until = Parsing.Moment("--until", "When the work is done: a moment with its zone.");
        var force = Parsing.Force("Drain it although fewer than MinimumOpen would be left.");
        var enable = new Option<bool>("--enable-when-well")
        {
            Description = "From then on enable the pod by itself, as soon as an enable without force would be accepted.",
        };
        var deadline = Parsing.Duration("--deadline", $"How long what runs may go on: {Durations.Forms}. Default: the gate's DrainDeadline.");
        var command = new Command("add", "Plan a maintenance: the pod is drained at its time.") { pod, from, until, reason, force, enable, deadline };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var body = new MaintenanceCommandJson(
                parse.GetRequiredValue(pod), parse.GetRequiredValue(from), parse.GetRequiredValue(until), parse.GetRequiredValue(reason), parse.GetValue(force),
                parse.GetValue(enable), parse.GetValue(deadline));
            return Tell(session, await session.Gate.PostAsync<MaintenanceCommandJson, MaintenanceOutcomeJson>(Path, body, cancel));
        });
        return command;
    }

    private static Command Cancel(CliFrame frame)
    {
        var (id, reason) = (Parsing.Named("ID", "Which; maintenance list shows it."), Parsing.Reason());
        var command = new Command("cancel", "Take a planned maintenance back. A pod that is out for it stays out.") { id, reason };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var path = $"{Path}/{Uri.EscapeDataString(parse.GetRequiredValue(id))}";
            var body = new CancelMaintenanceJson(parse.GetRequiredValue(reason));
            return Tell(session, await session.Gate.DeleteAsync<CancelMaintenanceJson, MaintenanceOutcomeJson>(path, body, cancel));
        });
        return command;
    }

    private static Command List(CliFrame frame)
    {
        var all = new Option<bool>("--all") { Description = "Those that ended not long ago, too." };
        var command = new Command("list", "Show what is planned.") { all };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var answer = await session.Gate.GetAsync<MaintenanceListJson>(parse.GetValue(all) ? Path + "?all=true" : Path, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else if (answer.Value.Plans.Count == 0) session.Screen.Line("Nothing is planned.");
            else session.Screen.Table(["ID", "POD", "STAGE", "FROM", "UNTIL", "ENABLE", "WHO", "WHY"], answer.Value.Plans.Select(Row));
            return ExitCodes.Done;
        });
        return command;
    }

    private static IReadOnlyList<IReadOnlyList<Words>> Row(MaintenanceJson plan)
    {
        List<Words> why = [plan.Reason];
        if (plan.Stage != "Planned") why.Add(plan.Sentence);
        if (plan is { Open: true, Configured: false }) why.Add(new Words($"{plan.Pod} is not in the configuration, so it is not carried out", Looks.Warning));
        return
        [
            [plan.Id], [plan.Pod], [new Words(plan.Stage, plan.Stage == "HeldBack" ? Looks.Bad : null)], [PlainText.Moment(plan.From)],
            [PlainText.Moment(plan.Until)],
            [plan.EnableWhenWell ? "when well" : "by hand"], [plan.Who], why,
        ];
    }

    private static Command Announce(CliFrame frame)
    {
        var id = new Argument<string?>("ID") { Description = "Only this one.", Arity = ArgumentArity.ZeroOrOne };
        var language = new Option<string?>("--language") { Description = "Only in this language: en or de.", HelpName = "LANGUAGE" };
        language.AcceptOnlyFromAmong([.. MaintenanceAnnouncement.Languages]);
        var command = new Command("announce", "Print announcements of what is planned, ready to be sent.") { id, language };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var answer = await session.Gate.GetAsync<AnnouncementsJson>(Path + "/announcements", cancel);
            var wanted = answer.Value.Announcements.Where(one => parse.GetValue(id) is not { } only || one.Plan.Id == only).ToList();
            if (wanted.Count == 0 && parse.GetValue(id) is { } missing)
                throw new NotThere($"There is no open maintenance {missing}; `podgate maintenance list` shows them.");
            if (session.Json)
            {
                session.Screen.Json(Only(answer.Document, parse.GetValue(id), parse.GetValue(language)));
                return ExitCodes.Done;
            }

            if (wanted.Count == 0) session.Screen.Line("Nothing is planned.");
            Print(session.Screen, [.. wanted.SelectMany(one => one.Texts).Where(text => parse.GetValue(language) is not { } only || text.Language == only)]);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>The gate's document with what was asked for only, and with all that a newer gate says of it.</summary>
    private static JsonElement Only(JsonElement document, string? id, string? language)
    {
        if (JsonObject.Create(document) is not { } all || all["announcements"] is not JsonArray announcements) return document;
        if (id is not null) announcements.RemoveAll(one => (string?)one!["plan"]!["id"] != id);
        foreach (var texts in language is null ? [] : announcements.Select(one => one!["texts"]).OfType<JsonArray>())
            texts.RemoveAll(text => (string?)text!["language"] != language);
        return JsonSerializer.SerializeToElement(all, ApiJson.Default.JsonObject);
    }

    private static void Print(Screen screen, IReadOnlyList<AnnouncementTextJson> texts)
    {
        foreach (var (index, text) in texts.Index())
        {
            if (index > 0)
            {
                screen.Line();
                screen.Line("--");
                screen.Line();
            }

            screen.Line(new Words(text.Subject, Looks.Heading));
            screen.Line();
            foreach (var line in text.Text.Split('\n')) screen.Line(line);
        }
    }

    private static int Tell(CliSession session, GateAnswer<MaintenanceOutcomeJson> outcome)
    {
        if (outcome.Status == 202 || !outcome.Value.Durable) Outcomes.WarnNotDurable(session);
        foreach (var warning in outcome.Value.Warnings) session.Screen.Note($"warning: {warning}.");
        if (session.Json)
        {
            session.Screen.Json(outcome.Document);
            return ExitCodes.Done;
        }

        session.Screen.Line(outcome.Value.Sentence);

        // What is due now may have begun already, or not.
        if (outcome.Value.Plan is { Stage: not "Planned" } plan && plan.Sentence != outcome.Value.Sentence) session.Screen.Line(plan.Sentence);
        return ExitCodes.Done;
    }
}
