using PodGate.Cli;
using PodGate.Control.Configuration;
using PodGate.Hosting;

if (args is ["serve", ..]) InlineSockets.TurnOn();
return await CliRoot.RunAsync(args, new CliActions((options, cancel) => ServeCommand.RunAsync(options, Console.Error, cancel), ServeCommand.Check)
{
    Replay = asked => ReplayRun.Run(asked, Environment.CurrentDirectory, ConfigurationLoader.ProcessEnvironment()),
});
