using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PodGate.Core.Routing;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit;
using PodGate.TestKit.Servers;

namespace PodGate.Proxy.Tests.Farewells;

/// <summary>Long-lived connections of a pod that gives its clients up end as if the pod had ended them, each between two messages.</summary>
public sealed class FarewellTests
{
    private static readonly Farewell AtOnce = new(DateTimeOffset.MinValue, DateTimeOffset.MinValue);
    private static readonly ProxySettings Patient = new() { ConnectTimeout = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task WebSocket_Idle_IsClosedAsGoingAway(bool overHttp2, bool compressed)
    {
        await using var pod = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed));
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient, secure: overHttp2);
        using var socket = await ConnectAsync(gate, overHttp2, compressed);
        await socket.SendAsync(new byte[300], WebSocketMessageType.Binary, true, default);
        (await ReceiveAsync(socket)).Message.Should().Equal(new byte[300]);
        var seen = gate.Pipeline.OpenConnections().Single();
        (seen.Pod, seen.Kind, seen.Client, seen.ToldGoodbye).Should().Be(("a", ConnectionKind.WebSocket, IPAddress.Loopback, false));
        if (!compressed) (seen.BytesToClient, seen.BytesToPod).Should().Be((300 + 4, 300 + 8), "with the heads of the frames");
        var counted = gate.Pipeline.Traffic.Read().Single();
        (counted.BytesToClient, counted.BytesToPod).Should().Be((seen.BytesToClient, seen.BytesToPod), "it may go on for days, and counts meanwhile");

        board.Leave("a", AtOnce);
        (await ReceiveAsync(socket)).Message.Should().BeNull("a close came");
        socket.CloseStatus.Should().Be(WebSocketCloseStatus.EndpointUnavailable, "that is 1001");
        gate.Pipeline.OpenConnections().Single().ToldGoodbye.Should().BeTrue();
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, default);
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "the pod ended the connection");
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 101));
        gate.Pipeline.OpenConnections().Should().BeEmpty();
    }

    // The pod talks all the time, in large messages of many fragments. Whatever arrives is whole frames, in order, and then the close.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WebSocket_InTheMiddleOfMessages_IsClosedBetweenTwoFrames(bool compressed)
    {
        await using var pod = await WebServer.StartAsync(context => SocketAsync(context, TalkAsync, compressed));
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        for (var round = 0; round < 10; round++)
        {
            using var socket = await ConnectAsync(gate, overHttp2: false, compressed);
            (await ReceiveAsync(socket)).Message.Should().HaveCount(Fragments * Fragment);
            board.Leave("a", AtOnce);
            var next = 1;
            while (await ReceiveAsync(socket) is { Message: { } message })
            {
                message.Should().OnlyContain(value => value == (byte)next, $"message {next} of round {round}");
                message.Should().HaveCount(Fragments * Fragment);
                next++;
            }

            socket.CloseStatus.Should().Be(WebSocketCloseStatus.EndpointUnavailable);
            socket.Abort();
            await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "it was counted out");
            board.Admit("a", Admission.Serving, sick: false);
        }
    }

    [Fact]
    public async Task WebSocket_ThatThePodHasClosed_GetsNoSecondClose()
    {
        await using var pod = await WebServer.StartAsync(context => SocketAsync(context, CloseAndWaitAsync, compressed: false));
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        using var socket = await ConnectAsync(gate, overHttp2: false, compressed: false);
        (await ReceiveAsync(socket)).Message.Should().BeNull();
        board.Leave("a", AtOnce);
        socket.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "the pod ended it");
        gate.Pipeline.OpenConnections().Should().BeEmpty();
    }

    // Its close has gone out; if it goes on all the same nobody hears its pod any more. So it is closed, also when the pod is back in the traffic by then.
    [Fact]
    public async Task WebSocket_ThatDoesNotAnswer_IsClosed_AlsoWhenItsPodIsBack()
    {
        await using var pod = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        var (board, time) = (new Board().Put("a", pod.EndPoint), new ManualTime());
        await using var gate = await Gate.StartAsync(board, Patient, time: time);
        using var socket = await ConnectAsync(gate, overHttp2: false, compressed: false);
        board.Leave("a", AtOnce);
        (await ReceiveAsync(socket)).Message.Should().BeNull();
        board.Admit("a", Admission.Serving, sick: false);
        time.Advance(TimeSpan.FromSeconds(29));
        board.Load("a").InFlight.Should().Be(1);
        time.Advance(TimeSpan.FromSeconds(2));
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "it was closed");
        await Soon.BeTrueAsync(() => time.ActiveTimers == 0, "there are no more rounds");
    }

    // Nothing of it can be ended without harm: whoever asked by POST does not ask again, and what is compressed is not followed.
    [Theory]
    [InlineData("POST", null)]
    [InlineData("GET", "gzip")]
    public async Task EventStream_ThatMayNotEnd_IsLeftAlone(string method, string? encoding)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pod = await WebServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            if (encoding is not null) context.Response.Headers.ContentEncoding = encoding;
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await go.Task;
            await context.Response.WriteAsync("data: 2\n\n");
        });
        await using var sockets = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        var board = new Board().Put("a", pod.EndPoint).Put("b", sockets.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        using var other = await ConnectAsync(gate, overHttp2: false, compressed: false, board.ClientOf("b"));
        using var answer = await gate.Client(board.ClientOf("a")).SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), HttpCompletionOption.ResponseHeadersRead);
        board.Leave("a", AtOnce).Leave("b", AtOnce);
        (await ReceiveAsync(other)).Message.Should().BeNull("others were asked, so there was a round");
        go.SetResult();
        (await answer.Content.ReadAsStringAsync()).Should().Be("data: 1\n\ndata: 2\n\n");
    }

    [Fact]
    public async Task LeaveAll_AsksEverybody_OnAllPods()
    {
        await using var one = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        await using var two = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        var board = new Board().Put("a", one.EndPoint).Put("b", two.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        using var first = await ConnectAsync(gate, overHttp2: false, compressed: false, board.ClientOf("a"));
        using var second = await ConnectAsync(gate, overHttp2: false, compressed: false, board.ClientOf("b"));
        gate.Pipeline.LeaveAll(TimeSpan.FromMilliseconds(300));
        foreach (var socket in new[] { first, second })
        {
            (await ReceiveAsync(socket)).Message.Should().BeNull();
            socket.CloseStatus.Should().Be(WebSocketCloseStatus.EndpointUnavailable);
        }
    }

    // What the pod has begun to say is said; then the answer ends as if it were whole, and a browser's EventSource connects again.
    [Fact]
    public async Task EventStream_EndsBetweenTwoEvents()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pod = await WebServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\ndata: 2\n");
            await context.Response.Body.FlushAsync();
            await go.Task;
            await context.Response.WriteAsync("data: still 2\n\ndata: 3\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        using var answer = await gate.Client().GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).Should().Be("data: 1");
        board.Leave("a", AtOnce);
        await Soon.BeTrueAsync(() => gate.Pipeline.OpenConnections().Single() is { ToldGoodbye: true, Kind: ConnectionKind.EventStream }, "it was told");
        go.SetResult();
        (await reader.ReadToEndAsync()).Should().Be("\ndata: 2\ndata: still 2\n\n");
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "it was counted out");
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 200));
    }

    [Fact]
    public async Task EventStream_ThatIsSilent_EndsAtOnce()
    {
        await using var pod = await WebServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        var reading = gate.Client().GetStringAsync("/");
        await Soon.BeTrueAsync(() => gate.Pipeline.OpenConnections().Any(one => one.BytesToClient > 0), "the first event has come");
        board.Leave("a", AtOnce);
        (await reading).Should().Be("data: 1\n\n");
    }

    [Fact]
    public async Task Grpc_Stream_EndsAsUnavailable_AndASingleAnswerIsLeftAlone()
    {
        await using var pod = await WebServer.StartAsync(
            async context =>
            {
                context.Response.ContentType = "application/grpc";
                byte[] message = [0, 0, 0, 0, 1, 7];
                await context.Response.Body.WriteAsync(message);
                await context.Response.Body.FlushAsync();
                if (context.Request.Path == "/s/many") await context.Response.Body.WriteAsync(message);
                await context.Response.Body.FlushAsync();
                await Task.Delay(context.Request.Path == "/s/many" ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(500), context.RequestAborted);
                context.Response.AppendTrailer("grpc-status", "0");
            },
            protocols: HttpProtocols.Http2);
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient, secure: true);
        var (one, many) = (CallAsync(gate, "/s/one"), CallAsync(gate, "/s/many"));
        await Soon.BeTrueAsync(() => gate.Pipeline.OpenConnections().Count(call => call is { Kind: ConnectionKind.Grpc, BytesToClient: >= 6 }) == 2, "both have begun");
        board.Leave("a", AtOnce);
        (await one).Should().Be(("0", 6), "a single answer is on its way to its end");
        (await many).Should().Be(("14", 12), "a stream ends between two messages");
    }

    [Fact]
    public async Task LeaveAll_IsSpread()
    {
        const int Count = 20;
        await using var pod = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        var (board, time) = (new Board().Put("a", pod.EndPoint), new ManualTime());
        await using var gate = await Gate.StartAsync(board, Patient, time: time);
        var sockets = new List<WebSocket>();
        for (var i = 0; i < Count; i++) sockets.Add(await ConnectAsync(gate, overHttp2: false, compressed: false));
        gate.Pipeline.LeaveAll(TimeSpan.FromSeconds(10));
        for (var second = 1; second <= 10; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Told().Should().BeInRange((2 * second) - 2, (2 * second) + 2, $"{second} of 10 seconds have passed");
        }

        sockets.ForEach(socket => socket.Dispose());

        int Told() => gate.Pipeline.OpenConnections().Count(one => one.ToldGoodbye);
    }

    [Fact]
    public async Task LeaveAll_LeavesADrainedPodItsOwnTime()
    {
        await using var one = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        await using var two = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        var (board, time) = (new Board().Put("a", one.EndPoint).Put("b", two.EndPoint), new ManualTime());
        await using var gate = await Gate.StartAsync(board, Patient, time: time);
        var sockets = new List<WebSocket>();
        for (var i = 0; i < 5; i++)
        {
            sockets.Add(await ConnectAsync(gate, overHttp2: false, compressed: false, board.ClientOf("a")));
            sockets.Add(await ConnectAsync(gate, overHttp2: false, compressed: false, board.ClientOf("b")));
        }

        gate.Pipeline.LeaveAll(TimeSpan.FromSeconds(1000));
        board.Leave("a", new Farewell(time.GetUtcNow(), time.GetUtcNow().AddSeconds(5)));
        time.Advance(TimeSpan.FromSeconds(6));
        Told("a").Should().Be(5, "its own time is over");
        Told("b").Should().BeLessThan(2, "the gate's has only begun");
        sockets.ForEach(socket => socket.Dispose());

        int Told(string pod) => gate.Pipeline.OpenConnections().Count(one => one.ToldGoodbye && one.Pod == pod);
    }

    // Nobody connects again at the same moment as everybody else.
    [Fact]
    public async Task Goodbyes_AreSpread()
    {
        const int Count = 20;
        await using var pod = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        var (board, time) = (new Board().Put("a", pod.EndPoint), new ManualTime());
        await using var gate = await Gate.StartAsync(board, Patient, time: time);
        var sockets = new List<WebSocket>();
        for (var i = 0; i < Count; i++) sockets.Add(await ConnectAsync(gate, overHttp2: false, compressed: false));
        board.Leave("a", new Farewell(time.GetUtcNow().AddSeconds(5), time.GetUtcNow().AddSeconds(15)));
        Told().Should().Be(0);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Told().Should().Be(0, "the time has not come");
        for (var second = 1; second <= 10; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Told().Should().BeInRange((2 * second) - 2, (2 * second) + 2, $"{second} of 10 seconds have passed");
        }

        time.Advance(TimeSpan.FromSeconds(0.2));
        foreach (var socket in sockets)
        {
            (await ReceiveAsync(socket)).Message.Should().BeNull();
            socket.CloseStatus.Should().Be(WebSocketCloseStatus.EndpointUnavailable);
            socket.Dispose();
        }

        int Told() => gate.Pipeline.OpenConnections().Count(one => one.ToldGoodbye);
    }

    // Of a pod that is drained softly slots go until its end, and after a restart of the gate many of them at one moment.
    [Fact]
    public async Task Goodbyes_OfSlotsThatGoLate_AreSpreadAsWell()
    {
        const int Count = 20;
        await using var pod = await WebServer.StartAsync(context => SocketAsync(context, EchoAsync, compressed: false));
        var (board, time) = (new Board().Put("a", pod.EndPoint), new ManualTime());
        await using var gate = await Gate.StartAsync(board, Patient, time: time);
        var sockets = new List<WebSocket>();
        for (var i = 0; i < Count; i++) sockets.Add(await ConnectAsync(gate, overHttp2: false, compressed: false));
        board.Leave("a", new Farewell(time.GetUtcNow().AddMinutes(-20), time.GetUtcNow().AddMinutes(-20).AddSeconds(10)), Admission.Keeping);
        time.Advance(TimeSpan.FromSeconds(1));
        gate.Pipeline.OpenConnections().Count(one => one.ToldGoodbye).Should().BeInRange(1, 4, "a second of about ten has passed");
        board.Leave("a", new Farewell(time.GetUtcNow(), time.GetUtcNow().AddSeconds(1)));
        time.Advance(TimeSpan.FromSeconds(2));
        foreach (var socket in sockets)
        {
            (await ReceiveAsync(socket)).Message.Should().BeNull();
            socket.Dispose();
        }
    }

    [Fact]
    public async Task OpenConnections_TellWhatRuns()
    {
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.ReadAsync(3);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcd");
            await connection.WaitForCloseAsync();
        });
        var (board, time) = (new Board().Put("a", pod.EndPoint), new ManualTime());
        await using var gate = await Gate.StartAsync(board, Patient with { FirstByteTimeout = TimeSpan.FromHours(1), IdleTimeout = TimeSpan.FromHours(1) }, time: time);
        gate.Pipeline.OpenConnections().Should().BeEmpty();
        using var socket = await gate.ConnectAsync("127.0.0.9");
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nab"u8.ToArray());
        await Soon.BeTrueAsync(() => gate.Pipeline.OpenConnections().SingleOrDefault()?.BytesToPod == 2, "two bytes have come");
        time.Advance(TimeSpan.FromSeconds(7));
        gate.Pipeline.OpenConnections().Single().Should().Be(new OpenConnection(
            "a", ConnectionKind.Upload, IPAddress.Parse("127.0.0.9"), TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7), 0, 2, ToldGoodbye: false));
        await socket.SendAsync("c"u8.ToArray());
        await Soon.BeTrueAsync(() => gate.Pipeline.OpenConnections().SingleOrDefault()?.BytesToClient == 4, "the answer has begun");
        time.Advance(TimeSpan.FromSeconds(2));
        gate.Pipeline.OpenConnections().Single().Should().Be(new OpenConnection(
            "a", ConnectionKind.Request, IPAddress.Parse("127.0.0.9"), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(2), 4, 3, ToldGoodbye: false));
    }

    private const int Fragments = 20;
    private const int Fragment = 20_000;

    private static async Task<(string Status, long Bytes)> CallAsync(Gate gate, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { { "Content-Type", "application/grpc" } } };
        using var answer = await gate.Client().SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        return (answer.TrailingHeaders.GetValues("grpc-status").Single(), bytes.Length);
    }

    private static async Task<ClientWebSocket> ConnectAsync(Gate gate, bool overHttp2, bool compressed, string from = "127.0.0.1")
    {
        var socket = new ClientWebSocket();
        if (compressed) socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        if (overHttp2)
        {
            socket.Options.HttpVersion = HttpVersion.Version20;
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        await socket.ConnectAsync(new UriBuilder(gate.Address) { Scheme = overHttp2 ? "wss" : "ws" }.Uri, gate.Client(from), default);
        return socket;
    }

    /// <summary>A whole message; null when a close came.</summary>
    private static async Task<(byte[]? Message, int Parts)> ReceiveAsync(WebSocket socket)
    {
        var (message, buffer, parts) = (new MemoryStream(), new byte[16 * 1024], 0);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (got.MessageType == WebSocketMessageType.Close) return (null, parts);
            message.Write(buffer, 0, got.Count);
            parts++;
            if (got.EndOfMessage) return (message.ToArray(), parts);
        }
    }

    private static async Task SocketAsync(HttpContext context, Func<WebSocket, CancellationToken, Task> use, bool compressed)
    {
        await using var stream = await StreamingTests.UpgradeAsync(context, compressed ? "permessage-deflate" : null);
        var options = new WebSocketCreationOptions { IsServer = true, DangerousDeflateOptions = compressed ? new WebSocketDeflateOptions() : null };
        using var socket = WebSocket.CreateFromStream(stream, options);
        try
        {
            await use(socket, context.RequestAborted);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client went away.
        }
    }

    private static async Task EchoAsync(WebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer.AsMemory(), cancel) is { MessageType: not WebSocketMessageType.Close } got)
            await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, cancel);
        await socket.CloseOutputAsync(socket.CloseStatus!.Value, null, cancel);
    }

    private static async Task TalkAsync(WebSocket socket, CancellationToken cancel)
    {
        for (var number = 0; !cancel.IsCancellationRequested; number++)
        {
            var part = new byte[Fragment];
            Array.Fill(part, (byte)number);
            for (var i = 1; i <= Fragments; i++) await socket.SendAsync(part, WebSocketMessageType.Binary, i == Fragments, cancel);
        }
    }

    private static async Task CloseAndWaitAsync(WebSocket socket, CancellationToken cancel)
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
        var buffer = new byte[100];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), cancel)).MessageType != WebSocketMessageType.Close)
        {
            // Until the client has closed too.
        }
    }
}
