using Speed.Rig;

namespace Speed;

/// <summary>One thing that is measured with every contender.</summary>
internal abstract record Row(string Name, string Title)
{
    /// <summary>Processor time for each request (or message), in microseconds.</summary>
    public const string Cpu = "CPU µs";

    /// <summary>Requests (or messages) a second.</summary>
    public const string Rate = "a second";

    private static readonly byte[] TenKilobytes = new byte[10_000];

    public static readonly IReadOnlyList<Row> All =
    [
        new LoadRow("small", "GET, 100 bytes", "/small", ["--h1"]),
        new LoadRow("10k", "GET, 10 kB", "/10k", ["--h1"]),
        new LoadRow("1m", "GET, 1 MB", "/1m", ["--h1"]),
        new LoadRow("post", "POST, 10 kB", "/post", ["--h1"]) { Body = TenKilobytes },
        new LoadRow("close", "GET, 100 bytes, a new connection for each", "/small", []) { NewConnections = true },
        new LoadRow("tls", "GET, 100 bytes, HTTP/1.1 over TLS", "/small", ["--h1"]) { IsSecure = true },
        new LoadRow("h2", "GET, 100 bytes, HTTP/2 over TLS in front", "/small", []) { IsSecure = true },
        new WebSocketRow("websocket", "WebSocket, 100 bytes there and back, 64 connections"),
        new LatencyRow("latency", "GET, 100 bytes, at fixed rates"),
        new LoadRow("two-cores", "GET, 100 bytes, everything on both cores", "/small", ["--h1"]) { Everywhere = true },
        new MemoryRow("memory", "Memory"),
        new QuietRow("idle-websockets", "Memory for idle WebSockets"),
        new PodsRow("pods", "GET, 100 bytes, with 1, 3, 100 and 1,000 pods"),
        new StartRow("start", "From start to the first request served"),
    ];

    /// <summary>Measures all contenders, in turn, round by round.</summary>
    public abstract Task MeasureAsync(Bench bench);
}

/// <summary>As many requests as will go, on connections that are kept.</summary>
internal sealed record LoadRow(string Name, string Title, string Path, IReadOnlyList<string> Arguments) : Row(Name, Title)
{
    public bool IsSecure { get; init; }

    public bool NewConnections { get; init; }

    /// <summary>Contender, load and pods share all processors.</summary>
    public bool Everywhere { get; init; }

    public byte[]? Body { get; init; }

    public override async Task MeasureAsync(Bench bench)
    {
        var field = await bench.FieldAsync(Everywhere ? Cores.All : Cores.First);
        var arguments = Arguments;
        if (Body is not null)
        {
            var file = System.IO.Path.Combine(bench.Ground.Folder, "body");
            await File.WriteAllBytesAsync(file, Body, bench.Cancel);
            arguments = [.. arguments, "-d", file];
        }

        await bench.InTurnAsync(this, field, async contender =>
        {
            var url = new Uri(IsSecure ? contender.Secure : contender.Plain, Path);
            var generators = Everywhere ? Cores.All : Cores.Second;
            await bench.MeterAsync(this, contender, () => NewConnections
                ? Load.NewConnectionsAsync(url, bench.Options.Seconds, generators, bench.Cancel)
                : Load.H2LoadAsync(url, bench.Options.Seconds, arguments, generators, null, null, bench.Cancel));
        });
    }
}

/// <summary>Messages over WebSockets that go back and forth.</summary>
internal sealed record WebSocketRow(string Name, string Title) : Row(Name, Title)
{
    private const int Connections = 64;

    public override async Task MeasureAsync(Bench bench)
    {
        await using var field = await bench.StartFieldAsync(Cores.First, [bench.Ground.Echo]);
        await bench.InTurnAsync(this, field, async contender =>
        {
            using var sockets = await Sockets.WebSocketsAsync(contender.Plain, Connections, bench.Cancel);
            await sockets.TalkAsync(1, bench.Cancel);
            await bench.MeterAsync(this, contender, () => sockets.TalkAsync(bench.Options.Seconds, bench.Cancel));
        });
    }
}

/// <summary>
/// Requests at fixed times on 64 connections; one that finds the answer before it still missing goes out when that has come, and counts from then on. So a contender
/// that cannot keep up would look better than it is: its figures are left out then. The rates are shares of what PodGate manages on one core in this run, and the same
/// for all; what a pod takes without anything in front is measured too, so that the difference is what was added.
/// </summary>
internal sealed record LatencyRow(string Name, string Title) : Row(Name, Title)
{
    public static readonly IReadOnlyList<int> Shares = [30, 50, 70];

    // Of the requests that were due.
    private const double LeastSent = 0.99;

    /// <summary>The name of what has nothing in front.</summary>
    public const string Nothing = "pod alone";

    /// <summary>The name of a percentile at a share.</summary>
    public static string Quantity(int share, string percentile) => $"p{percentile} ms at {share} %";

    public override async Task MeasureAsync(Bench bench)
    {
        var field = await bench.FieldAsync(Cores.First);
        var most = bench.Figures.Median("small", ContenderKind.PodGate.Name, Rate);
        if (double.IsNaN(most))
        {
            await All.First(row => row.Name == "small").MeasureAsync(bench);
            most = bench.Figures.Median("small", ContenderKind.PodGate.Name, Rate);
        }

        for (var round = 0; round < bench.Options.Rounds; round++)
        {
            foreach (var share in Shares)
            {
                foreach (var (name, url) in field.Running.Select(one => (one.Kind.Name, one.Plain)).Append((Nothing, new Uri($"http://{bench.Ground.Pods(1)[0]}"))))
                {
                    var rate = most * share / 100;
                    var load = await Load.H2LoadAsync(new Uri(url, "/small"), bench.Options.Seconds, ["--h1"], Cores.Second, bench.Ground.Folder, rate, bench.Cancel);
                    var met = load.Well(Name, name);
                    if (met.Requests / met.Seconds >= rate * LeastSent)
                    {
                        bench.Figures.Add(Name, name, Quantity(share, "50"), met.Percentile(50));
                        bench.Figures.Add(Name, name, Quantity(share, "99"), met.Percentile(99));
                    }

                    bench.Figures.Add(Name, name, $"rate at {share} %", met.Requests / met.Seconds);
                }
            }
        }

        foreach (var name in field.Running.Select(one => one.Kind.Name).Append(Nothing)) bench.Say(this, name);
    }
}
