using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

public sealed class StreamingTests
{
    // Long enough for a busy machine's first request, which compiles everything; what has to outlast it waits half as long again.
    private static readonly ProxySettings Impatient = new() { FirstByteTimeout = TimeSpan.FromSeconds(1), ConnectTimeout = TimeSpan.FromSeconds(10) };

    private static readonly TimeSpan Longer = TimeSpan.FromMilliseconds(1500);

    [Fact]
    public async Task Silence_BeforeTheFirstByte_Gives504AndIsNotRepeated()
    {
        await using var silent = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WaitForCloseAsync();
        });
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Impatient);
        var client = gate.Client(board.ClientOf("silent"));
        using var get = await client.GetAsync("/");
        using var post = await client.PostAsync("/", new StringContent("x"));
        get.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        post.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        get.Headers.GetValues("X-Pod").Should().Equal("silent");
        (await post.Content.ReadAsStringAsync()).Should().Contain("\"status\":504");
        await gate.Signals.ShouldEndAsync(("silent", Outcome.NoAnswer, 0), ("silent", Outcome.NoAnswer, 0));
        good.Heads.Should().BeEmpty();
    }

    [Fact]
    public async Task SlowUpload_LongerThanTheFirstByteTimeout_Passes()
    {
        await using var pod = await WebServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync());
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient);
        using var socket = await gate.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"u8.ToArray());
        foreach (var letter in "ab")
        {
            // Longer than the timeout each time: the gate waits for the client, not for the pod.
            await Task.Delay(Longer);
            await socket.SendAsync(new[] { (byte)letter });
        }

        var buffer = new byte[4096];
        var text = "";
        while (await socket.ReceiveAsync(buffer) is var count and > 0) text += Encoding.Latin1.GetString(buffer, 0, count);
        text.Should().StartWith("HTTP/1.1 200").And.Contain("ab");
    }

    [Fact]
    public async Task EventStream_IdleLongerThanTheTimeout_GoesOn()
    {
        await using var pod = await WebServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: 1\n\n");
            await Task.Delay(Longer);
            await context.Response.WriteAsync("data: 2\n\n");
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), Impatient);
        (await gate.Client().GetStringAsync("/")).Should().Be("data: 1\n\ndata: 2\n\n");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WebSocket_IdleLongerThanTheTimeout_GoesOn(bool overHttp2)
    {
        await using var pod = await WebServer.StartAsync(EchoSocketAsync);
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Impatient, secure: overHttp2);
        using var socket = new ClientWebSocket();
        if (overHttp2)
        {
            socket.Options.HttpVersion = HttpVersion.Version20;
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        await socket.ConnectAsync(new UriBuilder(gate.Address) { Scheme = overHttp2 ? "wss" : "ws" }.Uri, overHttp2 ? gate.Client() : null, default);
        for (var i = 0; i < 2; i++)
        {
            await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, true, default);
            var buffer = new byte[16];
            var got = await socket.ReceiveAsync(buffer, default);
            Encoding.UTF8.GetString(buffer, 0, got.Count).Should().Be("ping");
            await Task.Delay(Longer);
        }

        board.Load("a").InFlight.Should().Be(1);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await Soon.BeTrueAsync(() => board.Load("a").InFlight == 0, "the connection was counted out");
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 101));
    }

    [Fact]
    public async Task Http2_OverTlsInFrontAndTlsBehind_Passes()
    {
        await using var pod = await WebServer.StartAsync(
            async context => await context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Host} {context.Request.Headers["X-Forwarded-Proto"]}"),
            certificate: Gate.Certificate);
        var board = new Board().Put("a", pod.EndPoint, "https");
        await using var gate = await Gate.StartAsync(board, secure: true);
        using var answer = await gate.Client(version: HttpVersion.Version20).GetAsync("/");
        answer.Version.Should().Be(HttpVersion.Version20);
        (await answer.Content.ReadAsStringAsync()).Should().Be($"HTTP/1.1 {gate.Address.Authority} https");
        answer.Headers.GetValues("X-Pod").Should().Equal("a");
    }

    [Fact]
    public async Task Tls_ToAPodThatSpeaksNone_IsAFailedConnection()
    {
        await using var pod = RawPod.Start(RequestPathTests.OkAsync);
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("bad", pod.EndPoint, "https").Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, new ProxySettings { ConnectTimeout = TimeSpan.FromSeconds(1) });
        using var answer = await gate.Client(board.ClientOf("bad")).PostAsync("/", new StringContent("x"));
        (await answer.Content.ReadAsStringAsync()).Should().Be("x");
        await gate.Signals.UntilAsync(2);
        gate.Signals.All[0].Outcome.Should().BeOneOf(Outcome.ConnectFailed, Outcome.ConnectTimedOut);
        gate.Signals.All[1].Outcome.Should().Be(Outcome.Answered);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Grpc_ContentType_GoesOverHttp2WithTrailers(bool podSpeaksTls)
    {
        await using var pod = await WebServer.StartAsync(
            async context =>
            {
                // The head comes late and the trailers last: gRPC streams are like that.
                await Task.Delay(Longer);
                context.Response.ContentType = "application/grpc";
                context.Response.DeclareTrailer("grpc-status");
                await context.Response.WriteAsync(context.Request.Protocol);
                context.Response.AppendTrailer("grpc-status", "0");
                context.Response.AppendTrailer("X-Pod", "forged");
            },
            certificate: podSpeaksTls ? Gate.Certificate : null,
            protocols: HttpProtocols.Http2);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint, podSpeaksTls ? "https" : "http"), Impatient, secure: true);
        var request = new HttpRequestMessage(HttpMethod.Post, "/s/m") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { { "Content-Type", "application/grpc" } } };
        using var answer = await gate.Client().SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).Should().Be("HTTP/2");
        answer.TrailingHeaders.GetValues("grpc-status").Should().Equal("0");
        answer.TrailingHeaders.Contains("X-Pod").Should().BeFalse();
    }

    // Kestrel writes trailers to HTTP/2 clients only.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chunked_RequestAndAnswerWithTrailers_Pass(bool http2)
    {
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            (await connection.ReadAsync(15)).Should().HaveCount(15);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n");
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), secure: http2);
        var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StreamContent(new MemoryStream("hello"u8.ToArray())) };
        request.Content.Headers.ContentLength = null;
        request.Headers.TransferEncodingChunked = true;
        request.Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var answer = await gate.Client().SendAsync(request);
        answer.Version.Should().Be(request.Version);
        pod.Heads.Single().Should().Contain("Transfer-Encoding: chunked");
        (await answer.Content.ReadAsStringAsync()).Should().Be("abc");
        if (http2) answer.TrailingHeaders.GetValues("X-Sum").Should().Equal("7");
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 200));
    }

    [Fact]
    public async Task Chunks_OfASlowRequest_ReachThePodAsTheyCome()
    {
        var first = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            first.SetResult(Encoding.Latin1.GetString(await connection.ReadAsync(10)));
            await connection.ReadAsync(5);
            await connection.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n");
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint));
        using var socket = await gate.ConnectAsync();
        await socket.SendAsync("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"u8.ToArray());
        (await first.Task.WaitAsync(TimeSpan.FromSeconds(10))).Should().Be("5\r\nhello\r\n");
        await socket.SendAsync("0\r\n\r\n"u8.ToArray());
        var buffer = new byte[4096];
        Encoding.Latin1.GetString(buffer, 0, await socket.ReceiveAsync(buffer)).Should().StartWith("HTTP/1.1 204");
    }

    [Fact]
    public async Task Body_OfHundredMegabytes_IsNotBuffered()
    {
        const int Megabytes = 100;
        long received = 0;
        await using var pod = await WebServer.StartAsync(
            async context =>
            {
                var buffer = new byte[65536];
                int count;
                while ((count = await context.Request.Body.ReadAsync(buffer)) > 0) Interlocked.Add(ref received, count);
                context.Response.ContentLength = Megabytes * 1048576L;
                for (var i = 0; i < Megabytes * 16; i++) await context.Response.Body.WriteAsync(buffer);
            },
            options => options.Limits.MaxRequestBodySize = null);
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        using var answer = await gate.Client().SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/") { Content = new Zeros(Megabytes * 1048576L) }, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var chunk = new byte[65536];
        long read = 0;
        int got;
        while ((got = await body.ReadAsync(chunk)) > 0)
        {
            read += got;
            if (read / 1048576 != (read - got) / 1048576) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
        }

        received.Should().Be(Megabytes * 1048576L);
        read.Should().Be(Megabytes * 1048576L);
        (most - before).Should().BeLessThan(60 * 1048576L, "neither body is held as a whole");
    }

    [Fact]
    public async Task Client_ThatGoesAway_IsNoSignal()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            arrived.SetResult();
            await connection.WaitForCloseAsync();
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using (var socket = await gate.ConnectAsync())
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray());
            await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        await Soon.BeTrueAsync(() => gate.Pipeline.Traffic.Read().Single().Requests[0] == 1, "it is counted as aborted");
        board.Load("a").InFlight.Should().Be(0);
        gate.Signals.All.Should().BeEmpty();
    }

    internal static async Task EchoSocketAsync(HttpContext context)
    {
        await using var stream = await UpgradeAsync(context, extension: null);
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var buffer = new byte[1024];
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer, context.RequestAborted);
            if (got.MessageType == WebSocketMessageType.Close) break;
            await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, context.RequestAborted);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    /// <summary>A pod's side of a WebSocket's handshake (RFC 6455, section 4.2).</summary>
    internal static Task<Stream> UpgradeAsync(HttpContext context, string? extension)
    {
        var key = context.Request.Headers.SecWebSocketKey.ToString();
#pragma warning disable CA5350 // The WebSocket handshake is defined with SHA-1.
        var accept = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = accept;
        if (extension is not null) context.Response.Headers.SecWebSocketExtensions = extension;
        return context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
    }
}
