using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>
/// Makes the new connection of a probe. Of several addresses of a name they are tried in turn, each with its fair part of the time that is
/// left, until one takes it: a name with an IPv6 address that nobody listens on is a pod that works.
/// </summary>
internal static class ProbeConnection
{
    /// <summary>The most addresses of one pod that are tried.</summary>
    internal const int MostEndpoints = 4;

    /// <summary>Connects, or says why not. Exactly one of the two is not null.</summary>
    /// <param name="endpoints">Where to; not empty.</param>
    /// <param name="deadline">The probe's.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="OperationCanceledException">Somebody gave up on the probe.</exception>
    internal static async Task<(Socket? Socket, ProbeFinding? Failure)> ConnectAsync(
        ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline, TimeProvider time)
    {
        ProbeFinding? failure = null;
        var count = Math.Min(endpoints.Length, MostEndpoints);
        for (var i = 0; i < count; i++)
        {
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
            using var end = i == count - 1
                ? null
                : time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), turn,
                    deadline.Remaining / (count - i), Timeout.InfiniteTimeSpan);
            var (socket, why) = await TryAsync(endpoints[i], deadline, turn.Token).ConfigureAwait(false);
            if (socket is not null) return (socket, null);
            failure = failure is null ? why! : Telling(failure, why!);
            if (deadline.Passed) break;
        }

        return (null, failure);
    }

    /// <summary>Connects and closes again.</summary>
    /// <param name="endpoints">Where to; not empty.</param>
    /// <param name="deadline">The probe's.</param>
    /// <param name="time">The clock.</param>
    internal static async Task<ProbeFinding> OnlyConnectAsync(ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline, TimeProvider time)
    {
        var (socket, failure) = await ConnectAsync(endpoints, deadline, time).ConfigureAwait(false);
        socket?.Dispose();
        return failure ?? new ProbeFinding(ProbeResult.Healthy, "connected");
    }

    private static async Task<(Socket? Socket, ProbeFinding? Failure)> TryAsync(IPEndPoint endpoint, ProbeDeadline deadline, CancellationToken cancel)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(endpoint, cancel).ConfigureAwait(false);
            var connected = socket;
            socket = null;
            return (connected, null);
        }
        catch (SocketException error)
        {
            return (null, ProbeFailure.OfConnecting(error, endpoint.ToString()));
        }
        catch (OperationCanceledException) when (deadline.Passed || !deadline.Token.IsCancellationRequested)
        {
            return (null, new ProbeFinding(ProbeResult.TimedOut, $"no connection to {endpoint} {deadline.Within}"));
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <summary>
    /// Which of two failures speaks for the pod. If any address is silent the pod may be there, so silence goes before refusal; that the gate has
    /// no way to one of them, or no IPv6 at all, says nothing when another one refused.
    /// </summary>
    private static ProbeFinding Telling(ProbeFinding one, ProbeFinding other) => Weight(other.Result) > Weight(one.Result) ? other : one;

    private static int Weight(ProbeResult result) => result switch
    {
        ProbeResult.TimedOut => 4,
        ProbeResult.Broken => 3,
        ProbeResult.Refused => 2,
        ProbeResult.Unreachable => 1,
        _ => 0,
    };
}
