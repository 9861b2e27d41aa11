using System.Net.Security;
using System.Net.Sockets;
using PodGate.Proxy.Arrivals;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests.Arrivals;

/// <summary>New connections of clients, on a real listener.</summary>
public sealed class FrontDoorTests
{
    [Fact]
    public async Task MoreThanTheRate_Wait_OrAreClosedWithoutAWord_AndWhoIsInIsNotTouched()
    {
        await using var pod = RawPod.Start(RetryTests.EchoAsync);
        await using var gate = await Gate.StartAsync(
            new Board().Put("a", pod.EndPoint), new ProxySettings { ConnectTimeout = TimeSpan.FromSeconds(10), MostNewConnections = 4 });
        var inside = gate.Client();
        (await inside.GetAsync("/")).EnsureSuccessStatusCode();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ =>
        {
            using var socket = await gate.ConnectAsync();
            return await AskAsync(socket);
        }));
        var served = answers.Count(answer => answer);
        served.Should().BeInRange(4, 20, "a second's worth at once, another one that waited, and what came due meanwhile");
        var read = gate.Pipeline.Door.Read();
        read.TooMany.Should().Be(40 - served);
        read.Delayed.Should().BePositive();
        (await inside.GetAsync("/")).EnsureSuccessStatusCode();

        gate.Pipeline.Settings = gate.Pipeline.Settings with { MostNewConnections = 0 };
        using var last = await gate.ConnectAsync();
        (await AskAsync(last)).Should().BeTrue("the limit was taken away while the gate runs");
    }

    [Fact]
    public async Task Handshakes_NoMoreThanThatAtATime_AndWhoDoesNotSpeakTakesNoPlace()
    {
        await using var pod = RawPod.Start(RetryTests.EchoAsync);
        await using var gate = await Gate.StartAsync(
            new Board().Put("a", pod.EndPoint), new ProxySettings { ConnectTimeout = TimeSpan.FromSeconds(10), MostHandshakes = 1 }, secure: true);
        var silent = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gate.ConnectAsync()));
        (await gate.Client().GetAsync("/")).EnsureSuccessStatusCode();

        // It has begun to speak and goes no further: its place is taken from it after a while, since it is the client that is slow.
        using var halting = await gate.ConnectAsync();
        await halting.SendAsync(new byte[] { 0x16, 0x03, 0x01 });
        await Soon.BeTrueAsync(() => gate.Pipeline.Door.Read().HandshakesUnderWay == 21, "all have begun");
        var delayed = gate.Pipeline.Door.Read().Delayed;
        for (var tries = 0; tries < 50; tries++)
        {
            if (await ShakesHandsAsync(gate)) break;
            tries.Should().BeLessThan(49, "the place comes back");
        }

        var read = gate.Pipeline.Door.Read();
        read.Delayed.Should().BeGreaterThan(delayed, "somebody waited for that place");
        foreach (var socket in silent) socket.Dispose();
        halting.Dispose();
        await Soon.BeTrueAsync(() => gate.Pipeline.Door.Read() is { HandshakesUnderWay: 0, HandshakesFailed: >= 21 }, "what was broken is over and counted");
        (await gate.Client().GetAsync("/")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Garbage_IsCountedAndOver()
    {
        await using var pod = RawPod.Start(RetryTests.EchoAsync);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), secure: true);
        for (var i = 0; i < 10; i++)
        {
            using var socket = await gate.ConnectAsync();
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: not-tls\r\n\r\n"u8.ToArray());
            await EndAsync(socket);
        }

        await Soon.BeTrueAsync(() => gate.Pipeline.Door.Read() == new ArrivalReading(0, 0, 0, 0, 10), "ten handshakes failed");
        (await gate.Client().GetAsync("/")).EnsureSuccessStatusCode();
        gate.Pipeline.Door.Read().HandshakesFailed.Should().Be(10);
    }

    private static async Task<bool> ShakesHandsAsync(Gate gate)
    {
        try
        {
            using var socket = await gate.ConnectAsync();
            await using var secure = new SslStream(new NetworkStream(socket), false, (_, certificate, _, _) => certificate?.GetCertHashString() == Gate.Certificate.GetCertHashString());
            await secure.AuthenticateAsClientAsync("localhost");
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<bool> AskAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray());
            return await socket.ReceiveAsync(new byte[64]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task EndAsync(Socket socket)
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[64]) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Closed the hard way, which is an end as well.
        }
    }
}
