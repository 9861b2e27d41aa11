namespace PodGate.Proxy.Connections;

/// <summary>Why a new connection to a pod does not exist. Whatever it is, the request that wanted it provably never left the gate.</summary>
internal enum ConnectFault
{
    /// <summary>The pod's machine answered: nobody listens.</summary>
    Refused,

    /// <summary>No answer in time, or no way to the pod.</summary>
    TimedOut,

    /// <summary>No address is known, the gate has no socket left, the TLS handshake failed, or the connection broke while it was made.</summary>
    Failed,

    /// <summary>The pod was taken out of the traffic meanwhile: no fault of the pod's, the request picks anew.</summary>
    Withdrawn,
}

/// <summary>A connection to a pod could not be made, or must not be used any more for a new request.</summary>
internal sealed class PodConnectException(ConnectFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public ConnectFault Fault { get; } = fault;

    /// <summary>Finds one in a chain of exceptions: the platform wraps what a connect callback throws.</summary>
    public static PodConnectException? In(Exception? exception)
    {
        for (var depth = 0; exception is not null && depth < 8; depth++, exception = exception.InnerException)
        {
            if (exception is PodConnectException found) return found;
        }

        return null;
    }
}
