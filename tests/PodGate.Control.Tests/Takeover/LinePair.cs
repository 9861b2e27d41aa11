using System.Net;
using System.Net.Sockets;
using PodGate.Control.Takeover;

namespace PodGate.Control.Tests.Takeover;

/// <summary>A line with both its ends, over a real connection: what one closes the other hears.</summary>
internal sealed class LinePair : IDisposable
{
    private LinePair(Socket old, Socket young, TimeProvider time)
    {
        (OldSocket, YoungSocket) = (old, young);
        Old = new TakeoverLine(new NetworkStream(old, ownsSocket: true), time);
        Young = new TakeoverLine(new NetworkStream(young, ownsSocket: true), time);
    }

    public Socket OldSocket { get; }

    public Socket YoungSocket { get; }

    public TakeoverLine Old { get; }

    public TakeoverLine Young { get; }

    public static async Task<LinePair> MakeAsync(TimeProvider? time = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var young = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await young.ConnectAsync(listener.LocalEndpoint);
        var old = await listener.AcceptSocketAsync();
        old.NoDelay = true;
        return new LinePair(old, young, time ?? TimeProvider.System);
    }

    public void Dispose()
    {
        Old.Dispose();
        Young.Dispose();
    }
}
