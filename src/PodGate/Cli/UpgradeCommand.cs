using System.CommandLine;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary><c>podgate upgrade</c>: another process takes over from the running gate, and no connection is lost.</summary>
internal static class UpgradeCommand
{
    /// <summary>All that the gate allows the new process, and some more.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var path = new Argument<string?>("PATH")
        {
            Description = "Full path of the new program, on the gate's machine. Default: the running one's, where a new one may have been put.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        path.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && !given.Value.StartsWith('/')) result.AddError("PATH wants a full path, beginning with /.");
        });
        var wait = new Option<bool>("--wait") { Description = "Wait until the process before has ended, too." };
        var command = new Command("upgrade", "Let a new process take over from the running gate, without losing a connection.") { path, wait };
        frame.Act(command, async (session, parse, cancel) =>
        {
            if (!session.Json) session.Screen.Note("starting the new process; the gate goes on meanwhile");
            var body = new UpgradeCommandJson(parse.GetValue(path));
            var answer = await session.Gate.PostAsync<UpgradeCommandJson, UpgradeJson>("api/v1/upgrade", body, Longest, cancel);
            if (session.Json) session.Screen.Json(answer.Document);
            else session.Screen.Line(answer.Value.Sentence);
            if (parse.GetValue(wait)) await WaitAsync(session, answer.Value, cancel);
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task WaitAsync(CliSession session, UpgradeJson upgrade, CancellationToken cancel)
    {
        var told = -1L;
        while (true)
        {
            var seen = (await session.Gate.GetAsync<TakeoverJson>("api/v1/upgrade", cancel)).Value;
            if (seen.Pid != upgrade.Pid && seen.Pid != upgrade.Before)
            {
                session.Screen.Note(PlainText.Invariant($"process {seen.Pid} is the gate by now; only process {upgrade.Pid} knew what is left in process {upgrade.Before}"));
                return;
            }

            // The process before may still answer on a connection that was there; of its own end it says nothing.
            if (seen.Pid == upgrade.Pid)
            {
                if (seen.Predecessor is not { } before) break;
                if (before.Connections != told) session.Screen.Note(PlainText.Invariant($"{before.Connections} connections are left in process {before.Pid}"));
                told = before.Connections;
            }

            await Task.Delay(Pause, session.Time, cancel);
        }

        session.Screen.Note(PlainText.Invariant($"process {upgrade.Before} has ended"));
    }
}
