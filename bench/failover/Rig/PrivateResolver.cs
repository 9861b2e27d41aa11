using System.Net;
using System.Net.Sockets;
using PodGate.TestKit;

namespace Failover.Rig;

/// <summary>
/// A resolver in a namespace of its own that knows every name as 127.0.0.1, for five seconds; until it falls silent, which is the worst that DNS can do.
/// </summary>
internal sealed class PrivateResolver : IAsyncDisposable
{
    public static readonly IPAddress Address = IPAddress.Parse("127.0.0.53");
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _asked;

    public PrivateResolver(TestNamespace inside)
    {
        _socket = inside.CreateSocket(SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(Address, 53));
        inside.UseResolver(Address);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Takes questions and answers none.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Questions that came while it was silent.</summary>
    public int AskedInVain => _asked;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var buffer = new byte[1500];
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (IsSilent) Interlocked.Increment(ref _asked);
                else if (Reply(buffer.AsSpan(0, question.ReceivedBytes)) is { } reply) await _socket.SendToAsync(reply, question.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>RFC 1035: the question again, and one A record; for other types no record, which means there is none.</summary>
    private static byte[]? Reply(ReadOnlySpan<byte> question)
    {
        const int Header = 12;
        var end = Header;
        while (end < question.Length && question[end] != 0) end += question[end] + 1;
        end += 5;
        if (end > question.Length) return null;
        var isA = question[end - 4] == 0 && question[end - 3] == 1;
        byte[] head = [question[0], question[1], 0x81, 0x80, 0, 1, 0, (byte)(isA ? 1 : 0), 0, 0, 0, 0];
        byte[] record = isA ? [0xC0, Header, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 127, 0, 0, 1] : [];
        return [.. head, .. question[Header..end], .. record];
    }
}
