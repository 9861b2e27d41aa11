using System.Net;
using System.Net.Sockets;

namespace PodGate.TestKit;

/// <summary>HTTP clients with a loopback source address of their own each: to the gate they are different customers.</summary>
public static class SourceClient
{
    public static HttpClient From(IPAddress source, Uri gate, TimeSpan? timeout = null, TestNamespace? inside = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (context, cancel) =>
            {
                var socket = inside?.CreateSocket() ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    socket.Bind(new IPEndPoint(source, 0));
                    await socket.ConnectAsync(IPAddress.Parse(gate.Host), gate.Port, cancel).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { BaseAddress = gate, Timeout = timeout ?? TimeSpan.FromSeconds(30) };
    }

    /// <summary>The n-th customer's address, from 127.1.0.1 on.</summary>
    public static IPAddress Address(int number) => new([127, 1, (byte)(number / 250), (byte)((number % 250) + 1)]);
}
