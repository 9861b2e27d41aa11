using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>
/// Asks over gRPC: <c>grpc.health.v1.Health/Check</c>, HTTP/2 and nothing else, with cleartext by prior knowledge. The two messages have one field each, so
/// they are written and read here by hand.
/// </summary>
internal static class GrpcQuestion
{
    private const string Method = "/grpc.health.v1.Health/Check";
    private const int FrameHead = 5;
    private const int LargestReply = 4096;
    private const int LongestIdentity = 63;

    /// <summary>Asks once.</summary>
    /// <param name="health">What is asked; the path of its URL is the service's name, none the whole server.</param>
    /// <param name="endpoints">Where it is; not empty.</param>
    /// <param name="deadline">The probe's.</param>
    /// <param name="time">The clock.</param>
    internal static async Task<ProbeFinding> AskAsync(
        HealthSettings health, ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline, TimeProvider time)
    {
        using var request = NewRequest(health, deadline.Timeout);
        var (answer, failure) = await HttpExchange.SendAsync(request, endpoints, LargestReply, deadline, time).ConfigureAwait(false);
        if (answer is null) return failure!;
        var reading = Read(answer);
        if (health.Identity?.Header is { } header && answer.Header(header) is { Length: > 0 } identity)
            reading = reading with { HeaderIdentity = CleanText.Of(identity, LongestIdentity) };
        return new ProbeFinding(reading.Result, reading.Sentence) { Document = reading, ClockSkew = HttpExchange.SkewOf(answer) };
    }

    private static HttpRequestMessage NewRequest(HealthSettings health, TimeSpan timeout)
    {
        var content = new ByteArrayContent(Frame(Uri.UnescapeDataString(health.Url.AbsolutePath.Trim('/'))));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var address = new Uri(health.Url.GetLeftPart(UriPartial.Authority) + Method);
        var request = HttpExchange.NewRequest("POST", address, "application/grpc", health.Headers, content);
        request.Version = HttpVersion.Version20;
        // Headers of a connection are an error in HTTP/2.
        request.Headers.ConnectionClose = null;
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        request.Headers.TryAddWithoutValidation("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{(long)timeout.TotalMilliseconds}m"));
        return request;
    }

    /// <summary>HealthCheckRequest { string service = 1 }, behind one byte (not compressed) and its length.</summary>
    private static byte[] Frame(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        if (name.Length == 0) return new byte[FrameHead];
        var message = new List<byte> { 0x0A };
        var length = name.Length;
        for (; length > 0x7F; length >>= 7) message.Add((byte)(length | 0x80));
        message.Add((byte)length);
        message.AddRange(name);
        var frame = new byte[FrameHead + message.Count];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Count);
        message.CopyTo(frame, FrameHead);
        return frame;
    }

    private static HealthReading Read(HttpAnswer answer)
    {
        // An answer that fails at once has no body and no trailers: then the headers carry what else the trailers would.
        var status = answer.Trailer("grpc-status") ?? answer.Header("grpc-status");
        if (answer.Status != 200 || status is null || answer.Header("Content-Type")?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
            return Reading(answer.Status == 503 ? ProbeResult.Overloaded : ProbeResult.Unreadable, $"health answered {answer.Status} and not as gRPC does");
        if (!int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code > 16)
            return Reading(ProbeResult.Unreadable, "health answered with a gRPC status that does not exist");
        if (code != 0) return OfFailure(code);
        return ServingStatus(answer) is { } serving
            ? GrpcDocument.Read((int)Math.Min(serving, int.MaxValue))
            : Reading(ProbeResult.Unreadable, "health answered with a message that does not parse");
    }

    private static HealthReading OfFailure(int code) => code switch
    {
        5 => Reading(ProbeResult.Unreadable, "health answered NOT_FOUND: it does not know this service"),
        12 => Reading(ProbeResult.Unreadable, "health answered UNIMPLEMENTED: it has no gRPC health"),
        8 or 14 => Reading(ProbeResult.Overloaded, $"health answered gRPC status {code}"),
        _ => Reading(ProbeResult.Unhealthy, $"health answered gRPC status {code}"),
    };

    private static HealthReading Reading(ProbeResult result, string sentence) => new(result, sentence, []);

    /// <summary>HealthCheckResponse { ServingStatus status = 1 }; 0 when it is not there, as always in this encoding; null when it cannot be read.</summary>
    private static ulong? ServingStatus(HttpAnswer answer)
    {
        ReadOnlySpan<byte> body = answer.Body;
        if (answer.Truncated || body.Length < FrameHead || body[0] != 0) return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(body[1..]);
        if (length != body.Length - FrameHead) return null;
        var message = body[FrameHead..];
        ulong status = 0;
        while (!message.IsEmpty)
        {
            if (!TryVarint(ref message, out var tag)) return null;
            switch (tag & 7)
            {
                case 0 when TryVarint(ref message, out var value):
                    if (tag >> 3 == 1) status = value;
                    break;
                // Fields that a later version may add are skipped.
                case 1 when message.Length >= 8:
                    message = message[8..];
                    break;
                case 2 when TryVarint(ref message, out var skip) && skip <= (ulong)message.Length:
                    message = message[(int)skip..];
                    break;
                case 5 when message.Length >= 4:
                    message = message[4..];
                    break;
                default:
                    return null;
            }
        }

        return status;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> from, out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(10, from.Length); i++)
        {
            value |= (ulong)(from[i] & 0x7F) << (7 * i);
            if (from[i] >= 0x80) continue;
            from = from[(i + 1)..];
            return true;
        }

        return false;
    }
}
