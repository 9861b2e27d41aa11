using System.Diagnostics;

namespace Scale;

/// <summary>
/// A fleet that never comes to rest: at any time half of the pods say that they are sick, and every five seconds it is the other half. The guard keeps what it must;
/// who is latched stays out, as it should.
/// </summary>
internal static class UnrestRow
{
    private const int Count = 100;
    private static readonly TimeSpan Half = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(60);

    public static async Task MeasureAsync()
    {
        await using var pods = await Pods.StartAsync();
        await using var running = await Running.StartAsync(pods.Take(Count));
        await using var callers = new Callers(running.Gate.Data);
        var calm = await running.ShareOfACoreAsync(TimeSpan.FromSeconds(15));
        callers.Begin();
        var (before, memory, clock) = (await running.MetricAsync("podgate_transitions_total"), running.Megabytes, Stopwatch.StartNew());
        pods.IsWell = number => (((int)(clock.Elapsed / Half)) + number) % 2 == 0;
        var share = await running.ShareOfACoreAsync(Span);
        var transitions = await running.MetricAsync("podgate_transitions_total") - before;
        var journal = Directory.EnumerateFiles(running.Gate.StateDirectory, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) / 1e6;
        Console.WriteLine($"in {Span.TotalSeconds:0} s: {transitions:N0} transitions, {share:0.0} % of a core (calm, with the same clients: {calm:0.0} %)");
        Console.WriteLine($"resident memory {memory:0} -> {running.Megabytes:0} MB, state directory {journal:0.0} MB; {await running.CountAsync("Latched")} pods latched");
        Console.WriteLine($"clients meanwhile: {callers}");
    }
}
