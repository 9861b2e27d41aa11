using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace PodGate.TestKit.Servers;

/// <summary>A real Kestrel on a loopback port chosen by the system, bare, with one delegate.</summary>
public sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebServer(WebApplication application, int port, string scheme)
    {
        _application = application;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
        Address = new Uri($"{scheme}://127.0.0.1:{port}");
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The same as an address.</summary>
    public Uri Address { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="serve">What answers each request.</param>
    /// <param name="configure">Sets Kestrel.</param>
    /// <param name="certificate">Makes it speak TLS.</param>
    /// <param name="protocols">The protocols of its listener.</param>
    /// <param name="before">Sets its listener before TLS is added.</param>
    /// <param name="behind">Sets its listener after TLS was added.</param>
    public static async Task<WebServer> StartAsync(
        RequestDelegate serve,
        Action<KestrelServerOptions>? configure = null,
        X509Certificate2? certificate = null,
        HttpProtocols protocols = HttpProtocols.Http1,
        Action<ListenOptions>? before = null,
        Action<ListenOptions>? behind = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            configure?.Invoke(options);
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                before?.Invoke(listen);
                if (certificate is not null) listen.UseHttps(certificate);
                behind?.Invoke(listen);
            });
        });
        var application = builder.Build();
        application.Run(serve);
        await application.StartAsync();
        var url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new WebServer(application, new Uri(url).Port, certificate is null ? "http" : "https");
    }

    /// <summary>Stops at once: what still runs is cut.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
