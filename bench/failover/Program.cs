using System.Runtime.InteropServices;
using Failover;
using Failover.Rig;

var options = Options.Parse(args, out var error);
if (options is null)
{
    Console.Error.WriteLine(error + Environment.NewLine + Options.Usage);
    return 2;
}

if (options.List)
{
    foreach (var row in Rows.All) Console.WriteLine($"{row.Name,-16}{row.Title} (PodGate: {row.Bound})");
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

var page = await Page.BeginAsync(options);
foreach (var kind in options.Proxies.Where(kind => page.Versions[kind] is null)) Console.WriteLine($"{kind.Name}: skipped, it is not installed");
try
{
    foreach (var row in options.Rows)
    {
        Console.WriteLine($"{row.Title}  (PodGate: {row.Bound})");
        foreach (var kind in options.Proxies.Where(kind => page.Versions[kind] is not null))
        {
            var figures = await Measurement.RunAsync(row, kind, options.Length, stop.Token);
            page.Add(figures);
            Console.WriteLine($"  {Page.Line(figures)}");
            if (figures.Misses().Count > 0) Console.WriteLine(Page.Tail(figures.Output));
        }
    }
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("stopped; everything that was started has ended");
    return 130;
}

if (options.Out is not null)
{
    await File.WriteAllTextAsync(options.Out, page.ToMarkdown());
    Console.WriteLine($"written: {options.Out}");
}

var (within, missed) = page.Count();
Console.WriteLine($"PodGate: {within} rows within their bounds, {missed} not");
return missed == 0 ? 0 : 1;
