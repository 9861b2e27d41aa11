using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Drains;

// drains [ROUNDS] [--out FILE.md]: one pod after the other is drained and enabled while real clients of every kind are there. Nobody may fail.
var (rounds, output) = (50, default(string));
for (var i = 0; i < args.Length; i++)
{
    if (i == 0 && int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 2 and <= 10_000)
    {
        rounds = number;
        continue;
    }

    if (args[i] == "--out" && i + 1 < args.Length)
    {
        output = Path.GetFullPath(args[++i]);
        continue;
    }

    Console.Error.WriteLine("usage: bench/soak/drains [ROUNDS: 2 to 10000; 50] [--out FILE.md]");
    return 2;
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

var seed = Environment.ProcessId;
Console.WriteLine($"seed {seed}");
var (ledger, done, begun) = (new Ledger(), new List<Round>(), Stopwatch.GetTimestamp());
string? trouble = null;
var gateSaid = "";
try
{
    await using var stage = await Stage.SetAsync(stop.Token);
    try
    {
        await using var crowd = await Crowd.GatherAsync(stage, ledger, seed, stop.Token);
        var drill = new Rounds(stage, ledger, crowd.Stubborn);
        for (var number = 1; number <= rounds; number++)
        {
            var round = await drill.DrainAsync(number, stop.Token);
            done.Add(round);
            var failed = ledger.Tallies.Sum(tally => tally.Failed);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{number,4}  {round.Pod} with {round.Long} long-lived connections{(round.Stubborn ? " and two that do not leave" : "")}: drained after {round.Drained.TotalSeconds:0.00} s, {round.New} new requests, {failed} failed so far"));
        }

        await crowd.LookAtBrowserAsync(stop.Token);
    }
    catch (Exception exception) when (exception is TimeoutException or InvalidOperationException or IOException or HttpRequestException)
    {
        trouble = exception.Message;
    }

    gateSaid = stage.GateOutput;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("stopped; everything that was started has ended");
    return 130;
}

var page = new Page(ledger, done);
var wrong = page.Wrong().ToList();
if (trouble is not null) wrong.Insert(0, trouble);
Console.WriteLine();
Console.WriteLine(page.Tables());
if (wrong.Count > 0) Console.WriteLine(gateSaid);
foreach (var what in wrong) Console.WriteLine(what);
foreach (var tally in ledger.Tallies.Where(tally => tally.Failed > 1)) Console.WriteLine($"{tally.Name}:\n  {string.Join("\n  ", tally.Failures)}");
if (output is not null)
{
    var took = string.Create(CultureInfo.InvariantCulture, $"in {Stopwatch.GetElapsedTime(begun).TotalMinutes:0.0} minutes");
    await File.WriteAllTextAsync(output, page.ToMarkdown(took));
    Console.WriteLine($"written: {output}");
}

Console.WriteLine(wrong.Count == 0 ? "PASS" : "FAIL");
return wrong.Count == 0 ? 0 : 1;
