using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Failover.Rig;

namespace Stalls;

/// <summary>
/// Clients that carry much at once, each from an address of its own: downloads, uploads, uploads that are answered before they have come, and requests by the
/// thousand that only the gate answers; as fast as they go, then a short rest. A gate that works for one of them as long as there is something to do would let all
/// others wait.
/// </summary>
internal sealed class Carriers : IAsyncDisposable
{
    // Downloads, uploads, those answered early, and floods: one of these is as much as the rest together.
    private static readonly int[] OfEachKind = [3, 3, 3, 1];
    private const int Bytes = 60_000_000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Flood = TimeSpan.FromSeconds(2);

    // The gate answers this by itself, and goes on reading from the connection.
    private static readonly byte[] Refused = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 500)));
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _bytes;

    public Carriers(Stage stage) => _running = Task.WhenAll(
        from kind in Enumerable.Range(0, OfEachKind.Length)
        from number in Enumerable.Range(1, OfEachKind[kind])
        select Task.Run(() => RunAsync(stage, kind, new IPAddress([127, 89, (byte)kind, (byte)number]))));

    /// <summary>What was carried so far, in both directions.</summary>
    public double Megabytes => Interlocked.Read(ref _bytes) / 1e6;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Stage stage, int kind, IPAddress source)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        while (!_stop.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(source, 0));
                await socket.ConnectAsync(IPAddress.Loopback, stage.Proxy.Data.Port, _stop.Token);
                await (kind switch
                {
                    0 => DownloadAsync(socket, buffer),
                    1 => UploadAsync(socket, buffer, "/echo"),
                    2 => UploadAsync(socket, buffer, "/bytes"),
                    _ => FloodAsync(socket, buffer),
                });
                await Task.Delay(Rest, _stop.Token);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // A gate that cuts a transfer is seen in what was carried; or told to stop.
                await Task.Delay(50);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private async Task DownloadAsync(Socket socket, byte[] buffer)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /bytes?count={Bytes} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), _stop.Token);
        for (int read; (read = await socket.ReceiveAsync(buffer, _stop.Token)) > 0;) Interlocked.Add(ref _bytes, read);
    }

    private async Task UploadAsync(Socket socket, byte[] buffer, string path)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {Bytes}\r\n\r\n"), _stop.Token);
        for (var left = Bytes; left > 0;)
        {
            var sent = await socket.SendAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), _stop.Token);
            Interlocked.Add(ref _bytes, sent);
            left -= sent;
        }

        while (await socket.ReceiveAsync(buffer, _stop.Token) > 0)
        {
            // The answer, to its end.
        }
    }

    private async Task FloodAsync(Socket socket, byte[] buffer)
    {
        var answers = ReadAllAsync();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Flood;)
            Interlocked.Add(ref _bytes, await socket.SendAsync(Refused, _stop.Token));
        socket.Shutdown(SocketShutdown.Send);
        await answers;

        async Task ReadAllAsync()
        {
            for (int read; (read = await socket.ReceiveAsync(buffer, _stop.Token)) > 0;) Interlocked.Add(ref _bytes, read);
        }
    }
}
