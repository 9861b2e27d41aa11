using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using PodGate.Control.Probing;

namespace PodGate.Control.Alerts.Channels;

/// <summary>Requests to receivers of alerts. Redirects are not followed, and of the answer only its head is looked at.</summary>
/// <param name="time">The clock.</param>
internal sealed class AlertPost(TimeProvider time) : IDisposable
{
    /// <summary>How long one attempt over HTTP may take.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // The receiver may be outside, behind the house's proxy; one on this machine never is.
        Proxy = new OutsideProxy(HttpClient.DefaultProxy),
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxConnectionsPerServer = 2,
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 16 * 1024,
        ConnectCallback = ConnectAsync,
    });

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Posts JSON once.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="headers">Further headers; their values are visible ASCII.</param>
    /// <param name="cancel">Gives up.</param>
    internal async Task<DeliveryOutcome> SendAsync(
        Uri url, ReadOnlyMemory<byte> body, IEnumerable<(string Name, string Value)> headers, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await AskAsync(request, cancel).ConfigureAwait(false);
    }

    /// <summary>Asks an address once, without a body.</summary>
    /// <param name="url">The address.</param>
    /// <param name="audit">The newest entry of the audit trail, which is said in a header; null: it is not known.</param>
    /// <param name="cancel">Gives up.</param>
    internal async Task<DeliveryOutcome> GetAsync(Uri url, AuditHead? audit, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (audit is not null) request.Headers.Add(AuditHead.Header, string.Create(CultureInfo.InvariantCulture, $"{audit.Number} {audit.Hash}"));
        return await AskAsync(request, cancel).ConfigureAwait(false);
    }

    private async Task<DeliveryOutcome> AskAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", "PodGate");
        try
        {
            using var response = await _http.SendAsync(request, cancel).ConfigureAwait(false);
            return AlertDelivery.Of(response, time.GetUtcNow());
        }
        finally
        {
            // Where sockets complete inline this is a thread of the data plane; what the caller makes of it belongs on the pool.
            await default(PoolHop);
        }
    }

    /// <summary>As the platform connects, but that a name is looked up without the pool's threads.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var addresses = await Resolver.Platform.LookUpAsync(context.DnsEndPoint.Host, cancel).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel).ConfigureAwait(false);
            return new HoppingStream(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The platform's proxy (from the environment), except for this machine.</summary>
    private sealed class OutsideProxy(IWebProxy inner) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => inner.Credentials;
            set => inner.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => inner.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || inner.IsBypassed(host);
    }
}
