using System.Globalization;
using Failover;
using Failover.Rig;
using Stalls;

// stalls MINUTES: 40 callers ask five times a second while others do all that can make a gate wait. Nobody of the 40 may notice.
if (args.Length > 1 || !double.TryParse(args.FirstOrDefault() ?? "60", NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) || minutes is < 0.1 or > 600)
{
    Console.Error.WriteLine("usage: bench/soak/stalls [MINUTES: 0.1 to 600; 60]");
    return 2;
}

// What a caller may wait at most. An answer takes about a millisecond; the rest is the machine's own unrest.
var limit = TimeSpan.FromMilliseconds(500);
using var lateness = new Lateness();
await using var stage = await Stage.SetAsync(ProxyKind.PodGate, Rows.All[0], CancellationToken.None);
var gate = ((PodGateProxy)stage.Proxy).Gate;
await using var callers = new Callers(stage);
await Task.Delay(TimeSpan.FromSeconds(10));
callers.All.Clear();

await using (var carriers = new Carriers(stage))
await using (var troublemakers = new Troublemakers(stage))
{
    var end = stage.Clock.Elapsed + TimeSpan.FromMinutes(minutes);
    while (stage.Clock.Elapsed < end)
    {
        await Task.Delay(TimeSpan.FromSeconds(Math.Clamp((end - stage.Clock.Elapsed).TotalSeconds, 0.1, 60)));
        var worst = callers.All.IsEmpty ? TimeSpan.Zero : callers.All.Max(seen => seen.Took);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{stage.Clock.Elapsed:hh\\:mm\\:ss}  {callers.All.Count} answers, slowest {worst.TotalMilliseconds:0} ms, {troublemakers.Count} troubles made, {carriers.Megabytes:N0} MB carried, measuring late by {lateness.Worst.TotalMilliseconds:0} ms at most"));
    }
}

await callers.StopAsync();
var all = callers.All.ToArray();
var times = all.Select(seen => seen.Took.TotalMilliseconds).Order().ToArray();
var failed = all.Count(seen => seen.Failure is not null);
var stalled = all.Count(seen => seen.Took > limit);
using var admin = gate.AdminClient();
var metrics = await admin.GetStringAsync(new Uri("/metrics", UriKind.Relative));
var spells = metrics.Split('\n').FirstOrDefault(line => line.StartsWith("podgate_gate_late_spells_total ", StringComparison.Ordinal))?.Split(' ')[1] ?? "?";
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
    {all.Length} requests of the callers in {minutes} min: {failed} failed, {stalled} took more than {limit.TotalMilliseconds:0} ms
    p50 {At(times, 50):0.0} ms, p99 {At(times, 99):0.0} ms, p99.9 {At(times, 99.9):0.0} ms, slowest {times[^1]:0.0} ms
    the gate found itself late {spells} times; the measuring was late by {lateness.Worst.TotalMilliseconds:0} ms at most
    """));
var states = await Task.WhenAll(stage.Pods.Select(pod => gate.StateAsync(pod.Name)));
var well = failed == 0 && stalled == 0 && states.All(state => state == "Open");
if (states.Any(state => state != "Open")) Console.WriteLine($"the pods are {string.Join(", ", states)}, and nothing was wrong with any of them");
Console.WriteLine(well ? "PASS" : "FAIL");
return well ? 0 : 1;

static double At(double[] sorted, double percent) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * percent / 100))];
