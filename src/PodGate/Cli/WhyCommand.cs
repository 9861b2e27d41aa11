using System.CommandLine;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate why POD</c>: what decided about a pod, and the numbers behind it.</summary>
internal static class WhyCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var pod = Parsing.Pod();
        var command = new Command("why", "Say why a pod is what it is: the rule that fired, the numbers it compared, the last reports.") { pod };
        frame.Act(command, async (session, parse, cancel) =>
        {
            var answer = await session.Gate.GetAsync<WhyJson>(PodCommands.PathOf(parse.GetRequiredValue(pod)) + "/why", cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else WhyDetail.Show(session.Screen, answer.Value);
            return ExitCodes.Done;
        });
        return command;
    }
}
