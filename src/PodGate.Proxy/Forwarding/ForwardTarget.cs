using PodGate.Core.Routing;
using PodGate.Proxy.Connections;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// Where one attempt goes, and how far it has come. It is the request's URI, because that is the one object of an attempt's own that
/// the platform's handler carries down to the connection, and it would be allocated anyway. Path and query are the client's, byte for byte.
/// </summary>
internal class ForwardTarget : Uri
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    [ThreadStatic]
    private static ForwardTarget? _head;

    private readonly PodLoad _load;
    private int _sent;

    public ForwardTarget(string uri, PodLoad load)
        : base(uri, AsItIs) => _load = load;

    /// <summary>Whether any byte of the request may have left the gate. As long as it is false the request is provably unsent.</summary>
    public bool Written
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>The thread's request whose head is in the buffer and about to be flushed; it is forgotten by asking.</summary>
    public static ForwardTarget? TakeHead()
    {
        var head = _head;
        if (head is not null) _head = null;
        return head;
    }

    /// <summary>The handler is writing the head into its buffer.</summary>
    /// <param name="version">HTTP/2 frames are flushed by another thread, so that there the head counts as written at once.</param>
    public void IsBeingWritten(Version version)
    {
        if (version.Major < 2)
        {
            _head = this;
            return;
        }

        Written = true;
        Sent();
    }

    /// <summary>Counts the attempt as no longer between picking and sending, once.</summary>
    public void Sent()
    {
        if (Interlocked.Exchange(ref _sent, 1) == 0) _load.Sent();
    }
}

/// <summary>Where an attempt goes that asks for another protocol: it needs the connection itself afterwards.</summary>
internal sealed class UpgradeTarget(string uri, PodLoad load) : ForwardTarget(uri, load)
{
    /// <summary>The connection that its head was written to; null as long as it was not.</summary>
    public PodStream? Connection { get; set; }
}
