using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Failover.Rig;

namespace Stalls;

/// <summary>
/// Clients that carry much at once, each from an address of its own: downloads and uploads as fast as they go, then a short rest. A gate that copies for one of
/// them as long as there is something to copy would let all others wait.
/// </summary>
internal sealed class Carriers : IAsyncDisposable
{
    private const int OfEachKind = 3;
    private const int Bytes = 60_000_000;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _bytes;

    public Carriers(Stage stage) => _running = Task.WhenAll(
        from kind in Enumerable.Range(0, 2)
        from number in Enumerable.Range(1, OfEachKind)
        select Task.Run(() => RunAsync(stage, isUpload: kind == 1, new IPAddress([127, 89, (byte)kind, (byte)number]))));

    /// <summary>What was carried so far, in both directions.</summary>
    public double Megabytes => Interlocked.Read(ref _bytes) / 1e6;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Stage stage, bool isUpload, IPAddress source)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        while (!_stop.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(source, 0));
                await socket.ConnectAsync(IPAddress.Loopback, stage.Proxy.Data.Port, _stop.Token);
                await (isUpload ? UploadAsync(socket, buffer) : DownloadAsync(socket, buffer));
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

    private async Task UploadAsync(Socket socket, byte[] buffer)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {Bytes}\r\n\r\n"), _stop.Token);
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
}
