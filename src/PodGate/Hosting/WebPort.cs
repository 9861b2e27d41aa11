using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using PodGate.Hosting.Certificates;
using PodGate.Operator.Access;
using PodGate.Proxy.Arrivals;

namespace PodGate.Hosting;

/// <summary>
/// One web application on its own listeners: the data port or the admin port. Made from an empty builder, so that neither environment
/// variables of ASP.NET Core, nor an appsettings file, nor a signal reaches it: only the gate starts and stops it.
/// </summary>
internal sealed class WebPort : IAsyncDisposable
{
    private readonly string _what;
    private readonly Listeners _listeners;
    private readonly WebApplication _application;
    private readonly TimeProvider _time;
    private readonly Dictionary<ListenSettings, ListenerCertificate> _certificates;
    private long _connections;

    /// <summary>Sets the port up on sockets that are bound already.</summary>
    /// <param name="what">The configuration key, for errors.</param>
    /// <param name="listeners">Its sockets; owned from now on.</param>
    /// <param name="configure">Sets Kestrel's limits and ways.</param>
    /// <param name="services">What the application needs besides.</param>
    /// <param name="pipeline">Sets the application's pipeline up.</param>
    /// <param name="logs">The gate's one logger factory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="door">Lets connections in; null: all come in as they come.</param>
    /// <param name="inline">Whether requests run on the threads that hear from the sockets; only for a port whose requests never block.</param>
    /// <param name="clientCa">A PEM file with the authorities whose client certificates count; null: none is asked for.</param>
    public WebPort(
        string what,
        Listeners listeners,
        Action<KestrelServerOptions> configure,
        Action<IServiceCollection> services,
        Action<WebApplication> pipeline,
        ILoggerFactory logs,
        TimeProvider time,
        FrontDoor? door = null,
        bool inline = false,
        string? clientCa = null)
    {
        _what = what;
        _listeners = listeners;
        _time = time;
        _certificates = listeners.Bound.Select(bound => bound.Settings).Distinct().Where(settings => settings.Url.Scheme == Uri.UriSchemeHttps)
            .ToDictionary(settings => settings, settings => new ListenerCertificate(what, settings, clientCa, time));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "podgate", EnvironmentName = Environments.Production });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Replace(ServiceDescriptor.Singleton(logs));
        // How long stopping may take is said by whoever stops; the host must not have a second opinion.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.Configure<SocketTransportOptions>(options =>
        {
            options.CreateBoundListenSocket = listeners.Take;
            options.UnsafePreferInlineScheduling = inline;
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            configure(options);
            foreach (var bound in listeners.Bound) options.Listen(bound.EndPoint, listen => Configure(what, listen, bound.Settings, this, door));
            if (listeners.Local is { } local) options.Listen(local.EndPoint, ConfigureLocal);
        });
        services(builder.Services);
        _application = builder.Build();
        pipeline(_application);
    }

    /// <summary>How many connections there are now.</summary>
    public long Connections => Volatile.Read(ref _connections);

    /// <summary>The certificate of each TLS listener.</summary>
    public IReadOnlyCollection<ListenerCertificate> Certificates => _certificates.Values;

    /// <summary>Begins to take connections.</summary>
    /// <param name="cancel">Gives up.</param>
    public async Task StartAsync(CancellationToken cancel)
    {
        try
        {
            await _application.StartAsync(cancel);
        }
        catch (SocketException exception)
        {
            // Two sockets can be bound to one port as long as neither listens: a gate that started at the same moment was faster.
            throw Listeners.Failure(_what, _listeners.Bound[0].Settings, exception);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException or SocketException)
        {
            throw new ListenException($"{_what}: {exception.Message}", exception);
        }
    }

    /// <summary>Takes no more connections from now on. All that were taken stay, idle ones too, until <see cref="StopAsync"/>.</summary>
    public void LetGo() => _listeners.Dispose();

    /// <summary>Takes no more connections, lets what runs finish for a while, and closes what is left then.</summary>
    /// <param name="patience">For how long.</param>
    /// <returns>False when something had to be cut.</returns>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        // Before the web application does it in its own way.
        if (_listeners.AreShared) LetGo();
        using var limit = new CancellationTokenSource(patience, _time);
        await _application.StopAsync(limit.Token);
        return !limit.IsCancellationRequested;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _listeners.Dispose();
    }

    private static void Configure(string what, ListenOptions listen, ListenSettings settings, WebPort port, FrontDoor? door)
    {
        listen.Use(next => connection => port.CountAsync(next, connection));
        listen.Protocols = settings.Protocols switch
        {
            ListenProtocols.Http1 => HttpProtocols.Http1,
            ListenProtocols.Http2 => HttpProtocols.Http2,
            ListenProtocols.Http1AndHttp2 => HttpProtocols.Http1AndHttp2,
            _ => throw new ListenException($"{what}: {settings.Url} has unknown Protocols {settings.Protocols}."),
        };
        var isSecure = settings.Url.Scheme == Uri.UriSchemeHttps;
        door?.AddBeforeTls(listen, isSecure);
        if (!isSecure) return;
        listen.UseHttps(port._certificates[settings].Handshake);
        if (door is not null) FrontDoor.AddBehindTls(listen);
    }

    /// <summary>Who connects is asked for once, of the kernel, before a byte of his is read.</summary>
    private void ConfigureLocal(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection =>
        {
            if (connection.Features.Get<IConnectionSocketFeature>() is { } feature && LocalPeer.Of(feature.Socket) is { } peer) connection.Features.Set(peer);
            return CountAsync(next, connection);
        });
    }

    private async Task CountAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    /// <summary>Neither signals nor a console: the gate owns its lifetime.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
