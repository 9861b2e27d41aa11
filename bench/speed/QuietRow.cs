using System.Globalization;
using Speed.Rig;

namespace Speed;

/// <summary>
/// What each idle WebSocket adds to the memory of its proxy, both legs, by steps. The clients come from many addresses; what they and the pod need is in other
/// processes and does not count. Each contender alone, new for this, on all processors; each WebSocket has carried a message.
/// </summary>
internal sealed record QuietRow(string Name, string Title) : Row(Name, Title)
{
    private const int Wanted = 10_000;

    // Listeners, logs, libraries, probes.
    private const int OtherDescriptors = 400;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>How many there are at each step. A proxy needs two descriptors for each: where the system allows fewer, the last step is shorter.</summary>
    public static readonly IReadOnlyList<int> Steps = [0, 2_000, Math.Min(Wanted, (Descriptors() - OtherDescriptors) / 2 / 100 * 100)];

    /// <summary>The name of what each of them adds between two steps.</summary>
    public static string Quantity(int from, int to) => string.Create(CultureInfo.InvariantCulture, $"kB each, {from:N0} to {to:N0}");

    public override async Task MeasureAsync(Bench bench)
    {
        if (Steps[^1] < Wanted) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Steps[^1]:N0} instead of {Wanted:N0}: a process may have {Descriptors():N0} descriptors"));
        foreach (var kind in bench.Kinds)
        {
            await bench.Ground.RenewEchoAsync(bench.Cancel);
            await using var contender = await Contender.StartAsync(kind, bench.Ground, Cores.All, [bench.Ground.Echo], bench.Cancel, clients: Steps[^1] + 20);
            var open = new List<Sockets>();
            try
            {
                var (resident, proportional) = await AtRestAsync(bench, contender);
                bench.Figures.Add(Name, kind.Name, "MB with none", resident);
                foreach (var (from, to) in Steps.Zip(Steps.Skip(1)))
                {
                    open.Add(await Sockets.QuietWebSocketsAsync(contender.Plain, from, to - from, bench.Cancel));
                    var (before, proportionalBefore) = (resident, proportional);
                    (resident, proportional) = await AtRestAsync(bench, contender);
                    bench.Figures.Add(Name, kind.Name, string.Create(CultureInfo.InvariantCulture, $"MB with {to:N0}"), resident);
                    bench.Figures.Add(Name, kind.Name, Quantity(from, to), (resident - before) * 1000 / (to - from));
                    bench.Figures.Add(Name, kind.Name, Quantity(from, to) + ", PSS", (proportional - proportionalBefore) * 1000 / (to - from));
                }
            }
            finally
            {
                open.ForEach(sockets => sockets.Dispose());
            }

            bench.Say(this, kind.Name);
        }
    }

    /// <summary>What it has, resident and by its part of what is shared, as soon as that stands still.</summary>
    private static async Task<(double Resident, double Proportional)> AtRestAsync(Bench bench, Contender contender)
    {
        const int Stands = 3;
        var (last, same) = (contender.Megabytes, 0);
        for (var waited = TimeSpan.Zero; same < Stands && waited < Longest; waited += Look)
        {
            await Task.Delay(Look, bench.Cancel);
            var now = contender.Megabytes;
            same = Math.Abs(now - last) < last / 500 ? same + 1 : 0;
            last = now;
        }

        return (last, contender.ProportionalMegabytes);
    }

    /// <summary>How many descriptors a process may have; what is started from here may have as many.</summary>
    private static int Descriptors()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return int.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }
}
