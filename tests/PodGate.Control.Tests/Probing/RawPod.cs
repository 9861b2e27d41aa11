using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PodGate.Control.Tests.Probing;

/// <summary>A listener that answers whatever a test wants, byte by byte.</summary>
internal sealed class RawPod : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<NetworkStream, CancellationToken, Task> _answer;
    private readonly Task _accepting;
    private int _connections;

    public RawPod(Func<NetworkStream, CancellationToken, Task> answer, IPAddress? address = null)
    {
        _answer = answer;
        address ??= IPAddress.Loopback;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, 0));
        _listener.Listen(100);
        Endpoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    public IPEndPoint Endpoint { get; }

    public int Port => Endpoint.Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The heads of the requests, one for each connection that sent one.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Reads the request's head, then sends these bytes and closes.</summary>
    public static RawPod Answering(string answer, IPAddress? address = null) =>
        new(async (stream, cancel) => await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancel), address);

    public static RawPod AnsweringWith(string body, string type = "text/plain", int code = 200, IPAddress? address = null) =>
        Answering($"HTTP/1.1 {code} X\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}", address);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                running.Add(ServeAsync(socket));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }

        await Task.WhenAll(running);
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await ReadHeadAsync(stream);
            await _answer(stream, _stop.Token);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The prober went away, or the test is over.
        }
    }

    private async Task ReadHeadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 8192 && await stream.ReadAsync(one, _stop.Token) == 1)
        {
            head.Add(one[0]);
            // TLS hellos and other things that are no HTTP are the answer's business.
            if (head.Count == 1 && one[0] == 0x16) return;
            if (one[0] == '\n' && head.Count >= 4 && head[^2] == '\r' && head[^3] == '\n') break;
        }

        Requests.Enqueue(Encoding.Latin1.GetString([.. head]));
    }
}
