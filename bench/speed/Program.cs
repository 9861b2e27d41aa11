using System.Runtime.InteropServices;
using Speed;
using Speed.Rig;

var options = Options.Parse(args, out var error);
if (options is null)
{
    Console.Error.WriteLine(error + Environment.NewLine + Options.Usage);
    return 2;
}

if (options.List)
{
    foreach (var row in Row.All) Console.WriteLine($"{row.Name,-17}{row.Title}");
    return 0;
}

// Everything that was started is ended before this program is, whatever ends it.
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
try
{
    await using var ground = await Ground.PrepareAsync(stop.Token);
    await using var bench = new Bench(options, ground, stop.Token);
    foreach (var kind in options.Contenders.Where(kind => !kind.IsInstalled)) Console.WriteLine($"{kind.Name}: left out, it is not installed");
    foreach (var row in options.Rows)
    {
        Console.WriteLine(row.Title);
        try
        {
            await row.MeasureAsync(bench);
        }
        catch (DoesNotServeException exception)
        {
            bench.BrokenOff[row.Name] = exception.Message.Split('\n')[0];
            Console.WriteLine($"  broken off: {exception.Message}");
        }

        // After every row, so that a run that is ended early leaves what it has.
        if (options.Out is not null) await File.WriteAllTextAsync(options.Out, new Page(bench).ToMarkdown(), stop.Token);
    }

    Console.WriteLine();
    Console.WriteLine(new Page(bench).Goals());
    return bench.BrokenOff.Count == 0 ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("stopped; everything that was started has ended");
    return 130;
}
