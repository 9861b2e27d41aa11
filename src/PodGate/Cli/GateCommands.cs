using System.CommandLine;
using System.Net;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate reload</c> and <c>podgate whereis</c>.</summary>
internal static class GateCommands
{
    /// <summary>Makes <c>reload</c>.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Reload(CliFrame frame)
    {
        var confirm = new Option<bool>("--confirm") { Description = "Apply it although it removes several pods, or leaves fewer than MinimumOpen in traffic." };
        var command = new Command("reload", "Read the configuration file again, now.") { confirm };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var path = parse.GetValue(confirm) ? "api/v1/reload?confirm=true" : "api/v1/reload";
            var answer = await session.Gate.PostAsync<ReloadJson>(path, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else session.Screen.Line(answer.Value.Sentence);
            if (answer.Value.Applied) return ExitCodes.Done;
            foreach (var error in answer.Value.Errors) session.Screen.Note($"  - {error}");
            return ExitCodes.Refused;
        });
        return command;
    }

    /// <summary>Makes <c>whereis</c>.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command WhereIs(CliFrame frame)
    {
        var address = new Argument<string>("ADDRESS") { Description = "The source address of a client, IPv4 or IPv6." };
        address.Validators.Add(result =>
        {
            // "1" and "1.2" are addresses to the parser and slips to people.
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (!IPAddress.TryParse(text, out _) || (!text.Contains(':', StringComparison.Ordinal) && text.Count(c => c == '.') != 3))
                result.AddError("ADDRESS wants an IPv4 or IPv6 address, such as 192.0.2.7 or 2001:db8::7.");
        });
        var command = new Command("whereis", "Say which pod a client is on.") { address };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var answer = await session.Gate.GetAsync<WhereIsJson>("api/v1/whereis/" + Uri.EscapeDataString(parse.GetRequiredValue(address)), cancel);
            var found = answer.Value;
            if (session.Json) session.Screen.Json(answer.Document);
            else session.Screen.Line(PlainText.Invariant($"{found.Address} is in slot {found.Slot}, ") + (found.Pod is { } pod
                ? $"on {pod}; a retry would go to {found.Next ?? "no other pod"}."
                : "on no pod: none may serve."));
            return ExitCodes.Done;
        });
        return command;
    }
}
