using System.Net.Sockets;
using System.Text;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

/// <summary>An upgraded connection is taken away from the platform's handler: nothing may be lost by that, in neither direction, and it ends when it should.</summary>
public sealed class UpgradeTests
{
    private const string Head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

    // What a pod says at once comes in the same piece as its head, so the handler has read it already; or a part of it, or none.
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(4_000)]
    [InlineData(4_096)]
    [InlineData(100_000)]
    public async Task Pod_ThatSpeaksFirst_IsHeardFromItsFirstByteOn(int length)
    {
        var said = string.Concat(Enumerable.Range(0, length).Select(number => (char)('a' + (number % 26))));
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync(Head + said);
            var asked = await connection.ReadAsync(5);
            await connection.WriteAsync(Encoding.Latin1.GetString(asked) + "!");
            await connection.WaitForCloseAsync();
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var socket = await AskAsync(gate);
        (await ReadAsync(socket, length)).Should().Be(said);
        await socket.SendAsync("hello"u8.ToArray());
        (await ReadAsync(socket, 6)).Should().Be("hello!");
        board.Load("a").InFlight.Should().Be(1);
        socket.Close();
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "the pod's side is closed too");
    }

    [Fact]
    public async Task Pod_ThatEndsIt_EndsTheClients()
    {
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync(Head + "bye");
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var socket = await AskAsync(gate);
        (await ReadAsync(socket, 4)).Should().Be("bye", "then it is over");
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "it was counted out");
    }

    [Fact]
    public async Task Pod_ThatIsClosed_LosesItAtOnce()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync(Head + "x");
            await connection.WaitForCloseAsync();
            gone.SetResult();
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var socket = await AskAsync(gate);
        (await ReadAsync(socket, 1)).Should().Be("x");
        board.Admit("a", Admission.Closed);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "it was counted out");
    }

    private static async Task<Socket> AskAsync(Gate gate)
    {
        var socket = await gate.ConnectAsync();
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"u8.ToArray());
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append(await ReadAsync(socket, 1));
        head.ToString().Should().StartWith("HTTP/1.1 101 ");
        return socket;
    }

    /// <summary>So much, or less when it ends before.</summary>
    private static async Task<string> ReadAsync(Socket socket, int length)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var (buffer, have) = (new byte[length], 0);
        while (have < length)
        {
            int count;
            try
            {
                count = await socket.ReceiveAsync(buffer.AsMemory(have), limit.Token);
            }
            catch (SocketException)
            {
                break;
            }

            if (count == 0) break;
            have += count;
        }

        return Encoding.Latin1.GetString(buffer, 0, have);
    }
}
