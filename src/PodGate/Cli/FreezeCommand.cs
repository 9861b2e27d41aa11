using System.CommandLine;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate freeze</c>: automation watches only, for a while; people's commands work as always.</summary>
internal static class FreezeCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var duration = Parsing.Duration("--for", $"How long: {Durations.Forms}. It ends by itself then.", atLeast: TimeSpan.FromSeconds(1));
        var end = new Option<bool>("--end") { Description = "End the freeze that is in force." };
        var reason = Parsing.Reason();
        var command = new Command("freeze", "Let automation watch only: nothing is suspended or latched for a while.") { duration, end, reason };
        command.Validators.Add(result =>
        {
            var ends = result.GetValue(end);
            if (ends == (result.GetResult(duration) is not null)) result.AddError("freeze wants either --for DURATION or --end.");
        });
        frame.Act(command, async (session, parse, cancel) =>
        {
            var body = new FreezeCommandJson(parse.GetRequiredValue(reason), parse.GetValue(end) ? TimeSpan.Zero : parse.GetValue(duration));
            var outcome = await session.Gate.PostAsync<FreezeCommandJson, OutcomeJson>("api/v1/freeze", body, cancel);
            Outcomes.Warn(session, outcome);
            if (session.Json) session.Screen.Json(outcome.Document);
            else session.Screen.Line(outcome.Value.Sentence);
            return ExitCodes.Done;
        });
        return command;
    }
}
