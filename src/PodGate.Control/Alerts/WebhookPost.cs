using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using PodGate.Control.Probing;
using PodGate.Core.Health;

namespace PodGate.Control.Alerts;

/// <summary>One POST of one alert. Redirects are not followed, and of the answer only its head is looked at.</summary>
/// <param name="gate">The gate's name or id.</param>
/// <param name="time">The clock.</param>
/// <param name="audit">The head of the audit trail at the moment of an attempt.</param>
internal sealed class WebhookPost(string gate, TimeProvider time, Func<AuditHead?> audit) : IDisposable
{
    private const int SentenceLimit = 1_000;

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

    /// <summary>Makes one attempt.</summary>
    /// <param name="alert">What.</param>
    /// <param name="webhook">Where to.</param>
    /// <param name="cancel">Gives up.</param>
    internal async Task<DeliveryOutcome> SendAsync(Alert alert, Uri webhook, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook) { Content = new ByteArrayContent(Write(alert)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "PodGate");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", alert.Id);
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

    private byte[] Write(Alert alert)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("id", alert.Id);
            json.WriteString("kind", alert.Kind);
            json.WriteString("severity", alert.Severity switch { AlertSeverity.Page => "page", AlertSeverity.Warning => "warning", _ => "info" });
            json.WriteString("pod", alert.Pod);
            json.WriteString("cause", alert.Cause?.ToString());
            json.WriteString("sentence", CleanText.Of(alert.Sentence, SentenceLimit));
            json.WriteString("at", alert.At);
            json.WriteBoolean("resolved", alert.Resolved);
            json.WriteString("gate", gate);
            Write(json, audit());
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static void Write(Utf8JsonWriter json, AuditHead? head)
    {
        json.WritePropertyName("audit");
        if (head is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("number", head.Number);
        json.WriteString("hash", head.Hash);
        json.WriteEndObject();
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
