using System.Net;
using System.Net.Sockets;

namespace PodGate.Proxy.Tests.Rig;

/// <summary>A pod that allocates nothing for a request: blocking sockets, a thread a connection, one fixed answer.</summary>
internal sealed class FrugalPod : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public FrugalPod()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public IPEndPoint EndPoint { get; }

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.Accept();
                socket.NoDelay = true;
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The pod was stopped.
        }
    }

    private static void Serve(Socket socket)
    {
        var answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello there"u8.ToArray();
        var buffer = new byte[8192];
        using (socket)
        {
            try
            {
                while (socket.Receive(buffer) > 0)
                {
                    // Long enough for the gate to be waiting: what goes on at once takes another way through it, and costs less.
                    Thread.Sleep(1);
                    socket.Send(answer);
                }
            }
            catch (SocketException)
            {
                // The gate closed it.
            }
        }
    }
}

/// <summary>A client that allocates nothing for a request, and asks for the same again and again on one connection.</summary>
internal sealed class FrugalClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request = "GET /path?x=1 HTTP/1.1\r\nHost: customer.example\r\nUser-Agent: frugal\r\nAccept: */*\r\n\r\n"u8.ToArray();
    private readonly byte[] _buffer = new byte[8192];

    public FrugalClient(IPEndPoint gate) => _socket.Connect(gate);

    public void Ask(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _socket.Send(_request);
            var got = 0;
            while (got < 11 || !_buffer.AsSpan(got - 11, 11).SequenceEqual("hello there"u8))
            {
                var count = _socket.Receive(_buffer, got, _buffer.Length - got, SocketFlags.None);
                if (count == 0) throw new InvalidOperationException("The gate closed the connection.");
                got += count;
            }

            if (!_buffer.AsSpan().StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException("Not 200.");
        }
    }

    public void Dispose() => _socket.Dispose();
}
