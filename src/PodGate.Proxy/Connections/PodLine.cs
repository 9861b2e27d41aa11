using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace PodGate.Proxy.Connections;

/// <summary>
/// The connections to one pod, from the moment it may serve until it may not: one handler with its pool, which belongs to one address.
/// A line is withdrawn once and never used again; requests that run on it finish. When the pod serves again it gets a new line.
/// </summary>
internal sealed class PodLine : IDisposable
{
    private readonly CancellationTokenSource _withdrawal = new();
    private volatile bool _withdrawn;

    public PodLine(PodChannel channel, Uri address, LineOptions options, CancellationToken closing)
    {
        Channel = channel;
        Address = address;
        Closing = closing;
        var host = address.HostNameType == UriHostNameType.IPv6 ? address.Host : address.IdnHost;
        var path = address.AbsolutePath.TrimEnd('/');
        IsSecure = address.Scheme == Uri.UriSchemeHttps;
        Authority = address.IsDefaultPort ? host : $"{host}:{address.Port}";
        Prefix = "http://p" + path;
        StreamsPrefix = $"{address.Scheme}://{Authority}{path}";
        Invoker = new HttpMessageInvoker(new PodConnector(this, options).MakeHandler(), disposeHandler: true);
    }

    /// <summary>Whose line it is.</summary>
    public PodChannel Channel { get; }

    /// <summary>The pod's address as configured.</summary>
    public Uri Address { get; }

    /// <summary>Whether the pod speaks TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>The pod's host and port, as a Host header says them.</summary>
    public string Authority { get; }

    /// <summary>
    /// What requests' paths are appended to. It says http for a pod that speaks TLS too: the connector makes TLS itself, for the pod's
    /// own name, since the platform's handler would take the name for the certificate, and a pool of its own, from each client's Host.
    /// And it says no address: a line's handler knows one pod, and a long name would be read anew for each request.
    /// </summary>
    public string Prefix { get; }

    /// <summary>The same for HTTP/2 requests (gRPC), for which the platform's handler has to make TLS, since it tells the scheme to the pod.</summary>
    public string StreamsPrefix { get; }

    /// <summary>Sends requests.</summary>
    public HttpMessageInvoker Invoker { get; }

    /// <summary>Fires when what runs on the pod has to end.</summary>
    public CancellationToken Closing { get; }

    /// <summary>Fires when connections that are being made need not be finished.</summary>
    public CancellationToken Withdrawal => _withdrawal.Token;

    /// <summary>Whether a new request may still be written to the pod. Read immediately before its first byte.</summary>
    public bool Admits => !_withdrawn;

    /// <summary>The exception for a request that comes too late.</summary>
    public PodConnectException TooLate() => new(ConnectFault.Withdrawn, $"Pod {Channel.Name} was taken out of the traffic.");

    /// <summary>
    /// Lets no new request through from the moment this returns, and closes what is idle. The closing is done elsewhere: the publishing
    /// thread does not wait for sockets.
    /// </summary>
    public void Withdraw()
    {
        if (_withdrawn) return;
        _withdrawn = true;
        ThreadPool.UnsafeQueueUserWorkItem(static line => line.Dispose(), this, preferLocal: false);
    }

    /// <summary>Closes idle connections; running requests go on. Called once, by <see cref="Withdraw"/>.</summary>
    public void Dispose()
    {
        _withdrawn = true;
        _withdrawal.Cancel();
        Invoker.Dispose();
    }
}

/// <summary>What lines are made with.</summary>
/// <param name="ConnectTimeout">How long a new connection may take, TLS included; asked for each connection.</param>
/// <param name="Time">The clock.</param>
/// <param name="CertificateCheck">Replaces the check of pods' certificates, or null for the platform's.</param>
/// <param name="Logger">For what is rare.</param>
internal sealed record LineOptions(
    Func<TimeSpan> ConnectTimeout,
    TimeProvider Time,
    RemoteCertificateValidationCallback? CertificateCheck,
    ILogger Logger);
