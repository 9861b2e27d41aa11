using System.CommandLine;
using System.Text.Json;
using PodGate.Operator.Accounts;

namespace PodGate.Cli;

/// <summary><c>podgate user add | list | reset | remove | unlock</c>: which people may sign in to the page.</summary>
internal static class UserCommands
{
    private const string Path = "api/v1/users";

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame) => new("user", "Say which people may sign in to the page.")
    {
        Add(frame),
        List(frame),
        Reset(frame),
        Delete(frame, "remove", "Remove an account, and end its sessions at once.", "", "The account of {0} is removed."),
        Delete(frame, "unlock", "End the pause after too many failures in a row.", "/pause", "Nobody has to wait who wants to sign in as {0}."),
    };

    private static Command Add(CliFrame frame)
    {
        var name = Parsing.Named("NAME", "Who; shown with everything that the person does.");
        var role = Role("What the person may: viewer, operator or administrator.");
        role.Required = true;
        var command = new Command("add", "Invite a person. The invitation's code is printed once and never again.") { name, role };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var body = new UserCommandJson(parse.GetRequiredValue(name), parse.GetRequiredValue(role));
            return Tell(session, await session.Gate.PostAsync<UserCommandJson, InvitationJson>(Path, body, cancel));
        });
        return command;
    }

    private static Command Reset(CliFrame frame)
    {
        var name = Parsing.Named("NAME", "Who.");
        var role = Role("What the person may from now on; as before when missing.");
        var command = new Command("reset", "Invite a person anew, who lost password or phone: what opened the account before opens it no more.") { name, role };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var path = $"{Path}/{Uri.EscapeDataString(parse.GetRequiredValue(name))}/reset";
            return Tell(session, await session.Gate.PostAsync<UserResetJson, InvitationJson>(path, new UserResetJson { Role = parse.GetValue(role) }, cancel));
        });
        return command;
    }

    private static Command List(CliFrame frame)
    {
        var command = new Command("list", "Show who may sign in.");
        frame.Act(command, async (session, _, cancel) =>
        {
            var answer = await session.Gate.GetAsync<IReadOnlyList<UserJson>>(Path, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else if (answer.Value.Count == 0) session.Screen.Line("There are no accounts.");
            else session.Screen.Table(["NAME", "ROLE", "STATE", "LAST SIGN-IN", "RECOVERY CODES"], answer.Value.Select(Row));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Delete(CliFrame frame, string verb, string meaning, string what, string done)
    {
        var name = Parsing.Named("NAME", "Whose account.");
        var command = new Command(verb, meaning) { name };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var whose = parse.GetRequiredValue(name);
            var document = await session.Gate.DeleteAsync($"{Path}/{Uri.EscapeDataString(whose)}{what}", cancel);
            if (session.Json) session.Screen.Json(document ?? JsonSerializer.SerializeToElement<object?>(null, JsonSerializerOptions.Web));
            else session.Screen.Line(done.Replace("{0}", whose, StringComparison.Ordinal));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Option<string> Role(string meaning)
    {
        var role = new Option<string>("--role") { Description = meaning, HelpName = "ROLE" };
        role.AcceptOnlyFromAmong("viewer", "operator", "administrator");
        return role;
    }

    private static int Tell(CliSession session, GateAnswer<InvitationJson> answer)
    {
        if (session.Json)
        {
            session.Screen.Json(answer.Document);
            return ExitCodes.Done;
        }

        var (name, role, code, until) = answer.Value;
        session.Screen.Note($"Invitation of {name}, role {role}, until {PlainText.Moment(until)}.");
        session.Screen.Note("The person sets the account up with it on the gate's page /welcome. It is shown now and never again:");
        session.Screen.Raw(code);
        return ExitCodes.Done;
    }

    private static IReadOnlyList<Words>[] Row(UserJson user) =>
    [
        [user.Name],
        [user.Role],
        [StateOf(user)],
        [user.LastSignIn is { } last ? PlainText.Moment(last) : "never"],
        [user.IsSetUp ? PlainText.Invariant($"{user.RecoveryCodes}") : ""],
    ];

    private static string StateOf(UserJson user) => user switch
    {
        { InvitedUntil: { } until } => $"invited until {PlainText.Moment(until)}",
        { PausedUntil: { } paused } => $"paused until {PlainText.Moment(paused)}",
        _ => "set up",
    };
}
