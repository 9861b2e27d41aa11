using System.CommandLine;
using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate token add | list | revoke</c>: who may ask this gate, and what.</summary>
internal static class TokenCommands
{
    private const string Path = "api/v1/tokens";

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame) =>
        new("token", "Say who may ask this gate, and what.") { Add(frame), List(frame), Revoke(frame) };

    private static Command Add(CliFrame frame)
    {
        var name = Parsing.Named("NAME", "Whose it is; shown with everything that is done with it.");
        var role = new Option<string>("--role") { Description = "What it may: viewer, operator or administrator.", HelpName = "ROLE", Required = true };
        role.AcceptOnlyFromAmong("viewer", "operator", "administrator");
        var lasts = Parsing.Duration(
            "--expires", "For how long it opens anything, such as 90d; until it is revoked when missing.", TimeSpan.FromMinutes(1));
        var command = new Command("add", "Make a token. It is printed once and never again.") { name, role, lasts };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var body = new TokenCommandJson(parse.GetRequiredValue(name), parse.GetRequiredValue(role)) { Lasts = parse.GetValue(lasts) };
            var answer = await session.Gate.PostAsync<TokenCommandJson, NewTokenJson>(Path, body, cancel);
            if (session.Json)
            {
                session.Screen.Json(answer.Document);
                return ExitCodes.Done;
            }

            // The secret alone goes to the output, so that `podgate token add ... > file` makes a file for --token-file.
            var until = answer.Value.Expires is { } end ? $", until {PlainText.Moment(end)}" : "";
            session.Screen.Note($"Token of {answer.Value.Name}, role {answer.Value.Role}{until}. It is shown now and never again:");
            session.Screen.Raw(answer.Value.Secret);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List(CliFrame frame)
    {
        var command = new Command("list", "Show the tokens, without their secrets.");
        frame.Act(command, async (session, _, cancel) =>
        {
            var answer = await session.Gate.GetAsync<IReadOnlyList<TokenJson>>(Path, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else if (answer.Value.Count == 0) session.Screen.Line("There are no tokens.");
            else session.Screen.Table(["NAME", "ROLE", "CREATED", "EXPIRES", "LAST USED"], answer.Value.Select(Row));
            return ExitCodes.Done;
        });
        return command;
    }

    private static IReadOnlyList<Words>[] Row(TokenJson token) => 
    [
        [token.Name],
        [token.Role],
        [PlainText.Moment(token.Created)],
        [token.Expires is { } end ? PlainText.Moment(end) : "never"],
        [token.LastUsed is { } used ? PlainText.Moment(used) + (token.LastFrom is { } from ? $" from {from}" : "") : "never"],
    ];

    private static Command Revoke(CliFrame frame)
    {
        var name = Parsing.Named("NAME", "Whose token.");
        var command = new Command("revoke", "Make a token worthless, at once.") { name };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var whose = parse.GetRequiredValue(name);
            var document = await session.Gate.DeleteAsync($"{Path}/{Uri.EscapeDataString(whose)}", cancel);
            if (session.Json) session.Screen.Json(document ?? JsonSerializer.SerializeToElement<object?>(null, JsonSerializerOptions.Web));
            else session.Screen.Line($"The token of {whose} is revoked.");
            return ExitCodes.Done;
        });
        return command;
    }
}
