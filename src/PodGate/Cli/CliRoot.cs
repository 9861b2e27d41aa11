using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using PodGate.Cli.Rolling;

namespace PodGate.Cli;

/// <summary>The command line of <c>podgate</c>: all commands, described in <c>docs/operating/cli.md</c>.</summary>
internal static class CliRoot
{
    private const string Serve = "serve";

    /// <summary>Makes the root command. To run it with the documented exit codes and signals, use <see cref="RunAsync(string[], CliActions)"/>.</summary>
    /// <param name="actions">What serve and check do.</param>
    public static RootCommand Build(CliActions actions) => Build(actions, CliEnvironment.OfProcess());

    /// <summary>The same with a machine of one's own around it.</summary>
    /// <param name="actions">What serve and check do.</param>
    /// <param name="environment">The machine.</param>
    public static RootCommand Build(CliActions actions, CliEnvironment environment)
    {
        var frame = new CliFrame(environment);
        var root = new RootCommand("PodGate: a failover orchestrator and health-checking reverse proxy for pods.")
        {
            ServeCommand(actions, frame),
            CheckCommand(actions, frame),
            GateCommands.Reload(frame),
            UpgradeCommand.Build(frame),
            StatusCommand.Build(frame),
            TopCommand.Build(frame),
            WhyCommand.Build(frame),
            ConnectionsCommand.Build(frame),
            PodCommands.Drain(frame),
            PodCommands.Enable(frame),
            PodCommands.Disable(frame),
            PodCommands.Note(frame),
            RollCommand.Build(frame),
            MaintenanceCommands.Build(frame),
            FreezeCommand.Build(frame),
            EventsCommand.Build(frame),
            WhereIsCommand.Build(frame),
            SlotsCommand.Build(frame),
            StatsCommand.Build(frame),
            AlertCommands.Build(frame),
            TokenCommands.Build(frame),
            UserCommands.Build(frame),
            ProfileCommands.Build(frame),
            AuditCommands.Build(actions, frame),
            ReplayCommand.Build(actions, frame),
            CompletionCommand.Build(),
        };
        frame.AddTo(root);
        return root;
    }

    /// <summary>What <c>Program</c> does: runs the command line of this process and returns its exit code.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="actions">What serve and check do.</param>
    public static async Task<int> RunAsync(string[] args, CliActions actions)
    {
        var parse = Parse(args, Build(actions));
        var serves = parse.CommandResult.Command.Name == Serve;
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        // A terminal that goes away does not reach the command of a roll, which this program has to end. Under nohup it stays ignored.
        using var hangUp = parse.CommandResult.Command.Name == RollCommand.Name ? PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop) : null;
        return await InvokeAsync(parse, Console.Out, Console.Error, stop.Token);

        // The first signal asks; a second one ends a command at once, but never a gate that is about to close in good order.
        void Stop(PosixSignalContext context)
        {
            context.Cancel = serves || !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    /// <summary>The same with a machine of one's own around it, and without signals.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="actions">What serve and check do.</param>
    /// <param name="environment">The machine.</param>
    /// <param name="output">Where what was asked for goes.</param>
    /// <param name="error">Where errors and notes go.</param>
    /// <param name="cancel">What a signal would cancel.</param>
    public static Task<int> RunAsync(
        string[] args, CliActions actions, CliEnvironment environment, TextWriter output, TextWriter error, CancellationToken cancel) =>
        InvokeAsync(Parse(args, Build(actions, environment)), output, error, cancel);

    // Neither response files nor bundles: a reason or a name may begin with '@', and a typing error must not become other options.
    private static ParseResult Parse(string[] args, RootCommand root) =>
        root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });

    private static async Task<int> InvokeAsync(ParseResult parse, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        // The library's own signal handling gives an action two seconds to end, which is no time for a gate that drains.
        var configuration = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null };
        if (parse.Action is not ParseErrorAction mistake) return await parse.InvokeAsync(configuration, cancel);

        mistake.ShowHelp = false;
        configuration.Output = error;
        await parse.InvokeAsync(configuration, cancel);
        var arguments = string.Concat(parse.CommandResult.Command.Arguments.Select(argument => " " + argument.Name));
        await error.WriteLineAsync($"Usage: {NameOf(parse.CommandResult)}{arguments} ...; for all of it: {NameOf(parse.CommandResult)} --help");
        return ExitCodes.Usage;
    }

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "podgate";

    private static Command ServeCommand(CliActions actions, CliFrame frame)
    {
        var init = new Option<bool>("--init") { Description = "Make journal, key and operator.token when the state directory has none." };
        var recover = new Option<bool>("--recover") { Description = "Start from the last good copy of intents and latches although the journal is damaged." };
        var command = new Command(Serve, "Run the gate.") { init, recover };
        RequireConfig(command, frame);
        command.SetAction((parse, cancel) => actions.Serve(
            new ServeOptions(parse.GetRequiredValue(frame.Config)!, parse.GetValue(init), parse.GetValue(recover)), cancel));
        return command;
    }

    private static Command CheckCommand(CliActions actions, CliFrame frame)
    {
        var command = new Command("check", "Validate a configuration file without starting; ends with 2 when it is bad.");
        RequireConfig(command, frame);
        command.SetAction(parse => actions.Check(
            parse.GetRequiredValue(frame.Config)!, parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error));
        return command;
    }

    private static void RequireConfig(Command command, CliFrame frame) => command.Validators.Add(result =>
    {
        if (result.GetResult(frame.Config) is null) result.AddError("Option '--config FILE' is required.");
    });
}
