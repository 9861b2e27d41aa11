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
    private const int MaskLength = 4;

    private static readonly byte[] AskUpgrade = Encoding.ASCII.GetBytes(
        "GET /ws HTTP/1.1\r\nHost: product.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");

    // A hundred bytes, binary and masked with nothing.
    private static readonly byte[] Message = [0x82, 0x80 | 100, 0, 0, 0, 0, .. new byte[100]];

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

    /// <summary>Opens WebSockets that exchange one message and then keep quiet; of each nothing is kept here but its socket. A hundred come from one address.</summary>
    public static async Task<Sockets> QuietWebSocketsAsync(Uri url, int first, int count, CancellationToken cancel)
    {
        const int AtOnce = 16;
        var sockets = new Sockets();
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(first, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (number, stop) =>
            {
                var socket = await OpenAsync(url, number, stop);
                lock (sockets._open) sockets._open.Add(socket);
            });
            return sockets;
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
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

    /// <summary>A WebSocket over which one message has come back. On a busy machine a connection to the pod may come too late; then it is asked for again.</summary>
    private static async Task<Socket> OpenAsync(Uri url, int number, CancellationToken cancel)
    {
        const int Tries = 5;
        for (var left = Tries - 1; ; left--)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                var address = number / 100;
                socket.Bind(new IPEndPoint(new IPAddress([127, 60, (byte)(address / 250), (byte)((address % 250) + 1)]), 0));
                await socket.ConnectAsync(IPAddress.Loopback, url.Port, cancel);
                await socket.SendAsync(AskUpgrade, cancel);
                var head = await ReadHeadAsync(socket, cancel);
                if (!head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal)) throw new IOException($"WebSocket {number} was answered {head}");
                await socket.SendAsync(Message, cancel);
                for (var rest = Message.Length - MaskLength; rest > 0;)
                {
                    var read = await socket.ReceiveAsync(new byte[rest], cancel);
                    rest -= read > 0 ? read : throw new IOException($"WebSocket {number} was closed at once");
                }

                return socket;
            }
            catch (Exception exception) when (left > 0 && (exception is IOException or SocketException))
            {
                socket.Dispose();
                await Task.Delay(200, cancel);
            }
        }
    }

    /// <summary>An answer's head; byte by byte, since what follows belongs to somebody else.</summary>
    private static async Task<string> ReadHeadAsync(Socket socket, CancellationToken cancel)
    {
        var (head, one) = (new StringBuilder(), new byte[1]);
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await socket.ReceiveAsync(one.AsMemory(), cancel) == 0) throw new IOException($"closed after {head}");
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private static async Task EchoAsync(ClientWebSocket socket, byte[] buffer, CancellationToken cancel)
    {
        await socket.SendAsync(buffer.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, cancel);
        while (!(await socket.ReceiveAsync(buffer.AsMemory(), cancel)).EndOfMessage)
        {
            // A message may come in parts.
        }
    }
}
