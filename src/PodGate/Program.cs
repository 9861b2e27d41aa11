using PodGate.Cli;
using PodGate.Control.Configuration;
using PodGate.Hosting;

// Sockets' inline completions (DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS) stay off: they are for the whole process, and probes, webhooks
// and the admin port do not hop to the thread pool first, so that one slow continuation of theirs would stall part of the data port.
return await CliRoot.RunAsync(args, new CliActions((options, cancel) => ServeCommand.RunAsync(options, Console.Error, cancel), ServeCommand.Check)
{
    Replay = asked => ReplayRun.Run(asked, Environment.CurrentDirectory, ConfigurationLoader.ProcessEnvironment()),
});
