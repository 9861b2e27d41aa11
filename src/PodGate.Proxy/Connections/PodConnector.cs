using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Connections;

/// <summary>
/// Makes a line's connections: to the addresses that were resolved off the request path, one after the other, within the connect
/// timeout. Nothing is looked up here, so that a slow name server never delays a request.
/// </summary>
internal sealed class PodConnector(PodLine line, LineOptions options)
{
    /// <summary>An idle connection is kept this long; shorter than most servers keep theirs, so that it is seldom the pod that closes first.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The oldest a connection gets before it is made anew, so that a pod that moved to another address is followed.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>A handler that only carries: no proxy, no cookies, no redirects, no decompression, no tracing headers.</summary>
    public SocketsHttpHandler MakeHandler()
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = IdleTimeout,
            PooledConnectionLifetime = Lifetime,
            ConnectCallback = (context, cancel) => ConnectAsync(context.InitialRequestMessage, cancel),
            RequestHeaderEncodingSelector = BeforeHeaders,

            // What nobody wants to the end is not read to the end: the connection would be kept, and the pod kept waiting, for up to 2 s.
            ResponseDrainTimeout = TimeSpan.Zero,

            // The connector has its own clock.
            ConnectTimeout = Timeout.InfiniteTimeSpan,
        };
        return handler;
    }

    /// <summary>
    /// The handler asks for the encoding of each header while it writes a request's head into the connection's buffer, before anything is
    /// flushed; it is the last moment at which a request can be kept back. That matters since a request that waits for a connection may
    /// be given one that another request has just returned, long after the pod was taken out of the traffic.
    /// </summary>
    private Encoding? BeforeHeaders(string name, HttpRequestMessage request)
    {
        if (!line.Admits) throw line.TooLate();
        if (request.RequestUri is ForwardTarget target) target.IsBeingWritten(request.Version);

        // Kestrel reads header values as UTF-8: written the same way they reach the pod as the client sent them.
        return Encoding.UTF8;
    }

    private async ValueTask<Stream> ConnectAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        if (!line.Admits) throw line.TooLate();
        var endpoints = line.Channel.Route.Endpoints;
        if (endpoints.IsDefaultOrEmpty)
            throw new PodConnectException(ConnectFault.Failed, $"No address of pod {line.Channel.Name} ({line.Address.Host}) is known yet.");

        using var timer = new CancellationTokenSource(options.ConnectTimeout(), options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, line.Withdrawal, timer.Token);
        var socket = await ConnectAsync(endpoints, timer, stop.Token, cancel);
        try
        {
            if (!line.Admits) throw line.TooLate();
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (!line.IsSecure) return new PodStream(stream);

            // The handler takes a stream of this type for one that is secure already.
            var secure = await SecureAsync(stream, request.Version.Major >= 2, timer, stop.Token, cancel);
            return request.RequestUri!.Scheme == Uri.UriSchemeHttps ? secure : new PodStream(secure);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Socket> ConnectAsync(
        ImmutableArray<IPEndPoint> endpoints, CancellationTokenSource timer, CancellationToken stop, CancellationToken caller)
    {
        PodConnectException? worst = null;
        for (var i = 0; i < endpoints.Length; i++)
        {
            // Each address gets its part, so that one that does not answer cannot take everything.
            using var part = new CancellationTokenSource(options.ConnectTimeout() / endpoints.Length, options.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, part.Token);
            Socket? socket = null;
            try
            {
                // Even this can fail: a gate without a free descriptor must not take that for the pod's refusal.
                socket = new Socket(endpoints[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(endpoints[i], either.Token);
                return socket;
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                socket?.Dispose();
                if (IsUnwanted(exception, caller)) throw;
                var fault = Explain(exception, endpoints[i], timer.IsCancellationRequested || part.IsCancellationRequested);
                if (fault.Fault == ConnectFault.Withdrawn || timer.IsCancellationRequested) throw fault;
                if (worst is null || fault.Fault != ConnectFault.Refused) worst = fault;
            }
        }

        throw worst!;
    }

    /// <summary>Whether nobody wants the connection any more, which is not a word about the pod.</summary>
    private bool IsUnwanted(Exception exception, CancellationToken caller) =>
        exception is OperationCanceledException && caller.IsCancellationRequested && line.Admits;

    private PodConnectException Explain(Exception exception, object endpoint, bool timedOut)
    {
        if (!line.Admits) return line.TooLate();
        if (exception is OperationCanceledException || timedOut)
            return new PodConnectException(ConnectFault.TimedOut, $"Pod {line.Channel.Name} did not take a connection at {endpoint} in time.", exception);
        var fault = (exception as SocketException)?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => ConnectFault.Refused,
            SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown => ConnectFault.TimedOut,
            _ => ConnectFault.Failed,
        };
        return new PodConnectException(fault, $"Pod {line.Channel.Name} could not be connected at {endpoint}: {exception.Message}", exception);
    }

    private async Task<SslStream> SecureAsync(Stream inner, bool isHttp2, CancellationTokenSource timer, CancellationToken stop, CancellationToken caller)
    {
        var turns = new TurnStream(inner) { HopsAlways = true };
        var secure = new SslStream(turns, leaveInnerStreamOpen: false);
        try
        {
            var how = new SslClientAuthenticationOptions
            {
                TargetHost = line.Address.IdnHost,
                ApplicationProtocols = isHttp2 ? [SslApplicationProtocol.Http2] : null,
                RemoteCertificateValidationCallback = options.CertificateCheck,
            };
            await secure.AuthenticateAsClientAsync(how, stop);
            turns.HopsAlways = false;
            return secure;
        }
        catch (Exception exception)
        {
            await secure.DisposeAsync();
            if (IsUnwanted(exception, caller)) throw;
            throw Explain(exception, line.Address, timer.IsCancellationRequested);
        }
    }
}
