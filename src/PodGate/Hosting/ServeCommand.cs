using System.Runtime.InteropServices;
using PodGate.Cli;
using PodGate.Control.Configuration;
using PodGate.Control.Journal;
using PodGate.Control.Takeover;
using PodGate.Hosting.Takeover;
using PodGate.Operator;

namespace PodGate.Hosting;

/// <summary><c>podgate serve</c> and <c>podgate check</c>: what the process does with a gate, and what it says when there can be none.</summary>
internal static class ServeCommand
{
    /// <summary>Runs a gate until it is told to stop.</summary>
    /// <param name="serve">What was typed.</param>
    /// <param name="error">Where people read why there is no gate.</param>
    /// <param name="cancel">Cancelled by SIGINT and SIGTERM.</param>
    /// <returns>0 stopped in good order, 1 cannot start, 2 bad configuration.</returns>
    public static async Task<int> RunAsync(ServeOptions serve, TextWriter error, CancellationToken cancel)
    {
        Heir? heir = null;
        Gate gate;

        // Heard before anything is started, for whoever sees that a gate starts may ask it, and to the very end: the signal's own way would end the process.
        var started = new TaskCompletionSource<Gate>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = ReloadOnceStartedAsync();
        });
        try
        {
            heir = Heir.OfProcess(TimeProvider.System);
            var options = new GateOptions(Path.GetFullPath(serve.ConfigPath), serve.Init, serve.Recover)
            {
                Heir = heir, Sockets = InheritedSockets.OfSystemd(Environment.GetEnvironmentVariable, Environment.ProcessId),
            };
            var loaded = new ConfigurationLoader(options.Time).LoadFile(options.ConfigPath, options.Environment);
            if (loaded.Configuration is null) return await SayNoAsync(string.Join('\n', ConfigurationText.Describe(loaded)), ExitCodes.Usage);
            gate = await Gate.StartAsync(options, loaded, cancel);
        }
        catch (Exception exception) when (exception is ListenException or JournalException or TokenFileException or TakeoverException)
        {
            return await SayNoAsync($"podgate: {exception.Message}", ExitCodes.Refused);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return await SayNoAsync("podgate: told to stop while it started", ExitCodes.Interrupted);
        }

        started.SetResult(gate);
        await using (gate)
        {
            var notifier = ServiceNotifier.OfProcess();
            notifier.Ready();
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = cancel.Register(stopped.SetResult);

            // Who has handed over is not the service any more, and says nothing for it.
            if (await Task.WhenAny(stopped.Task, gate.Left) == stopped.Task && !gate.HasHandedOver) notifier.Stopping(gate.LongestStop);
        }

        return ExitCodes.Done;

        async Task ReloadOnceStartedAsync() => (await started.Task).RequestReload();

        async Task<int> SayNoAsync(string why, int code)
        {
            await error.WriteLineAsync(why);
            if (heir is null) return code;
            await heir.DeclineAsync(why);
            heir.Dispose();
            return code;
        }
    }

    /// <summary>Validates a configuration without starting.</summary>
    /// <param name="path">The file.</param>
    /// <param name="output">Where it is said that all is well.</param>
    /// <param name="error">Where it is said what is wrong.</param>
    /// <returns>0 valid, 2 not.</returns>
    public static int Check(string path, TextWriter output, TextWriter error)
    {
        var loaded = new ConfigurationLoader(TimeProvider.System).LoadFile(Path.GetFullPath(path), ConfigurationLoader.ProcessEnvironment());
        foreach (var line in ConfigurationText.Describe(loaded)) error.WriteLine(line);
        if (loaded.Configuration is not { } configuration) return ExitCodes.Usage;
        output.WriteLine($"{path} is valid: {configuration.Fleet.Pods.Count} pods.");
        return ExitCodes.Done;
    }
}
