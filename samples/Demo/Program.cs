using Demo;

// Three pods and a gate, each a process of its own. Without arguments it waits for you to try things; with --play it plays the main job by itself, with
// --monitoring Prometheus and Alertmanager run beside it (samples/monitoring/run has them from Debian's packages).
var (play, monitored) = (args.Contains("--play"), args.Contains("--monitoring"));
if (args.Any(argument => argument is not ("--play" or "--monitoring")) || (play && monitored))
{
    Console.Error.WriteLine("usage: dotnet run --project samples/Demo [-- --play | --monitoring]");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});

await using var stage = await Stage.SetAsync(anyPorts: play);
if (play) return await new Play(stage).RunAsync(stop.Token) ? 0 : 1;

if (monitored) await stage.MonitorAsync();
stage.Explain();
try
{
    await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine("stopping everything");
}

return 0;
