using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using PodGate.Core.Routing;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

/// <summary>What a pod remembers of its sources.</summary>
public sealed class OutcomeTests
{
    private static readonly ProxySettings Impatient = new()
    {
        FirstByteTimeout = TimeSpan.FromSeconds(1), IdleTimeout = TimeSpan.FromSeconds(1), ConnectTimeout = TimeSpan.FromSeconds(10),
    };

    [Theory]
    [InlineData(Outcome.Answered, 200, SlotOutcome.Fine)]
    [InlineData(Outcome.Answered, 101, SlotOutcome.Fine)]
    [InlineData(Outcome.Answered, 404, SlotOutcome.Fine)]
    [InlineData(Outcome.Answered, 429, SlotOutcome.Fine)]
    [InlineData(Outcome.Answered, 499, SlotOutcome.Fine)]
    [InlineData(Outcome.Answered, 500, SlotOutcome.ServerError)]
    [InlineData(Outcome.Answered, 501, SlotOutcome.Fine)]
    [InlineData(Outcome.Answered, 502, SlotOutcome.ServerError)]
    [InlineData(Outcome.Answered, 503, SlotOutcome.Unavailable)]
    [InlineData(Outcome.Answered, 505, SlotOutcome.Fine)]
    [InlineData(Outcome.Answered, 599, SlotOutcome.ServerError)]
    [InlineData(Outcome.Answered, 799, SlotOutcome.ServerError)]
    [InlineData(Outcome.CutOff, 200, SlotOutcome.CutOff)]
    [InlineData(Outcome.CutOff, 500, SlotOutcome.CutOff)]
    [InlineData(Outcome.Broken, 0, SlotOutcome.Broken)]
    [InlineData(Outcome.NoAnswer, 0, SlotOutcome.NoAnswer)]
    [InlineData(Outcome.ConnectRefused, 0, SlotOutcome.None)]
    [InlineData(Outcome.ConnectTimedOut, 0, SlotOutcome.None)]
    [InlineData(Outcome.ConnectFailed, 0, SlotOutcome.None)]
    [InlineData(Outcome.ClosedByGate, 0, SlotOutcome.None)]
    [InlineData(Outcome.ClosedByGate, 200, SlotOutcome.None)]
    public void Outcome_OfAnAttempt_IsRememberedAs(Outcome outcome, int status, SlotOutcome expected) =>
        Reporter.Of(outcome, status).Should().Be(expected);

    [Fact]
    public void Outcome_EveryKind_IsDecided() =>
        Enum.GetValues<Outcome>().Should().OnlyContain(outcome => Enum.IsDefined(Reporter.Of(outcome, 0)));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", SlotOutcome.Fine)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", SlotOutcome.Fine)]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", SlotOutcome.Fine)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", SlotOutcome.Unavailable)]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", SlotOutcome.ServerError)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", SlotOutcome.CutOff)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", SlotOutcome.CutOff)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n", SlotOutcome.CutOff)]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", SlotOutcome.Broken)]
    [InlineData("HTTP/1.1 200 OK\r\nA header without a colon\r\n\r\n", SlotOutcome.Broken)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", SlotOutcome.Broken)]
    [InlineData("", SlotOutcome.Broken)]
    public async Task Answer_OfAPod_IsRememberedForItsSource(string answer, SlotOutcome expected)
    {
        await using var pod = RawPod.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() != "")
            {
                if (answer.Length > 0) await connection.WriteAsync(answer);
                if (expected is SlotOutcome.CutOff or SlotOutcome.Broken) return;
            }
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        await RequestPathTests.RawAsync(gate, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await Soon.BeTrueAsync(() => gate.Signals.All.Count == 1, "the attempt was reported");
        Of(board, "a").Outcome.Should().Be(expected);
        board.Load("a").Outcomes.Troubles.Should().Be(expected > SlotOutcome.Fine ? 1 : 0);
        gate.Pipeline.Traffic.Read().Single().Failures.Should().Be(expected > SlotOutcome.Fine ? 1 : 0, "the pod's failures are counted too");
        SlotOutcomes.Between(SlotOutcomes.MomentOf(TimeProvider.System.GetUtcNow()), Of(board, "a").Moment)
            .Should().BeLessThan(TimeSpan.FromSeconds(10)).And.BeGreaterThanOrEqualTo(TimeSpan.Zero);
    }

    [Fact]
    public async Task FirstByte_OfASlowAnswer_IsRememberedWithIt()
    {
        await using var pod = await WebServer.StartAsync(context => Task.Delay(150).ContinueWith(_ => context.Response.WriteAsync("x")).Unwrap());
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        await gate.Client().GetStringAsync("/");
        await Soon.BeTrueAsync(() => Of(board, "a").Outcome == SlotOutcome.Fine, "the answer is remembered");
        Of(board, "a").FirstByte.Should().BeGreaterThan(TimeSpan.FromMilliseconds(140)).And.Be(
            TimeSpan.FromMilliseconds(Math.Floor(gate.Signals.All.Single().FirstByte.TotalMilliseconds)));
    }

    [Fact]
    public async Task Silence_LongerThanTheTimeout_IsRemembered()
    {
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WaitForCloseAsync();
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Impatient);
        using var answer = await gate.Client().GetAsync("/");
        await Soon.BeTrueAsync(() => gate.Signals.All.Count == 1, "the attempt was reported");
        Of(board, "a").Outcome.Should().Be(SlotOutcome.NoAnswer);
    }

    [Fact]
    public async Task Connections_ThatWereRefused_AreNotRemembered()
    {
        var board = new Board().Put("a", RawPod.Nobody());
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client().GetAsync("/");
        await gate.Signals.ShouldEndAsync(("a", Outcome.ConnectRefused, 0));
        Of(board, "a").Outcome.Should().Be(SlotOutcome.None);
    }

    // What goes on for hours would else be remembered when it is over.
    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("text/event-stream;charset=utf-8")]
    public async Task EventStream_ThatBegan_CountsAtOnceAndAgainOnlyWhenItBreaks(string type)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pod = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:\r\n");
            await go.Task;
            connection.Reset();
        });
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Impatient);
        using var answer = await gate.Client().GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        Of(board, "a").Outcome.Should().Be(SlotOutcome.Fine);
        await Task.Delay(1500);
        gate.Signals.All.Should().BeEmpty("it may be idle for longer than other answers");
        go.SetResult();
        await Soon.BeTrueAsync(() => Of(board, "a").Outcome == SlotOutcome.CutOff, "it broke");
        await gate.Signals.ShouldEndAsync(("a", Outcome.CutOff, 200));
    }

    [Fact]
    public async Task WebSocket_ThatWasUpgraded_CountsAtOnce()
    {
        await using var pod = await WebServer.StartAsync(StreamingTests.EchoSocketAsync);
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, Impatient);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gate.Address) { Scheme = "ws" }.Uri, default);
        Of(board, "a").Outcome.Should().Be(SlotOutcome.Fine);
        gate.Signals.All.Should().BeEmpty("it goes on");
    }

    // Clients that go away at every moment: before an answer, in the middle of one, of a request's body, of a stream, of an upgraded connection.
    [Fact]
    public async Task Client_ThatGoesAwayAtAnyMoment_IsNeverEvidence()
    {
        await using var pod = await WebServer.StartAsync(
            async context =>
            {
                if (context.Request.Path == "/ws")
                {
                    await StreamingTests.EchoSocketAsync(context);
                    return;
                }

                if (context.Request.Path == "/silent") await Task.Delay(Timeout.Infinite, context.RequestAborted);
                if (context.Request.Path == "/upload") await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                if (context.Request.Path == "/events") context.Response.ContentType = "text/event-stream";
                var buffer = new byte[65536];
                while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(buffer, context.RequestAborted);
            },
            options => options.Limits.MinRequestBodyDataRate = null);
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        var requests = new[]
        {
            "GET /silent HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /silent HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok",
            "GET /download HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET /events HTTP/1.1\r\nHost: h\r\n\r\n",
            "POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nsome",
            "POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n",
            "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        };
        for (var round = 0; round < 40; round++)
        {
            using var socket = await gate.ConnectAsync();
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(requests[round % requests.Length]));
            if (round % 3 > 0) await Soon.BeTrueAsync(() => board.Load("a").InFlight > 0, "it runs");
            if (round % 3 > 1) await Task.Delay(20);
            if (round % 2 == 0) socket.Close(0);
        }

        await Soon.BeTrueAsync(() => gate.Pipeline.Traffic.Read().Single().Requests.Sum() >= 27 && board.Load("a").InFlight == 0, "all have ended");
        gate.Signals.Ends.Where(signal => signal.Outcome != Outcome.Answered).Should().BeEmpty("only what went through whole is a signal");
        board.Load("a").Outcomes.Troubles.Should().Be(0);
    }

    private static SlotEntry Of(Board board, string pod, string client = "127.0.0.1") =>
        board.Load(pod).Outcomes[board.SlotOf(client) & (SlotOutcomes.Cells - 1)];
}
