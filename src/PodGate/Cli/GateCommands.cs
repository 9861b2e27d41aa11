using System.CommandLine;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate reload</c>.</summary>
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
}
