using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>Says what an exception of the network means for the pod. The one place that does.</summary>
internal static class ProbeFailure
{
    /// <summary>A connection could not be made.</summary>
    /// <param name="error">Why.</param>
    /// <param name="where">Where to, for people.</param>
    internal static ProbeFinding OfConnecting(SocketException error, string where) => OfSocket(error.SocketErrorCode) switch
    {
        ProbeResult.Refused => new(ProbeResult.Refused, $"{where} refused the connection"),
        ProbeResult.TimedOut => new(ProbeResult.TimedOut, $"{where} did not answer the connection"),
        ProbeResult.Unreachable => new(ProbeResult.Unreachable, $"no way to {where}: {error.SocketErrorCode}"),
        ProbeResult.Broken => new(ProbeResult.Broken, $"{where} reset the connection at once"),
        _ => new(ProbeResult.Inconclusive, $"the gate could not open a connection to {where}: {error.SocketErrorCode}"),
    };

    /// <summary>The connection was made, and then something went wrong.</summary>
    /// <param name="error">What.</param>
    /// <param name="where">Where to, for people.</param>
    internal static ProbeFinding OfAnswer(Exception error, string where)
    {
        if (Find<AuthenticationException>(error) is { } tls) return new(ProbeResult.Unreadable, $"TLS with {where} failed: {tls.Message}");
        if (Find<SocketException>(error) is { } socket)
        {
            return OfSocket(socket.SocketErrorCode) switch
            {
                ProbeResult.TimedOut => new(ProbeResult.TimedOut, $"{where} fell silent after the connection was made"),
                ProbeResult.Unreachable => new(ProbeResult.Unreachable, $"the way to {where} was lost: {socket.SocketErrorCode}"),
                ProbeResult.Inconclusive when IsOwnTrouble(socket.SocketErrorCode) =>
                    new(ProbeResult.Inconclusive, $"the gate could not go on with {where}: {socket.SocketErrorCode}"),
                _ => new(ProbeResult.Broken, $"{where} broke the connection before the answer was whole: {socket.SocketErrorCode}"),
            };
        }

        return Kind(error) switch
        {
            HttpRequestError.InvalidResponse => new(ProbeResult.Unreadable, $"{where} answered something that is not HTTP"),
            HttpRequestError.ConfigurationLimitExceeded =>
                new(ProbeResult.Unreadable, $"{where} answered with headers of more than {HttpExchange.HeaderLimitKilobytes} KiB"),
            HttpRequestError.SecureConnectionError => new(ProbeResult.Broken, $"{where} broke the connection during the TLS handshake"),
            _ => new(ProbeResult.Broken, $"{where} closed the connection before the answer was whole"),
        };
    }

    private static HttpRequestError Kind(Exception error) =>
        Find<HttpIOException>(error)?.HttpRequestError ?? Find<HttpRequestException>(error)?.HttpRequestError ?? HttpRequestError.Unknown;

    private static ProbeResult OfSocket(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => ProbeResult.Refused,
        SocketError.TimedOut => ProbeResult.TimedOut,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => ProbeResult.Unreachable,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.Disconnecting => ProbeResult.Broken,
        _ => ProbeResult.Inconclusive,
    };

    private static bool IsOwnTrouble(SocketError error) => error
        is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable or SocketError.AccessDenied;

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        // Chains are short; the bound is for the one that is not.
        for (var depth = 0; error is not null && depth < 10; error = error.InnerException, depth++)
        {
            if (error is T found) return found;
        }

        return null;
    }
}
