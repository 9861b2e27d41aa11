using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Speed.Rig;

/// <summary>Connections that are kept: idle ones, and WebSockets.</summary>
internal sealed class Sockets : IDisposable
{
    private static readonly byte[] Ask = Encoding.ASCII.GetBytes("GET /small HTTP/1.1\r\nHost: product.example\r\n\r\n");
    private readonly List<IDisposable> _open = [];

    /// <summary>Opens connections that ask once and then keep quiet.</summary>
    public static async Task<Sockets> IdleAsync(Uri url, int count, CancellationToken cancel)
    {
        var sockets = new Sockets();
        var buffer = new byte[4096];
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            sockets._open.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, url.Port, cancel);
            await socket.SendAsync(Ask, cancel);
            if (await socket.ReceiveAsync(buffer.AsMemory(), cancel) == 0) throw new IOException("an idle connection was closed at once");
        }

        return sockets;
    }

    /// <summary>Opens WebSockets that exchange one message and then keep quiet.</summary>
    public static async Task<Sockets> WebSocketsAsync(Uri url, int count, CancellationToken cancel)
    {
        var sockets = new Sockets();
        var address = new UriBuilder(url) { Scheme = "ws", Path = "/ws" }.Uri;
        for (var i = 0; i < count; i++)
        {
            var socket = new ClientWebSocket();
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            sockets._open.Add(socket);
            await socket.ConnectAsync(address, cancel);
            await EchoAsync(socket, new byte[100], cancel);
        }

        return sockets;
    }

    /// <summary>Every WebSocket sends a message, waits for it to come back, and so on.</summary>
    /// <returns>How many came back, and in how many seconds.</returns>
    public async Task<Met> TalkAsync(double seconds, CancellationToken cancel)
    {
        var begun = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(_open.OfType<ClientWebSocket>().Select(socket => Task.Run(async () =>
        {
            var buffer = new byte[100];
            var count = 0L;
            for (; Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds; count++) await EchoAsync(socket, buffer, cancel);
            return count;
        }, cancel)));
        return new Met(counts.Sum(), 0, Stopwatch.GetElapsedTime(begun).TotalSeconds, []);
    }

    public void Dispose() => _open.ForEach(one => one.Dispose());

    private static async Task EchoAsync(ClientWebSocket socket, byte[] buffer, CancellationToken cancel)
    {
        await socket.SendAsync(buffer.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, cancel);
        while (!(await socket.ReceiveAsync(buffer.AsMemory(), cancel)).EndOfMessage)
        {
            // A message may come in parts.
        }
    }
}
