using System.Net;
using System.Net.Sockets;
using System.Text;
using Failover.Rig;

namespace Stalls;

/// <summary>
/// Clients that do what can make a gate wait, each from an address of its own, over and over: they abort, trickle their request, say nothing, read nothing, and ask
/// for what makes a pod slow, hang, break off in the middle or fail.
/// </summary>
internal sealed class Troublemakers : IAsyncDisposable
{
    private const int OfEachKind = 8;

    private static readonly (string Head, TimeSpan Patience)[] Requests =
    [
        ("GET /slow?ms=500 HTTP/1.1\r\nHost: a\r\n\r\n", TimeSpan.FromMilliseconds(20)),
        ("GET /slow?ms=3000 HTTP/1.1\r\nHost: a\r\n\r\n", TimeSpan.FromSeconds(5)),
        ("GET /echo HTTP/1.1\r\nHost: a\r\nX-Poison: hang\r\n\r\n", TimeSpan.FromSeconds(3)),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nX-Poison: half\r\nContent-Length: 3\r\n\r\nabc", TimeSpan.FromSeconds(1)),
        ("GET /echo HTTP/1.1\r\nHost: a\r\nX-Poison: short\r\n\r\n", TimeSpan.FromSeconds(1)),
        ("GET /echo HTTP/1.1\r\nHost: a\r\nX-Poison: 500\r\n\r\n", TimeSpan.FromSeconds(1)),
        ("GET /events?ms=10 HTTP/1.1\r\nHost: a\r\n\r\n", TimeSpan.FromSeconds(10)),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nnever whole", TimeSpan.FromSeconds(4)),
        ("GET /echo HTTP/1.1\r\nHost: a\r\nX-Never: ends", TimeSpan.FromSeconds(4)),
        ("", TimeSpan.FromSeconds(4)),
        ("\0\u0001 not HTTP\r\n\r\n", TimeSpan.FromSeconds(1)),
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _count;

    public Troublemakers(Stage stage) => _running = Task.WhenAll(
        from kind in Enumerable.Range(0, Requests.Length)
        from number in Enumerable.Range(0, OfEachKind)
        select Task.Run(() => RunAsync(stage, kind, number)));

    /// <summary>How often one of them did what it does.</summary>
    public long Count => Interlocked.Read(ref _count);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    /// <summary>Sends byte by byte, reads nothing, waits, and goes away: every other time without a goodbye.</summary>
    private async Task RunAsync(Stage stage, int kind, int number)
    {
        var (head, patience) = Requests[kind];
        var bytes = Encoding.Latin1.GetBytes(head);
        for (var round = 0; !_stop.IsCancellationRequested; round++)
        {
            // All of a kind come from one address: a broken customer is one source.
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 4096 };
            try
            {
                socket.Bind(new IPEndPoint(new IPAddress([127, 88, (byte)kind, 1]), 0));
                await socket.ConnectAsync(IPAddress.Loopback, stage.Proxy.Data.Port, _stop.Token);
                var piece = number % 2 == 0 ? bytes.Length : 1;
                for (var at = 0; at < bytes.Length; at += piece)
                {
                    await socket.SendAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)), _stop.Token);
                    if (piece == 1) await Task.Delay(5, _stop.Token);
                }

                Interlocked.Increment(ref _count);
                await Task.Delay(patience, _stop.Token);
                if (round % 2 == 0) socket.Close(0);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // Thrown out by the gate, as it should be, or told to stop.
                await Task.Delay(50);
            }
        }
    }
}
