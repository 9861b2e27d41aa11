using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>Asks an agent as HAProxy does: connects, sends nothing, and reads one line.</summary>
internal static class AgentQuestion
{
    /// <summary>Asks once.</summary>
    /// <param name="health">What is asked.</param>
    /// <param name="endpoints">Where it is; not empty.</param>
    /// <param name="deadline">The probe's.</param>
    /// <param name="time">The clock.</param>
    internal static async Task<ProbeFinding> AskAsync(
        HealthSettings health, ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline, TimeProvider time)
    {
        var (socket, failure) = await ProbeConnection.ConnectAsync(endpoints, deadline, time).ConfigureAwait(false);
        if (socket is null) return failure!;
        var where = $"{health.Url.IdnHost}:{health.Url.Port}";
        using (socket)
        {
            try
            {
                return Read(await ReadLineAsync(socket, deadline.Token).ConfigureAwait(false), where);
            }
            catch (OperationCanceledException) when (deadline.Passed)
            {
                return new ProbeFinding(ProbeResult.TimedOut, $"{where} took the connection and sent no line {deadline.Within}");
            }
            catch (SocketException error)
            {
                return ProbeFailure.OfAnswer(error, where);
            }
        }
    }

    /// <summary>What came up to the end of the line or of the connection, and whether there was more.</summary>
    private static async Task<(byte[] Line, bool Truncated)> ReadLineAsync(Socket socket, CancellationToken cancel)
    {
        var buffer = new byte[AgentDocument.LineLimit];
        var length = 0;
        while (length < buffer.Length)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
            var end = buffer.AsSpan(length, count).IndexOfAny((byte)'\n', (byte)'\r');
            if (end >= 0) return (buffer[..(length + end + 1)], false);
            if (count == 0) return (buffer[..length], false);
            length += count;
        }

        return (buffer, true);
    }

    private static ProbeFinding Read((byte[] Bytes, bool Truncated) line, string where)
    {
        if (line.Bytes.Length == 0) return new ProbeFinding(ProbeResult.Broken, $"{where} closed the connection without a line");
        var reading = AgentDocument.Read(line.Bytes, line.Truncated);
        return new ProbeFinding(reading.Result, reading.Sentence, HealthDocument.Excerpt(line.Bytes, ProbeFinding.ExcerptLimit)) { Document = reading };
    }
}
