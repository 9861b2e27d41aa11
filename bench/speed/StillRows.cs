using System.Diagnostics;
using Speed.Rig;

namespace Speed;

/// <summary>Resident memory: after the start, after a minute of full load, and what idle connections and WebSockets add. Each contender alone, new for this.</summary>
internal sealed record MemoryRow(string Name, string Title) : Row(Name, Title)
{
    private const int Idle = 2_000;
    private const int WebSockets = 1_000;

    public override async Task MeasureAsync(Bench bench)
    {
        foreach (var kind in bench.Kinds)
        {
            await using (var contender = await Contender.StartAsync(kind, bench.Ground, Cores.All, bench.Ground.Pods(3), bench.Cancel))
            {
                await SettleAsync(bench);
                bench.Figures.Add(Name, kind.Name, "MB idle", contender.Megabytes);
                var load = await Load.H2LoadAsync(new Uri(contender.Plain, "/small"), Math.Min(60, bench.Options.Seconds * 12), ["--h1"], Cores.All, null, null, bench.Cancel);
                load.Well(Name, kind.Name);
                bench.Figures.Add(Name, kind.Name, "MB after load", contender.Megabytes);
            }

            await using (var contender = await Contender.StartAsync(kind, bench.Ground, Cores.All, bench.Ground.Pods(3), bench.Cancel))
            {
                await AddAsync(bench, contender, $"kB for each of {Idle:N0} idle connections", Idle, count => Sockets.IdleAsync(contender.Plain, count, bench.Cancel));
            }

            await using (var contender = await Contender.StartAsync(kind, bench.Ground, Cores.All, [bench.Ground.Echo], bench.Cancel))
            {
                await AddAsync(
                    bench, contender, $"kB for each of {WebSockets:N0} idle WebSockets, both legs", WebSockets,
                    count => Sockets.WebSocketsAsync(contender.Plain, count, bench.Cancel));
            }

            bench.Say(this, kind.Name);
        }
    }

    /// <summary>A few at first, so that what there is only once is there already.</summary>
    private async Task AddAsync(Bench bench, Contender contender, string quantity, int count, Func<int, Task<Sockets>> open)
    {
        using var first = await open(50);
        await SettleAsync(bench);
        var before = contender.Megabytes;
        using var all = await open(count);
        await SettleAsync(bench);
        bench.Figures.Add(Name, contender.Kind.Name, quantity, (contender.Megabytes - before) * 1000 / count);
    }

    private static Task SettleAsync(Bench bench) => Task.Delay(TimeSpan.FromSeconds(5), bench.Cancel);
}

/// <summary>Fleets of other sizes: what probing them costs, and whether a request notices.</summary>
internal sealed record PodsRow(string Name, string Title) : Row(Name, Title)
{
    public override async Task MeasureAsync(Bench bench)
    {
        // Those that can be told to look at every pod each second.
        string[] probing = ["podgate", "haproxy"];
        foreach (var count in new[] { 1, 3, 100, 1_000 })
        {
            await using var field = await bench.StartFieldAsync(Cores.First, bench.Ground.Pods(count), kind => probing.Contains(kind.Key));
            foreach (var contender in field.Running) await bench.WarmAsync(contender);
            for (var round = 0; round < bench.Options.Rounds; round++)
            {
                foreach (var contender in field.Running)
                {
                    var (cpu, begun) = (contender.Cpu, Stopwatch.GetTimestamp());
                    await Task.Delay(TimeSpan.FromSeconds(bench.Options.Seconds), bench.Cancel);
                    var idle = (contender.Cpu - cpu) / Stopwatch.GetElapsedTime(begun);
                    bench.Figures.Add(Name, contender.Kind.Name, $"% of a core for probes of {count}", idle * 100);
                    cpu = contender.Cpu;
                    var load = await Load.H2LoadAsync(new Uri(contender.Plain, "/small"), bench.Options.Seconds, ["--h1"], Cores.Second, null, null, bench.Cancel);
                    var met = load.Well(Name, contender.Kind.Name);
                    var probes = TimeSpan.FromSeconds(idle * met.Seconds);
                    bench.Figures.Add(Name, contender.Kind.Name, $"CPU µs beside that, {count} pods", (contender.Cpu - cpu - probes).TotalMicroseconds / met.Requests);
                    bench.Figures.Add(Name, contender.Kind.Name, $"MB, {count} pods", contender.Megabytes);
                }
            }
        }

        foreach (var kind in bench.Kinds.Where(kind => probing.Contains(kind.Key))) bench.Say(this, kind.Name);
    }
}

/// <summary>The time until a request is served, by a gate that ran before: its journal is there and its pods are known.</summary>
internal sealed record StartRow(string Name, string Title) : Row(Name, Title)
{
    public override async Task MeasureAsync(Bench bench)
    {
        foreach (var kind in bench.Kinds)
        {
            var directory = Directory.CreateDirectory(Path.Combine(bench.Ground.Folder, $"start-{kind.Key}-{Guid.NewGuid():N}")).FullName;
            if (kind.Key == ContenderKind.PodGate.Key)
            {
                await using var first = await Contender.StartAsync(kind, bench.Ground, Cores.All, bench.Ground.Pods(3), bench.Cancel, directory, init: true);
                await Task.Delay(TimeSpan.FromSeconds(5), bench.Cancel);
            }

            for (var round = 0; round < bench.Options.Rounds; round++)
            {
                var begun = Stopwatch.GetTimestamp();
                await using var contender = await Contender.StartAsync(kind, bench.Ground, Cores.All, bench.Ground.Pods(3), bench.Cancel, directory);
                bench.Figures.Add(Name, kind.Name, "seconds", Stopwatch.GetElapsedTime(begun).TotalSeconds);
            }

            bench.Say(this, kind.Name);
        }
    }
}
