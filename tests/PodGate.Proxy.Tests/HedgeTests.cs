using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

/// <summary>Safe requests that are sent to a second pod as well, when that is switched on.</summary>
public sealed class HedgeTests
{
    private static readonly ProxySettings Hedging = new()
    {
        HedgeAfter = TimeSpan.FromMilliseconds(300), FirstByteTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(10),
    };

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public async Task First_Silent_TheSecondAnswers(string method)
    {
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging);
        var request = new HttpRequestMessage(new HttpMethod(method), "/path?x=1") { Headers = { { "X-Mark", ["1", "2"] } } };
        using var answer = await gate.Client(board.ClientOf("silent")).SendAsync(request);
        answer.Headers.GetValues("X-Pod").Should().Equal("good");
        good.Heads.Single().Should().Be(silent.Heads.Single(), "both got the same request").And.Contain("X-Mark: 1, 2");
        await CountedOutAsync(board);
        await gate.Signals.ShouldEndAsync(("good", Outcome.Answered, 200));
        gate.Signals.All.Single().FirstByte.Should().BeLessThan(Hedging.HedgeAfter!.Value, "it is the pod's own time");
        board.Load("silent").Outcomes.Troubles.Should().Be(0);
        gate.Pipeline.Traffic.Read().Select(pod => (pod.Pod, pod.Retries, pod.Requests.Sum())).Should().Equal(("good", 1L, 1L), ("silent", 0L, 0L));
    }

    // Each pod is asked by its own name then, not by that of the first one.
    [Fact]
    public async Task Second_OfARequestWithoutHost_IsAskedByItsOwnName()
    {
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging);
        using var socket = await gate.ConnectAsync(board.ClientOf("silent"));
        await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        await Soon.BeTrueAsync(() => !good.Heads.IsEmpty, "the second pod was asked as well");
        silent.Heads.Single().Should().Contain($"\r\nHost: {silent.EndPoint}\r\n");
        good.Heads.Single().Should().Contain($"\r\nHost: {good.EndPoint}\r\n");
    }

    [Fact]
    public async Task First_AnswersAfterTheHedge_ItsAnswerCounts()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await go.Task;
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
        });
        await using var silent = Silent();
        var board = new Board().Put("slow", slow.EndPoint).Put("silent", silent.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging);
        var asking = gate.Client(board.ClientOf("slow")).GetAsync("/");
        await Soon.BeTrueAsync(() => silent.Heads.Count == 1, "the second pod was asked as well");
        board.Load("slow").InFlight.Should().Be(1);
        board.Load("silent").InFlight.Should().Be(1);
        go.SetResult();
        using var answer = await asking;
        (await answer.Content.ReadAsStringAsync()).Should().Be("slow");
        answer.Headers.GetValues("X-Pod").Should().Equal("slow");
        await CountedOutAsync(board);
        await gate.Signals.ShouldEndAsync(("slow", Outcome.Answered, 200));
    }

    [Fact]
    public async Task First_Quick_NobodyElseIsAsked()
    {
        await using var quick = RawPod.Start(RetryTests.EchoAsync);
        await using var other = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("quick", quick.EndPoint).Put("other", other.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging with { HedgeAfter = TimeSpan.FromSeconds(20) });
        var client = gate.Client(board.ClientOf("quick"));
        for (var i = 0; i < 50; i++) (await client.GetAsync("/")).Dispose();
        other.Heads.Should().BeEmpty();
        await CountedOutAsync(board);
        await gate.Signals.UntilAsync(50);
        gate.Signals.Ends.Should().HaveCount(50).And.OnlyContain(signal => signal.Pod == "quick");
    }

    [Theory]
    [InlineData("POST", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "body")]
    public async Task Unsafe_IsNeverHedged(string method, string body)
    {
        await using var silent = Silent();
        await using var other = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("other", other.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging with { FirstByteTimeout = TimeSpan.FromSeconds(2) });
        var request = new HttpRequestMessage(new HttpMethod(method), "/") { Content = body.Length > 0 ? new StringContent(body) : null };
        using var answer = await gate.Client(board.ClientOf("silent")).SendAsync(request);
        answer.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        other.Heads.Should().BeEmpty();
    }

    [Fact]
    public async Task First_BreaksAfterTheHedge_IsReportedAndTheSecondAnswers()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var breaking = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await go.Task;
            connection.Reset();
        });
        await using var slow = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            go.SetResult();
            await Task.Delay(300);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
        });
        var board = new Board().Put("breaking", breaking.EndPoint).Put("slow", slow.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging);
        using var answer = await gate.Client(board.ClientOf("breaking")).GetAsync("/");
        (await answer.Content.ReadAsStringAsync()).Should().Be("slow");
        await CountedOutAsync(board);
        await gate.Signals.ShouldEndAsync(("breaking", Outcome.Broken, 0), ("slow", Outcome.Answered, 200));
        (breaking.Heads.Count, slow.Heads.Count).Should().Be((1, 1));
    }

    [Fact]
    public async Task Both_Break_BothAreReportedAndAThirdMayAnswer()
    {
        await using var a = Resetting(600);
        await using var b = Resetting(100);
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint);
        var client = board.ClientOf("a");
        await using var gate = await Gate.StartAsync(board, Hedging);
        using (var answer = await gate.Client(client).GetAsync("/")) answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        await CountedOutAsync(board);
        gate.Signals.Ends.Should().BeEquivalentTo([("b", Outcome.Broken, 0), ("a", Outcome.Broken, 0)]);

        // A name that owns none of this client's slot, so that it comes third.
        var name = Enumerable.Range(0, 1000).Select(i => $"good-{i}").First(candidate =>
        {
            var trial = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint).Put(candidate, good.EndPoint);
            return trial.OwnerOf(client) == "a" && trial.Current.Next(trial.SlotOf(client), ["a"])!.Name == "b";
        });
        board.Put(name, good.EndPoint);
        using (var answer = await gate.Client(client).GetAsync("/")) answer.Headers.GetValues("X-Pod").Should().Equal(name);
        await CountedOutAsync(board);
    }

    [Fact]
    public async Task Both_Silent_Gives504AfterTheirTimeouts()
    {
        await using var a = Silent();
        await using var b = Silent();
        var board = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging with { FirstByteTimeout = TimeSpan.FromSeconds(1) });
        using var answer = await gate.Client(board.ClientOf("a")).GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        await CountedOutAsync(board);
        gate.Signals.Ends.Should().BeEquivalentTo([("b", Outcome.NoAnswer, 0), ("a", Outcome.NoAnswer, 0)]);
    }

    [Fact]
    public async Task Budget_UsedUp_NobodyElseIsAsked()
    {
        await using var silent = Silent();
        await using var other = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("other", other.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging with { RetryBudgetPercent = 0, FirstByteTimeout = TimeSpan.FromSeconds(1) });
        using var answer = await gate.Client(board.ClientOf("silent")).GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.GatewayTimeout);
        other.Heads.Should().BeEmpty();
    }

    [Fact]
    public async Task Client_ThatGoesAwayWhileTwoRun_IsNoSignal()
    {
        await using var a = Silent();
        await using var b = Silent();
        var board = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging);
        using (var socket = await gate.ConnectAsync(board.ClientOf("a")))
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray());
            await Soon.BeTrueAsync(() => a.Heads.Count == 1 && b.Heads.Count == 1, "both were asked");
        }

        await CountedOutAsync(board);
        await Soon.BeTrueAsync(() => gate.Pipeline.Traffic.Read().Sum(pod => pod.Requests.Sum()) == 1, "it is counted once");
        gate.Signals.All.Should().BeEmpty();
    }

    // What ends the winner ends the answer: here its pod is closed, and there it stands still.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Winner_ThatEnds_EndsTheAnswer(bool closed)
    {
        await using var silent = Silent();
        await using var half = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            await connection.WaitForCloseAsync();
        });
        var board = new Board().Put("silent", silent.EndPoint).Put("half", half.EndPoint);
        await using var gate = await Gate.StartAsync(board, closed ? Hedging : Hedging with { IdleTimeout = TimeSpan.FromSeconds(1) });
        using var answer = await gate.Client(board.ClientOf("silent")).GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        if (closed)
        {
            // The pod that lost has no say any more.
            board.Admit("silent", Admission.Closed);
            await Task.Delay(200);
            board.Load("half").InFlight.Should().Be(1);
            board.Admit("half", Admission.Closed);
        }

        Func<Task> read = () => answer.Content.ReadAsStringAsync().WaitAsync(TimeSpan.FromSeconds(10));
        await read.Should().ThrowAsync<HttpRequestException>();
        await CountedOutAsync(board);
        await gate.Signals.ShouldEndAsync(("half", closed ? Outcome.ClosedByGate : Outcome.CutOff, 200));
    }

    [Fact]
    public async Task First_SuspendedBeforeTheHedge_IsRescuedAndHedgedAgain()
    {
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging with { HedgeAfter = TimeSpan.FromSeconds(20) });
        var asking = gate.Client(board.ClientOf("silent")).GetAsync("/");
        await Soon.BeTrueAsync(() => silent.Heads.Count == 1, "the pod has the request");
        board.Admit("silent", Admission.Standby);
        using var answer = await asking.WaitAsync(TimeSpan.FromSeconds(10));
        answer.Headers.GetValues("X-Pod").Should().Equal("good");
        await CountedOutAsync(board);
    }

    [Fact]
    public async Task Answer_OfTheSecond_IsStreamedWhole()
    {
        await using var silent = Silent();
        await using var good = await WebServer.StartAsync(async context =>
        {
            for (var i = 0; i < 200; i++) await context.Response.WriteAsync(new string('x', 10_000));
        });
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Hedging);
        var client = gate.Client(board.ClientOf("silent"));
        for (var i = 0; i < 5; i++) (await client.GetStringAsync("/")).Length.Should().Be(2_000_000);
        await CountedOutAsync(board);
    }

    private static Task CountedOutAsync(Board board) => Soon.BeTrueAsync(
        () => board.Current.Pods.All(pod => pod.Load.InFlight == 0 && pod.Load.Unsent == 0), "nothing runs any more");

    private static RawPod Silent() => RawPod.Start(async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.WaitForCloseAsync();
    });

    private static RawPod Resetting(int milliseconds) => RawPod.Start(async connection =>
    {
        await connection.ReadHeadAsync();
        await Task.Delay(milliseconds);
        connection.Reset();
    });
}
