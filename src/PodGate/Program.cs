using PodGate.Cli;
using PodGate.Control.Configuration;
using PodGate.Hosting;

// Before anything makes a socket: the platform looks only then.
if (args.Contains("serve")) InlineSockets.TurnOn();

return await CliRoot.RunAsync(args, new CliActions((options, cancel) => ServeCommand.RunAsync(options, Console.Error, cancel), ServeCommand.Check)
{
    Replay = asked => ReplayRun.Run(asked, Environment.CurrentDirectory, ConfigurationLoader.ProcessEnvironment()),
    Verify = asked => AuditRun.Run(asked, Environment.CurrentDirectory, ConfigurationLoader.ProcessEnvironment()),
});
