using System.Diagnostics;
using PodGate.TestKit;

namespace Speed.Rig;

/// <summary>A proxy that can be measured.</summary>
/// <param name="Key">Its name on the command line.</param>
/// <param name="Name">Its name in tables.</param>
/// <param name="Program">The executable.</param>
/// <param name="Configuration">Its file in bench/speed/proxies; null: it takes arguments only.</param>
internal sealed record ContenderKind(string Key, string Name, string Program, string? Configuration)
{
    /// <summary>Environment variables of its own.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    public static readonly ContenderKind PodGate = new("podgate", "PodGate", "dotnet", "podgate.json");
    public static readonly ContenderKind Stock = new("yarp", "YARP, MapReverseProxy", "dotnet", null);
    public static readonly ContenderKind Direct = new("forwarder", "YARP, forwarder alone", "dotnet", null);
    public static readonly ContenderKind Inline = new("inline", "the same, inline sockets", "dotnet", null)
    {
        Variables = new Dictionary<string, string> { ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1" },
    };
    public static readonly ContenderKind HAProxy = new("haproxy", "HAProxy", "haproxy", "haproxy.cfg");

    public static readonly IReadOnlyList<ContenderKind> All =
    [
        PodGate, Stock, Direct, Inline, HAProxy, new("nginx", "nginx", "nginx", "nginx.conf"), new("caddy", "Caddy", "caddy", "Caddyfile"),
    ];

    /// <summary>PodGate with environment variables, as NAME=VALUE,NAME=VALUE; null when that makes no sense.</summary>
    public static ContenderKind? With(string variables)
    {
        var pairs = variables.Split(',').Select(pair => pair.Split('=', 2)).ToList();
        return pairs.Any(pair => pair.Length != 2 || pair[0].Length == 0)
            ? null
            : PodGate with { Name = $"PodGate {variables}", Variables = pairs.ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal) };
    }

    /// <summary>Whether it is there.</summary>
    public bool IsInstalled => Program == "dotnet" || (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, Program)));
}

/// <summary>A contender does not come to serve: its row is broken off, and the others go on.</summary>
internal sealed class DoesNotServeException(string message) : Exception(message);

/// <summary>A proxy that runs, with pods behind it.</summary>
internal sealed class Contender : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private readonly ForeignProcess _child;

    private Contender(ContenderKind kind, ForeignProcess child, int port, int tlsPort)
    {
        Kind = kind;
        _child = child;
        Plain = new Uri($"http://127.0.0.1:{port}");
        Secure = new Uri($"https://127.0.0.1:{tlsPort}");
    }

    public ContenderKind Kind { get; }

    /// <summary>Where it takes HTTP/1.1.</summary>
    public Uri Plain { get; }

    /// <summary>Where it takes TLS, with HTTP/1.1 and HTTP/2.</summary>
    public Uri Secure { get; }

    public TimeSpan Cpu => Consumption.Cpu(_child.Ids);

    public double Megabytes => Consumption.Megabytes(_child.Ids);

    /// <summary>What it has for itself, and its part of what its processes share.</summary>
    public double ProportionalMegabytes => Consumption.ProportionalMegabytes(_child.Ids);

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="ground">What all share.</param>
    /// <param name="cores">Its processors.</param>
    /// <param name="pods">The pods' addresses.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="directory">Where it keeps what it keeps; null: a new one, without memory.</param>
    /// <param name="init">Whether that directory is new.</param>
    /// <param name="clients">How many clients it must take at once; null: as many as rows under load need.</param>
    public static async Task<Contender> StartAsync(
        ContenderKind kind, Ground ground, ulong cores, IReadOnlyList<string> pods, CancellationToken cancel, string? directory = null, bool init = false,
        int? clients = null)
    {
        var isNew = init || directory is null;
        directory ??= Directory.CreateDirectory(Path.Combine(ground.Folder, $"{kind.Key}-{Guid.NewGuid():N}")).FullName;
        var (port, tlsPort) = (Ground.FreePort(), Ground.FreePort());
        var file = Path.Combine(directory, kind.Configuration ?? "none");
        if (kind.Configuration is not null)
            await File.WriteAllTextAsync(file, ground.Fill(kind.Configuration, port, tlsPort, pods, System.Numerics.BitOperations.PopCount(cores), directory, clients), cancel);
        string[] arguments = kind.Key switch
        {
            "podgate" => ["exec", Built.Find("src/PodGate", "podgate.dll"), "serve", "--config", file, .. isNew ? ["--init"] : Array.Empty<string>()],
            "yarp" => ["exec", Built.Find("bench/speed/peers", "Peers.dll"), "yarp-map", $"{port}", $"{tlsPort}", ground.Certificate, ground.Key, .. pods],
            "forwarder" or "inline" => ["exec", Built.Find("bench/speed/peers", "Peers.dll"), "yarp-direct", $"{port}", $"{tlsPort}", ground.Certificate, ground.Key, .. pods],
            "haproxy" => ["-db", "-f", file],
            "nginx" => ["-p", directory, "-e", "stderr", "-c", file],
            "caddy" => ["run", "--adapter", "caddyfile", "--config", file],
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind.Key, "not a known contender"),
        };
        var contender = new Contender(kind, Cores.Start(cores, kind.Program, arguments, directory, kind.Variables), port, tlsPort);
        if (await Ground.ServesAsync(new Uri(contender.Plain, "/health"), LongestStart, contender._child, cancel)) return contender;
        var said = contender._child.Output;
        await contender.DisposeAsync();
        throw new DoesNotServeException($"{kind.Name} does not serve within {LongestStart.TotalSeconds:0} s; it printed:\n{said}");
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
