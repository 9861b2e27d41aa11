using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PodGate.TestKit.Servers;

/// <summary>A pod on a raw socket, which can do to a connection what no decent server does. Remembers each request's head.</summary>
public sealed class RawPod : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<RawConnection, Task> _serve;
    private readonly ConcurrentBag<Task> _running = [];
    private readonly Task _accepting;

    private RawPod(Func<RawConnection, Task> serve)
    {
        _serve = serve;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The heads of all requests that came.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Starts a pod.</summary>
    /// <param name="serve">What is done with each connection; it is closed afterwards.</param>
    public static RawPod Start(Func<RawConnection, Task> serve) => new(serve);

    /// <summary>A port on which nobody listens.</summary>
    public static IPEndPoint Nobody()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                _running.Add(Task.Run(() => ServeAsync(socket)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The pod was stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = new RawConnection(socket, Heads, _stop.Token);
        try
        {
            await _serve(connection);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // The gate closed the connection, or the pod was stopped.
        }
    }
}

/// <summary>One connection to a <see cref="RawPod"/>.</summary>
public sealed class RawConnection(Socket socket, ConcurrentQueue<string> heads, CancellationToken stop) : IDisposable
{
    private readonly List<byte> _buffered = [];

    /// <summary>Fires when the pod stops.</summary>
    public CancellationToken Stop { get; } = stop;

    /// <summary>Reads a request's head; empty when the gate closed the connection.</summary>
    public async Task<string> ReadHeadAsync()
    {
        while (true)
        {
            var end = Find("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.Latin1.GetString([.. _buffered[..(end + 4)]]);
                _buffered.RemoveRange(0, end + 4);
                heads.Enqueue(head);
                return head;
            }

            if (!await FillAsync()) return "";
        }
    }

    /// <summary>Reads so many bytes of a body.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        while (_buffered.Count < count && await FillAsync())
        {
        }

        var taken = _buffered[..Math.Min(count, _buffered.Count)].ToArray();
        _buffered.RemoveRange(0, taken.Length);
        return taken;
    }

    /// <summary>Writes text.</summary>
    public async Task WriteAsync(string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text), Stop);

    /// <summary>Waits until the gate closes the connection, or the pod stops.</summary>
    public async Task WaitForCloseAsync()
    {
        while (await FillAsync())
        {
        }
    }

    /// <summary>Reads a chunked body to its end, or to where the gate broke it off.</summary>
    public async Task ReadChunksAsync()
    {
        var end = Find("0\r\n\r\n"u8);
        while (end < 0 && await FillAsync())
        {
            end = Find("0\r\n\r\n"u8);
        }

        _buffered.RemoveRange(0, end < 0 ? _buffered.Count : end + 5);
    }

    /// <summary>Says that nothing more comes, and goes on reading.</summary>
    public void Finish() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Resets the connection, so that no orderly end is seen.</summary>
    public void Reset() => socket.Close(0);

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[8192];
        var count = await socket.ReceiveAsync(buffer, Stop);
        _buffered.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }

    private int Find(ReadOnlySpan<byte> what) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_buffered).IndexOf(what);
}
