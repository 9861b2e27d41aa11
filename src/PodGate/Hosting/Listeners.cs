using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using PodGate.Control.Configuration;
using PodGate.Hosting.Takeover;

namespace PodGate.Hosting;

/// <summary>One socket that is bound and, unless it was inherited, does not listen yet: its port is taken, and nobody can connect.</summary>
/// <param name="Settings">The listener it belongs to; <c>localhost</c> has two sockets.</param>
/// <param name="Socket">The socket; Kestrel owns it once the port is started.</param>
/// <param name="EndPoint">Where it is bound, with the port that the system chose if any.</param>
internal sealed record BoundListener(ListenSettings Settings, Socket Socket, IPEndPoint EndPoint)
{
    /// <summary>Where to reach it from this machine, as a URL.</summary>
    public string Url
    {
        get
        {
            var address = EndPoint.Address;
            if (address.Equals(IPAddress.Any)) address = IPAddress.Loopback;
            if (address.Equals(IPAddress.IPv6Any)) address = IPAddress.IPv6Loopback;
            return $"{Settings.Url.Scheme}://{new IPEndPoint(address, EndPoint.Port)}";
        }
    }
}

/// <summary>
/// The sockets of one port. All ports are bound before anything of the gate starts, so that a port that is taken stops the gate while
/// nothing has begun; they listen only when their port is started.
/// </summary>
internal sealed class Listeners : IDisposable
{
    private const int MostTriesForBothFamilies = 20;

    private readonly string _what;
    private readonly InheritedSockets? _inherited;
    private readonly List<BoundListener> _bound = [];

    private Listeners(string what, InheritedSockets? inherited) => (_what, _inherited) = (what, inherited);

    /// <summary>Whether another process has some of the sockets as well: then they are closed here in a way that leaves them open there.</summary>
    public bool AreShared { get; set; }

    /// <summary>Every socket, in the order of the configuration.</summary>
    public IReadOnlyList<BoundListener> Bound => _bound;

    /// <summary>The socket for who is on this machine; null: there is none.</summary>
    public LocalSocket? Local { get; private set; }

    /// <summary>Where they can be reached from this machine.</summary>
    public IReadOnlyList<string> Urls => [.. _bound.Select(bound => bound.Url)];

    /// <summary>Binds all sockets of a port, or none and throws.</summary>
    /// <param name="what">The configuration key, for errors.</param>
    /// <param name="settings">The listeners.</param>
    /// <param name="inherited">Sockets that are open already, which are taken where they fit. Default: none.</param>
    public static Listeners Bind(string what, IEnumerable<ListenSettings> settings, InheritedSockets? inherited = null)
    {
        var listeners = new Listeners(what, inherited);
        try
        {
            foreach (var listen in settings) listeners.Bind(listen);
            return listeners;
        }
        catch
        {
            listeners.Dispose();
            throw;
        }
    }

    /// <summary>Adds the socket for who is on this machine.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="mode">Who may connect.</param>
    /// <param name="inherited">Sockets that are open already, of which it may be one.</param>
    /// <exception cref="ListenException">It cannot be there; the message says why.</exception>
    /// <exception cref="IOException">The disk takes nothing.</exception>
    public void AddLocal(string path, UnixFileMode mode, InheritedSockets? inherited)
    {
        Local = LocalSocket.Bind(path, mode, inherited);
        AreShared |= !Local.IsOwn;
    }

    /// <summary>The socket for an endpoint that Kestrel wants to listen on.</summary>
    /// <param name="endPoint">The endpoint, as bound.</param>
    public Socket Take(EndPoint endPoint) => endPoint is UnixDomainSocketEndPoint && Local is { } local ? local.Socket :
        _bound.Find(bound => bound.EndPoint.Equals(endPoint))?.Socket ?? throw new InvalidOperationException($"No socket of {_what} was bound to {endPoint}.");

    /// <summary>
    /// Keeps the sockets from processes that are started here. Until all have begun to listen, the inherited ones are left in such a state that a web server
    /// which fails half-way, and closes them by force, ends them here only.
    /// </summary>
    public void KeepFromChildren() => Sockets.ForEach(InheritedSockets.KeepFromChildren);

    /// <summary>Takes no more connections here. Those that were taken stay, and so does every process that listens on the same sockets.</summary>
    public void Dispose()
    {
        foreach (var socket in Sockets)
        {
            if (AreShared) InheritedSockets.CloseHere(socket);
            else socket.Dispose();
        }
    }

    private List<Socket> Sockets => [.. _bound.Select(bound => bound.Socket), .. Local is { } local ? [local.Socket] : Array.Empty<Socket>()];

    private void Bind(ListenSettings settings)
    {
        var url = settings.Url;
        if (url.IdnHost != "localhost")
        {
            var address = IPAddress.Parse(url.IdnHost);
            // Where IPv6 is switched off, "every address" means every IPv4 address.
            if (address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6) address = IPAddress.Any;
            Add(settings, new IPEndPoint(address, url.Port));
            return;
        }

        // localhost is both loopbacks, on one port. A port that the system chose for one may be taken on the other: then another is tried.
        for (var attempt = 1; ; attempt++)
        {
            var first = Add(settings, new IPEndPoint(IPAddress.Loopback, url.Port));
            try
            {
                if (Socket.OSSupportsIPv6) Add(settings, new IPEndPoint(IPAddress.IPv6Loopback, first.EndPoint.Port));
                return;
            }
            catch (ListenException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.AddressNotAvailable })
            {
                // The kernel knows IPv6 and the loopback has no such address (common in containers): localhost is 127.0.0.1 here.
                return;
            }
            catch (ListenException) when (url.Port == 0 && attempt < MostTriesForBothFamilies)
            {
                first.Socket.Dispose();
                _bound.Remove(first);
            }
        }
    }

    private BoundListener Add(ListenSettings settings, IPEndPoint endPoint)
    {
        try
        {
            var inherited = _inherited?.Claim(_what, endPoint);
            AreShared |= inherited is not null;
            var socket = inherited ?? SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
            var bound = new BoundListener(settings, socket, (IPEndPoint)socket.LocalEndPoint!);
            _bound.Add(bound);
            return bound;
        }
        catch (SocketException exception)
        {
            throw Failure(_what, settings, exception);
        }
    }

    /// <summary>What to tell people about a socket that cannot listen.</summary>
    /// <param name="what">The configuration key.</param>
    /// <param name="settings">The listener.</param>
    /// <param name="exception">What was found.</param>
    public static ListenException Failure(string what, ListenSettings settings, SocketException exception)
    {
        var why = exception.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => "another program listens there already; stop it, or choose another port",
            SocketError.AccessDenied => "this user may not take that port; choose one from 1024 up, or give podgate the capability CAP_NET_BIND_SERVICE",
            SocketError.AddressNotAvailable => "this machine has no such address; write one of its own, or * for all",
            _ => exception.Message,
        };
        return new ListenException($"{what}: {settings.Url.Scheme}://{settings.Url.Authority} cannot be listened on: {why}", exception);
    }
}
