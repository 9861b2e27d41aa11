using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PodGate.Control.Configuration;
using PodGate.Hosting;
using PodGate.Operator;

namespace PodGate.Tests.Hosting;

/// <summary>A whole gate in this process, from a configuration file of its own directory, in front of pods that really listen.</summary>
internal sealed class GateRig : IAsyncDisposable
{
    private readonly List<WebApplication> _pods = [];

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("podgate-gate-").FullName;

    public StringWriter Log { get; } = new();

    public Gate? Gate { get; private set; }

    /// <summary>The fingerprint of the one certificate that the client trusts.</summary>
    public string? Fingerprint { get; set; }

    public HttpClient Client { get; }

    private GateRig() => Client = new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == Fingerprint },
    })
    { Timeout = TimeSpan.FromSeconds(20) };

    public string ConfigPath => Path.Combine(Directory, "podgate.json");

    public string State => Path.Combine(Directory, "state");

    public static Task<GateRig> CreateAsync() => Task.FromResult(new GateRig());

    /// <summary>Starts a pod that answers its name, and slowly under /slow.</summary>
    public async Task<string> PodAsync(string name, TaskCompletionSource? slow = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var pod = builder.Build();
        pod.Run(async context =>
        {
            if (context.Request.Path == "/slow" && slow is not null)
            {
                await context.Response.WriteAsync("begun ");
                await context.Response.Body.FlushAsync();
                await slow.Task.WaitAsync(TimeSpan.FromSeconds(20));
            }

            await context.Response.WriteAsync(name);
        });
        await pod.StartAsync();
        _pods.Add(pod);
        return pod.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public void Configure(string listen, string pods, string more = "", string admin = "\"http://127.0.0.1:0\"") => File.WriteAllText(ConfigPath, $$"""
        {
          "Listen": [{{listen}}],
          "Admin": { "Listen": {{admin}} },
          "Probing": { "Interval": "00:00:00.100", "FastInterval": "00:00:00.050" },
          "Ramp": { "Duration": "00:00:00" },{{more}}
          "Pods": { {{pods}} }
        }
        """);

    public async Task<Gate> StartAsync(bool init = true, IReadOnlyDictionary<string, string>? environment = null)
    {
        var options = new GateOptions(ConfigPath, init) { LogOutput = Log, Environment = environment ?? new Dictionary<string, string>() };
        var loaded = new ConfigurationLoader(options.Time).LoadFile(options.ConfigPath, options.Environment);
        loaded.Errors.Should().BeEmpty();
        return Gate = await Gate.StartAsync(options, loaded, CancellationToken.None);
    }

    public async Task<HttpResponseMessage> AdminAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, Gate!.AdminUrl + path);
        var token = await File.ReadAllTextAsync(Path.Combine(State, TokenStore.OperatorTokenFile));
        request.Headers.Authorization = new("Bearer", token.Trim());
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Client.SendAsync(request);
    }

    /// <summary>Asks until the answer is as wanted, at most 15 s long.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await wanted())
        {
            if (limit.IsCancellationRequested) throw new TimeoutException($"Not within 15 s: {what}.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public Task UntilServingAsync(string url) => UntilAsync($"{url} answers 200", async () => (await Client.GetAsync(url)).StatusCode == HttpStatusCode.OK);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (Gate is not null) await Gate.DisposeAsync();
        foreach (var pod in _pods) await pod.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
