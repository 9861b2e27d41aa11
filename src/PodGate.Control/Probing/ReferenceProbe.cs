using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>
/// Asks a reference target once. <c>tcp://host:port</c>: a connection is made. http and https: any answer. <c>dns://server/name</c> (port 53 when none is
/// written): one question for the name's IPv4 addresses over UDP, and any well-formed reply to it, also that there is no such name.
/// </summary>
public sealed class ReferenceProbe
{
    private const int DnsPort = 53;
    private const int DnsHead = 12;

    private readonly TimeProvider _time;
    private readonly PodAddresses _addresses;
    private readonly Func<Guid> _chance;

    /// <summary>Makes a probe.</summary>
    /// <param name="time">The clock, also of the timeout.</param>
    /// <param name="addressesOf">The known addresses of a host name, empty while there are none (<see cref="AddressBook.AddressesOf"/>).</param>
    /// <param name="chance">Makes values never seen before, for the ids of questions.</param>
    public ReferenceProbe(TimeProvider time, Func<string, ImmutableArray<IPAddress>> addressesOf, Func<Guid> chance)
    {
        _time = time;
        _addresses = new PodAddresses(addressesOf);
        _chance = chance;
    }

    /// <summary>Asks once.</summary>
    /// <param name="target">The target.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancel">Gives up; then there is no report.</param>
    /// <returns>A report about the target in the place of a pod; only <see cref="ProbeReport.IsAnswer"/> means anything.</returns>
    public async Task<ProbeReport> AskAsync(Uri target, TimeSpan timeout, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(target);
        var sentAt = _time.GetUtcNow();
        using var deadline = new ProbeDeadline(timeout, _time, cancel);
        var endpoints = _addresses.Of(target.IdnHost, target.Port < 0 ? DnsPort : target.Port);
        var finding = endpoints.IsEmpty ? PodAddresses.Unknown(target.IdnHost) : await AskAsync(target, endpoints, deadline).ConfigureAwait(false);
        return finding.ToReport(target.AbsoluteUri, sentAt, _time.GetUtcNow());
    }

    private async Task<ProbeFinding> AskAsync(Uri target, ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline) => target.Scheme switch
    {
        "tcp" => await ProbeConnection.OnlyConnectAsync(endpoints, deadline, _time).ConfigureAwait(false),
        "dns" => await AskNameServerAsync(target, endpoints[0], deadline).ConfigureAwait(false),
        _ => await AskWebAsync(target, endpoints, deadline).ConfigureAwait(false),
    };

    private async Task<ProbeFinding> AskWebAsync(Uri target, ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline)
    {
        using var request = HttpExchange.NewRequest("GET", target, "*/*", []);
        var (answer, failure) = await HttpExchange.SendAsync(request, endpoints, 0, deadline, _time).ConfigureAwait(false);
        return answer is null ? failure! : new ProbeFinding(ProbeResult.Healthy, $"answered {answer.Status}");
    }

    private async Task<ProbeFinding> AskNameServerAsync(Uri target, IPEndPoint server, ProbeDeadline deadline)
    {
        // Sixteen bits of id and a port that the system chose: a stray reply, or one to an earlier question, is not taken for this one's.
        var id = BinaryPrimitives.ReadUInt16BigEndian(_chance().ToByteArray());
        var question = Question(id, Uri.UnescapeDataString(target.AbsolutePath).Trim('/'));
        var reply = new byte[512];
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(server, deadline.Token).ConfigureAwait(false);
            await socket.SendAsync(question, SocketFlags.None, deadline.Token).ConfigureAwait(false);
            while (true)
            {
                var length = await socket.ReceiveAsync(reply, SocketFlags.None, deadline.Token).ConfigureAwait(false);
                if (IsReply(reply.AsSpan(0, length), id)) return new ProbeFinding(ProbeResult.Healthy, "the name server answered");
            }
        }
        catch (OperationCanceledException) when (deadline.Passed)
        {
            return new ProbeFinding(ProbeResult.TimedOut, $"no reply from {server} {deadline.Within}");
        }
        catch (SocketException error)
        {
            return ProbeFailure.OfConnecting(error, server.ToString());
        }
    }

    /// <summary>A question of RFC 1035: id, recursion desired, one entry: the name, type A, class IN.</summary>
    private static byte[] Question(ushort id, string name)
    {
        List<byte> bytes = [(byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = Encoding.ASCII.GetBytes(label);
            bytes.Add((byte)Math.Min(text.Length, 63));
            bytes.AddRange(text.Take(63));
        }

        bytes.AddRange([0, 0, 1, 0, 1]);
        return [.. bytes];
    }

    private static bool IsReply(ReadOnlySpan<byte> reply, ushort id) =>
        reply.Length >= DnsHead && BinaryPrimitives.ReadUInt16BigEndian(reply) == id && (reply[2] & 0x80) != 0;
}
