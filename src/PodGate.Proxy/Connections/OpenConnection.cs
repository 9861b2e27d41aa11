using System.Net;

namespace PodGate.Proxy.Connections;

/// <summary>What runs on a pod, by what it takes to end it without harm.</summary>
public enum ConnectionKind
{
    /// <summary>A request whose answer ends by itself.</summary>
    Request,

    /// <summary>A request with a body, before its answer has begun.</summary>
    Upload,

    /// <summary>Server-sent events; ends between two events, and the client asks again.</summary>
    EventStream,

    /// <summary>gRPC, of whatever kind; a stream ends between two messages with the status UNAVAILABLE.</summary>
    Grpc,

    /// <summary>A WebSocket; ends with a close frame that says 1001, going away.</summary>
    WebSocket,

    /// <summary>Another upgraded connection, which the gate does not understand; it is closed at the deadline.</summary>
    Upgraded,
}

/// <summary>Something that runs on a pod, as it was at one moment.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Age">Since the request arrived.</param>
/// <param name="Idle">Since something of it last passed.</param>
/// <param name="BytesToClient">Of the answer's body, or of the connection after the upgrade.</param>
/// <param name="BytesToPod">Of the request's body, or of the connection after the upgrade.</param>
/// <param name="ToldGoodbye">Whether it was asked to end, because its pod gives its clients up.</param>
public sealed record OpenConnection(
    string Pod, ConnectionKind Kind, IPAddress Client, TimeSpan Age, TimeSpan Idle, long BytesToClient, long BytesToPod, bool ToldGoodbye)
{
    /// <summary>Whether it may go on for hours, so that a pod which gives its clients up has to say goodbye.</summary>
    public bool IsLong => Kind >= ConnectionKind.EventStream;
}
