using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>Asks an agent as HAProxy does: connects, sends nothing, and reads one line.</summary>
internal static class AgentQuestion
{
    /// <summary>The longest line that is read, in bytes.</summary>
    internal const int LongestLine = 1024;

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

    /// <summary>What came up to the end of the line, or of the connection, without the end itself; null when the line is too long.</summary>
    private static async Task<byte[]?> ReadLineAsync(Socket socket, CancellationToken cancel)
    {
        var buffer = new byte[LongestLine];
        var length = 0;
        while (length < buffer.Length)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
            var end = buffer.AsSpan(length, count).IndexOfAny((byte)'\n', (byte)'\0');
            if (end >= 0) return buffer[..(length + end)];
            if (count == 0) return buffer[..length];
            length += count;
        }

        return null;
    }

    private static ProbeFinding Read(byte[]? line, string where)
    {
        if (line is null) return new ProbeFinding(ProbeResult.Unreadable, $"{where} sent a line of more than {LongestLine} bytes");
        if (line.Length == 0) return new ProbeFinding(ProbeResult.Broken, $"{where} closed the connection without a line");
        var reading = Reading(Encoding.UTF8.GetString(line));
        return new ProbeFinding(reading.Result, reading.Sentence, HealthDocument.Excerpt(line, ProbeFinding.ExcerptLimit)) { Document = reading };
    }

    private static HealthReading Reading(string line)
    {
        var result = ProbeResult.Unreadable;
        foreach (var word in line.Split([' ', '\t', ',', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            result = word.Split('#')[0].ToUpperInvariant() switch
            {
                "UP" or "READY" => result is ProbeResult.Unreadable ? ProbeResult.Healthy : result,
                "DRAIN" or "MAINT" => result is ProbeResult.Unhealthy ? result : ProbeResult.Leaving,
                "DOWN" or "FAIL" or "STOPPED" => ProbeResult.Unhealthy,
                _ => result,
            };
        }

        return new HealthReading(result, result == ProbeResult.Unreadable ? "the agent says nothing that is known" : $"the agent says {result}", []);
    }
}
