using System.CommandLine;
using PodGate.Operator;
using Spectre.Console;

namespace PodGate.Cli;

/// <summary><c>podgate top</c>: the fleet in the terminal, again and again, until somebody ends it.</summary>
internal static class TopCommand
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame)
    {
        var interval = Parsing.Duration("--interval", "How often it looks. Default: 2s.", TimeSpan.FromMilliseconds(200));
        var command = new Command("top", "Show the fleet live, until Ctrl-C.") { interval };
        frame.Act(command, (session, parse, cancel) => ShowAsync(session, parse.GetValue(interval) ?? Usual, cancel));
        return command;
    }

    private static async Task<int> ShowAsync(CliSession session, TimeSpan interval, CancellationToken cancel)
    {
        if (session.Json || session.Screen.Console is not { } console)
        {
            session.Screen.Note("podgate: top is for a terminal; `podgate status --json` is for scripts, `podgate events --follow` for logs.");
            return ExitCodes.Usage;
        }

        FleetJson? seen = null;
        try
        {
            while (true)
            {
                var (fleet, failure) = await LookAsync(session, cancel);
                seen = fleet ?? seen ?? throw failure!;
                console.Clear(home: true);
                if (failure is not null) session.Screen.Line(new Words($"{failure.Message} This is from {PlainText.Moment(seen.Gate.Now)}:", Looks.Bad));
                StatusCommand.Show(session.Screen, seen);
                session.Screen.Flush();
                await Task.Delay(interval, session.Time, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Done;
        }
    }

    /// <summary>The first look has to succeed; later the gate may restart meanwhile.</summary>
    private static async Task<(FleetJson? Fleet, CliFailure? Failure)> LookAsync(CliSession session, CancellationToken cancel)
    {
        try
        {
            return ((await session.Gate.GetAsync<FleetJson>("api/v1/pods", cancel)).Value, null);
        }
        catch (CliFailure failure) when (failure is GateUnreachable or GateRefused { Status: >= 500 })
        {
            return (null, failure);
        }
    }
}
