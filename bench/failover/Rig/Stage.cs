using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace Failover.Rig;

/// <summary>Three pods and one proxy in front, all real processes, for one row with one proxy; ended by their own ids whatever happens.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly string[] Names = ["pod-a", "pod-b", "pod-c"];
    private const string Domain = "pods.test";
    private PrivateResolver? _resolver;
    private Intruder? _intruder;
    private bool _byName;

    private Stage(ProxyKind kind)
    {
        Kind = kind;
        Proxy = kind.Make();
    }

    public ProxyKind Kind { get; }

    public Proxy Proxy { get; }

    /// <summary>The network namespace that everything lives in; null: the machine's own.</summary>
    public TestNamespace? Inside { get; private set; }

    public List<PodProcess> Pods { get; } = [];

    /// <summary>The pod that the fault is done to; chosen when the callers are spread.</summary>
    public PodProcess Faulty { get; set; } = null!;

    /// <summary>All times of a run are read from it.</summary>
    public Stopwatch Clock { get; } = Stopwatch.StartNew();

    public PrivateResolver Resolver => _resolver ?? throw new InvalidOperationException("only rows by name have a resolver");

    public static async Task<Stage> SetAsync(ProxyKind kind, Row row, CancellationToken cancel)
    {
        var stage = new Stage(kind);
        try
        {
            if (row.Namespace) stage.Inside = await TestNamespace.CreateAsync();
            if (row.ByName) stage._resolver = new PrivateResolver(stage.Inside!);
            stage._byName = row.ByName;
            stage.Pods.AddRange(await Task.WhenAll(Names.Select(name => PodProcess.StartAsync(name, inside: stage.Inside))));
            cancel.ThrowIfCancellationRequested();

            // The first requests of a process are slow, and not what is measured.
            foreach (var pod in stage.Pods) await stage.WarmAsync(pod, cancel);
            await stage.Proxy.StartAsync(stage, cancel);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>The host that proxies are told.</summary>
    public string HostOf(PodProcess pod) => _byName ? $"{pod.Name}.{Domain}" : pod.Url.Host;

    /// <summary>The pod that a response header means: a name, or an address, or the last of several.</summary>
    public string? PodNamed(string? header)
    {
        if (header is null) return null;
        var last = header.Split(',')[^1].Trim();
        var port = last[(last.LastIndexOf(':') + 1)..];
        return Pods.FirstOrDefault(pod => pod.Name == last || pod.Url.Port.ToString(CultureInfo.InvariantCulture) == port)?.Name;
    }

    /// <summary>Switches faults of the sick pod on or off.</summary>
    public Task FaultAsync(string? health = null, string? requests = null) => FaultAsync(Faulty, health, requests);

    public async Task FaultAllAsync(string requests) => await Task.WhenAll(Pods.Select(pod => FaultAsync(pod, null, requests)));

    /// <summary>Lets a client in that does harm.</summary>
    public void Intrude(string path, string headers = "", bool aborts = false)
    {
        _intruder = new Intruder(this, path, headers, aborts);
        _intruder.Start();
    }

    /// <summary>Shuts it out.</summary>
    public async Task ShutOutAsync()
    {
        if (_intruder is not null) await _intruder.DisposeAsync();
    }

    /// <summary>That the fault was one: what only the stage knows of it, or null.</summary>
    public string? Note() =>
        _intruder is not null ? string.Create(CultureInfo.InvariantCulture, $"it asked {_intruder.Requests} times")
        : _resolver is not null ? string.Create(CultureInfo.InvariantCulture, $"the silent resolver was asked {_resolver.AskedInVain} times")
        : null;

    /// <summary>How many client requests reached the sick pod in this life of its process, and when the last did; null: it does not say.</summary>
    public async Task<(long Total, DateTimeOffset? Last)?> CountAsync()
    {
        try
        {
            using var client = Client(Faulty, TimeSpan.FromSeconds(1));
            var count = (await client.GetFromJsonAsync<JsonNode>("/requests"))!;
            return ((long)count["total"]!, (DateTimeOffset?)count["last"]);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ShutOutAsync();
        await Proxy.DisposeAsync();
        foreach (var pod in Pods) await pod.DisposeAsync();
        if (_resolver is not null) await _resolver.DisposeAsync();
        if (Inside is not null) await Inside.DisposeAsync();
    }

    private HttpClient Client(PodProcess pod, TimeSpan timeout) => SourceClient.From(IPAddress.Loopback, pod.Url, timeout, Inside);

    private async Task FaultAsync(PodProcess pod, string? health, string? requests)
    {
        using var client = Client(pod, TimeSpan.FromSeconds(5));
        (await client.PostAsJsonAsync("/faults", new { health, requests })).EnsureSuccessStatusCode();
    }

    private async Task WarmAsync(PodProcess pod, CancellationToken cancel)
    {
        using var client = Client(pod, TimeSpan.FromSeconds(10));
        for (var i = 0; i < 20; i++)
        {
            using var echo = await client.GetAsync(new Uri("/echo", UriKind.Relative), cancel);
            using var health = await client.GetAsync(new Uri("/health", UriKind.Relative), cancel);
        }
    }
}
