using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Proxy.Arrivals;
using PodGate.TestKit.Servers;

namespace PodGate.Proxy.Tests.Rig;

/// <summary>The request path on a real listener, with a board and a log of signals, and clients with loopback addresses of their own.</summary>
public sealed class Gate : IAsyncDisposable
{
    private readonly WebServer _server;
    private readonly List<IDisposable> _clients = [];

    private Gate(WebServer server, Board board, SignalLog signals, ProxyPipeline pipeline)
    {
        _server = server;
        Board = board;
        Signals = signals;
        Pipeline = pipeline;
    }

    public static X509Certificate2 Certificate { get; } = MakeCertificate();

    public Board Board { get; }

    public SignalLog Signals { get; }

    public ProxyPipeline Pipeline { get; }

    public Uri Address => _server.Address;

    public IPEndPoint EndPoint => _server.EndPoint;

    public static async Task<Gate> StartAsync(Board board, ProxySettings? settings = null, bool secure = false, Func<int, int>? chance = null, TimeProvider? time = null)
    {
        // The machine may be busy; only a test about the connect timeout is about it.
        settings ??= new ProxySettings { ConnectTimeout = TimeSpan.FromSeconds(10) };
        var signals = new SignalLog();
        var pipeline = new ProxyPipeline(
            board, signals, settings, time ?? TimeProvider.System, NullLoggerFactory.Instance, IsOurs, chance ?? (_ => 0));
        var server = await WebServer.StartAsync(
            pipeline.InvokeAsync,
            DataPort.Configure,
            secure ? Certificate : null,
            secure ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1,
            listen => pipeline.Door.AddBeforeTls(listen, secure),
            listen =>
            {
                if (secure) FrontDoor.AddBehindTls(listen);
            });
        return new Gate(server, board, signals, pipeline);
    }

    /// <summary>A client whose connections come from the address.</summary>
    public HttpClient Client(string from = "127.0.0.1", Version? version = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, cancel) => new NetworkStream(await ConnectAsync(from, cancel), ownsSocket: true),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = IsOurs;
        var client = new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
        if (version is not null)
        {
            client.DefaultRequestVersion = version;
            client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        _clients.Add(client);
        return client;
    }

    public async Task<Socket> ConnectAsync(string from = "127.0.0.1", CancellationToken cancel = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(EndPoint, cancel);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        await _server.DisposeAsync();
        Pipeline.Dispose();
    }

    private static bool IsOurs(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate?.GetCertHashString() == Certificate.GetCertHashString();

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
