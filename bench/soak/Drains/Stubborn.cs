using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Drains;

/// <summary>Two who do not leave: one that reads over its WebSocket that it should and says nothing, and one whose request takes ten minutes.</summary>
internal sealed class Stubborn : IDisposable
{
    /// <summary>How many they are.</summary>
    public const int Count = 2;

    private static readonly byte[] Upgrade = Encoding.ASCII.GetBytes(
        "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");

    // Not a GET: one that waits for a pod that is closed is simply sent to the next.
    private static readonly byte[] Slow = Encoding.ASCII.GetBytes(
        "POST /echo HTTP/1.1\r\nHost: a\r\nX-Poison: slow:600000\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    private readonly List<Socket> _sockets = [];
    private readonly List<Task<(DateTimeOffset At, byte[] Said)>> _reading = [];

    /// <summary>Connects both, and waits until the WebSocket has begun.</summary>
    public static async Task<Stubborn> SitDownAsync(Uri gate, IPAddress from, CancellationToken cancel)
    {
        var stubborn = new Stubborn();
        var greeted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var head in new[] { Upgrade, Slow })
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            stubborn._sockets.Add(socket);
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(IPAddress.Loopback, gate.Port, cancel);
            await socket.SendAsync(head, cancel);
            stubborn._reading.Add(ReadAsync(socket, greeted));
        }

        await greeted.Task.WaitAsync(TimeSpan.FromSeconds(10), cancel);
        return stubborn;
    }

    /// <summary>When the last of both was closed, and whether the WebSocket had been told 1001 before.</summary>
    public async Task<(DateTimeOffset First, DateTimeOffset Last, bool Told)> ClosedAsync(TimeSpan longest, CancellationToken cancel)
    {
        var both = await Task.WhenAll(_reading).WaitAsync(longest, cancel);
        return (both.Min(one => one.At), both.Max(one => one.At), both[0].Said.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x03, 0xE9]) > 0);
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private static async Task<(DateTimeOffset At, byte[] Said)> ReadAsync(Socket socket, TaskCompletionSource greeted)
    {
        var (buffer, said) = (new byte[4096], new MemoryStream());
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer.AsMemory())) > 0;)
            {
                said.Write(buffer, 0, read);
                if (Encoding.Latin1.GetString(said.ToArray()).Contains("hello from", StringComparison.Ordinal)) greeted.TrySetResult();
            }
        }
        catch (SocketException)
        {
            // Cut.
        }

        return (DateTimeOffset.UtcNow, said.ToArray());
    }
}
