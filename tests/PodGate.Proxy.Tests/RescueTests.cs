using System.Diagnostics;
using System.Net;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

/// <summary>Requests that wait for a pod that leaves the traffic.</summary>
public sealed class RescueTests
{
    private static readonly ProxySettings Patient = new() { FirstByteTimeout = TimeSpan.FromSeconds(60), ConnectTimeout = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData("GET", Admission.Standby)]
    [InlineData("HEAD", Admission.Standby)]
    [InlineData("OPTIONS", Admission.Standby)]
    [InlineData("GET", Admission.Excluded)]
    [InlineData("GET", Admission.Closed)]
    public async Task Waiting_SafeRequest_GoesToTheSecondPod(string method, Admission admission)
    {
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        var asking = gate.Client(board.ClientOf("silent")).SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"));
        await Soon.BeTrueAsync(() => silent.Heads.Count == 1, "the pod has the request");
        board.Admit("silent", admission);
        using var answer = await asking.WaitAsync(TimeSpan.FromSeconds(10));
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Headers.GetValues("X-Pod").Should().Equal("good");
        await Soon.BeTrueAsync(() => board.Load("silent").InFlight == 0 && board.Load("good").InFlight == 0, "nothing runs any more");
        await gate.Signals.ShouldEndAsync(("good", Outcome.Answered, 200));
        board.Load("silent").Outcomes.Troubles.Should().Be(0, "the attempt that was given up is no evidence");
        board.Load("silent").Unsent.Should().Be(0);
        gate.Pipeline.Traffic.Read().Select(pod => (pod.Pod, pod.Retries, pod.Requests.Sum())).Should().Equal(("good", 1L, 1L), ("silent", 0L, 0L));
    }

    [Theory]
    [InlineData(Admission.Standby)]
    [InlineData(Admission.Excluded)]
    public async Task Waiting_OnAPodThatPeopleDrain_MayFinish(Admission admission)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await go.Task;
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
        });
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("slow", slow.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        var asking = gate.Client(board.ClientOf("slow")).GetStringAsync("/");
        await Soon.BeTrueAsync(() => slow.Heads.Count == 1, "the pod has the request");
        board.Admit("slow", admission, sick: false);
        go.SetResult();
        (await asking.WaitAsync(TimeSpan.FromSeconds(10))).Should().Be("slow");
    }

    [Theory]
    [InlineData("POST", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "body")]
    [InlineData("GET", "body")]
    public async Task Waiting_UnsafeRequest_Stays(string method, string body)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await go.Task;
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
        });
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("slow", slow.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        var request = new HttpRequestMessage(new HttpMethod(method), "/") { Content = body.Length > 0 ? new StringContent(body) : null };
        var asking = gate.Client(board.ClientOf("slow")).SendAsync(request);
        await Soon.BeTrueAsync(() => slow.Heads.Count == 1, "the pod has the request");
        board.Admit("slow", Admission.Standby).Admit("slow", Admission.Excluded);
        await Task.Delay(200);
        good.Heads.Should().BeEmpty();
        go.SetResult();
        using var answer = await asking;
        (await answer.Content.ReadAsStringAsync()).Should().Be("slow");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Waiting_ButNoOtherPodOrNoBudget_StaysAndIsCutWhenThePodIsClosed(bool otherPod)
    {
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint);
        var client = "127.0.0.1";
        if (otherPod)
        {
            board.Put("good", good.EndPoint);
            client = board.ClientOf("silent");
        }

        await using var gate = await Gate.StartAsync(board, Patient with { RetryBudgetPercent = 0 });
        var asking = gate.Client(client).GetAsync("/");
        await Soon.BeTrueAsync(() => silent.Heads.Count == 1, "the pod has the request");
        board.Admit("silent", Admission.Standby);
        await Task.Delay(200);
        asking.IsCompleted.Should().BeFalse();
        board.Admit("silent", Admission.Closed);
        using var answer = await asking.WaitAsync(TimeSpan.FromSeconds(10));
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("taken out of service");
        good.Heads.Should().BeEmpty();
    }

    [Fact]
    public async Task Answer_ThatHasBegun_IsNotMovedButCutWhenThePodIsClosed()
    {
        await using var slow = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            await connection.WaitForCloseAsync();
        });
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("slow", slow.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        using var answer = await gate.Client(board.ClientOf("slow")).GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        var reading = answer.Content.ReadAsStringAsync();
        board.Admit("slow", Admission.Standby).Admit("slow", Admission.Serving).Admit("slow", Admission.Excluded);
        await Task.Delay(200);
        reading.IsCompleted.Should().BeFalse();
        board.Admit("slow", Admission.Closed);
        Func<Task> read = () => reading.WaitAsync(TimeSpan.FromSeconds(10));
        await read.Should().ThrowAsync<HttpRequestException>();
        await gate.Signals.ShouldEndAsync(("slow", Outcome.ClosedByGate, 200));
    }

    [Fact]
    public async Task Pod_ThatCameBack_IsFollowedAnew()
    {
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        var client = board.ClientOf("silent");
        await using var gate = await Gate.StartAsync(board, Patient);
        for (var round = 1; round <= 3; round++)
        {
            var asking = gate.Client(client).GetAsync("/");
            await Soon.BeTrueAsync(() => silent.Heads.Count == round, "the pod has the request");
            board.Admit("silent", round == 2 ? Admission.Closed : Admission.Standby);
            using var answer = await asking.WaitAsync(TimeSpan.FromSeconds(10));
            answer.Headers.GetValues("X-Pod").Should().Equal("good");
            board.Admit("silent", Admission.Serving);
        }
    }

    [Fact]
    public async Task Pod_ThatWasRemoved_LosesWhatWaits()
    {
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        var asking = gate.Client(board.ClientOf("silent")).GetAsync("/");
        await Soon.BeTrueAsync(() => silent.Heads.Count == 1, "the pod has the request");
        board.Remove("silent");
        using var answer = await asking.WaitAsync(TimeSpan.FromSeconds(10));
        answer.Headers.GetValues("X-Pod").Should().Equal("good");
    }

    // The pod is suspended while requests are between picking and registering: none of them may be left behind on it. A gate's budget
    // holds a hundred repeats to begin with and is filled ten times a second, so each gate here has fewer requests than that.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Pod_SuspendedWhileRequestsCome_LeavesNobodyWaiting(int clientCount)
    {
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        var clients = Enumerable.Range(0, clientCount).Select(_ => gate.Client(board.ClientOf("silent"))).ToArray();
        for (var round = 0; round < 96 / clientCount; round++)
        {
            var asking = clients.Select(client => Task.Run(() => client.GetAsync("/"))).ToArray();
            if (round % 2 == 0) await Task.Yield();
            else await Task.Delay(round % 5);
            board.Admit("silent", Admission.Standby);
            foreach (var answer in await Task.WhenAll(asking).WaitAsync(TimeSpan.FromSeconds(10)))
            {
                answer.Headers.GetValues("X-Pod").Should().Equal("good");
                answer.Dispose();
            }

            board.Admit("silent", Admission.Serving);
        }

        await Soon.BeTrueAsync(() => board.Load("silent").InFlight == 0 && board.Load("good").InFlight == 0, "nothing runs any more");
        board.Load("silent").Unsent.Should().Be(0);
    }

    [Fact]
    public async Task Budget_ForManyThatWait_IsKeptAndPublishingIsQuick()
    {
        const int Waiting = 400;
        await using var silent = Silent();
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("silent", silent.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Patient);
        var client = gate.Client(board.ClientOf("silent"));
        using var stop = new CancellationTokenSource();
        var asking = Enumerable.Range(0, Waiting).Select(_ => client.GetAsync("/", stop.Token)).ToArray();
        await Soon.BeTrueAsync(() => silent.Heads.Count == Waiting, "the pod has all requests", 30);
        var started = Stopwatch.GetTimestamp();
        board.Admit("silent", Admission.Standby);
        var published = Stopwatch.GetElapsedTime(started);
        await Soon.BeTrueAsync(() => asking.Count(ask => ask.IsCompletedSuccessfully) >= 100, "the budget's worth is rescued");
        await Task.Delay(300);
        asking.Count(ask => ask.IsCompleted).Should().BeInRange(100, 140, "the budget is its floor of ten seconds and a little more");
        published.Should().BeLessThan(TimeSpan.FromMilliseconds(100), "the publishing thread ends no requests");
        await stop.CancelAsync();
        await Task.WhenAll(asking.Select(ask => ask.ContinueWith(_ => { })));
    }

    private static RawPod Silent() => RawPod.Start(async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.WaitForCloseAsync();
    });
}
