using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.Proxy.Turnstiles;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests.Turnstiles;

/// <summary>How many requests may run on a pod at a time, seen from both sides of the gate.</summary>
public sealed class LimitTests
{
    private static readonly ProxySettings One = new()
    {
        MostRequestsPerPod = 1, QueueLength = 10, QueueTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = TimeSpan.FromSeconds(10),
        FirstByteTimeout = TimeSpan.FromSeconds(60),
    };

    [Fact]
    public async Task Limit_ThePodNeverHasMore_AndWhoWaitsIsServedInTurn()
    {
        await using var pod = new Counting();
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), One with { MostRequestsPerPod = 2 });
        var asking = new List<Task<string>>();
        for (var i = 0; i < 7; i++)
        {
            asking.Add(gate.Client().GetStringAsync($"/{i}"));
            await Soon.BeTrueAsync(() => pod.Running == Math.Min(asking.Count, 2) && Queue(gate).Waiting == Math.Max(0, asking.Count - 2), "the next one runs or waits");
        }

        gate.Board.Load("a").InFlight.Should().Be(2, "who waits is not on the pod");
        gate.Board.Load("a").Unsent.Should().Be(0, "nor between picking and sending: a drain need not wait for them");
        gate.Pipeline.OpenConnections().Should().HaveCount(2);
        for (var i = 0; i < 7; i++)
        {
            pod.Finish($"/{i}");
            (await asking[i].WaitAsync(TimeSpan.FromSeconds(10))).Should().Be($"/{i}");
            await Soon.BeTrueAsync(() => pod.Order.Count == Math.Min(7, i + 3), "the next in line runs");
        }

        pod.Most.Should().Be(2);
        pod.Order.Should().Equal(Enumerable.Range(0, 7).Select(i => $"/{i}"), "first come is first served");
        await Soon.BeTrueAsync(() => Queue(gate) == new QueueReading("a", 2, 0, 0, 5, 0, 0), "every place is back");
    }

    [Theory]
    [InlineData(0, 30_000, 1, 0)]
    [InlineData(5, 200, 0, 1)]
    [InlineData(5, 0, 0, 1)]
    public async Task NoRoomToWait_OrTooLong_503WithRetryAfter(int length, int milliseconds, int full, int late)
    {
        await using var pod = new Counting();
        var settings = One with { QueueLength = length, QueueTimeout = TimeSpan.FromMilliseconds(milliseconds), RetryAfterSeconds = 7 };
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), settings, chance: most => most - 1);
        var first = gate.Client().GetStringAsync("/first");
        await Soon.BeTrueAsync(() => pod.Running == 1, "the first one runs");
        using var answer = await gate.Client().PostAsync("/second", new StringContent("body"));
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(14), "7, and up to 7 more by chance");
        answer.Headers.Contains("X-Pod").Should().BeFalse("no pod has seen it");
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((string)problem["detail"]!).Should().Contain("has all it can do").And.Contain("not executed");
        Queue(gate).Should().Match<QueueReading>(queue => queue.NoRoom == full && queue.TooLong == late && queue.Waiting == 0 && queue.Running == 1);
        gate.Pipeline.Traffic.NoPod.Should().Be(0);
        pod.Finish("/first");
        (await first).Should().Be("/first");
        pod.Order.Should().Equal("/first");
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 200));
    }

    [Fact]
    public async Task Client_ThatGoesAway_LeavesTheLineAtOnce()
    {
        await using var pod = new Counting();
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), One);
        var first = gate.Client().GetStringAsync("/first");
        await Soon.BeTrueAsync(() => pod.Running == 1, "the first one runs");
        using var cancel = new CancellationTokenSource();
        var gone = gate.Client().GetStringAsync("/gone", cancel.Token);
        await Soon.BeTrueAsync(() => Queue(gate).Waiting == 1, "the second one waits");
        var last = gate.Client().GetStringAsync("/last");
        await Soon.BeTrueAsync(() => Queue(gate).Waiting == 2, "the third one too");
        await cancel.CancelAsync();
        await Soon.BeTrueAsync(() => Queue(gate).Waiting == 1, "the second one has left");
        await FluentActions.Awaiting(() => gone).Should().ThrowAsync<OperationCanceledException>();
        pod.Finish("/first").Finish("/last");
        (await last).Should().Be("/last");
        await first;
        pod.Order.Should().Equal("/first", "/last");
    }

    [Theory]
    [InlineData("standby")]
    [InlineData("drained")]
    [InlineData("removed")]
    public async Task Pod_ThatLeavesTheTraffic_WhoWaitsGoesToTheNextAtOnceAndWasNeverSeenThere(string how)
    {
        await using var leaving = new Counting();
        await using var staying = new Counting();
        var board = new Board().Put("leaving", leaving.EndPoint).Put("staying", staying.EndPoint);
        await using var gate = await Gate.StartAsync(board, One with { QueueTimeout = TimeSpan.FromMinutes(1) });
        var client = board.ClientOf("leaving");
        var first = gate.Client(client).PostAsync("/first", new StringContent("body"));
        await Soon.BeTrueAsync(() => leaving.Running == 1, "the first one runs");
        var waiting = gate.Client(client).PostAsync("/waiting", new StringContent("body"));
        await Soon.BeTrueAsync(() => Queue(gate, "leaving").Waiting == 1, "the second one waits");
        switch (how)
        {
            case "standby":
                board.Admit("leaving", Admission.Standby);
                break;
            case "drained":
                board.Admit("leaving", Admission.Excluded, sick: false);
                break;
            default:
                board.Remove("leaving");
                break;
        }

        await Soon.BeTrueAsync(() => staying.Running == 1, "it has gone to the other pod");
        staying.Finish("/waiting");
        using var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        answer.Headers.GetValues("X-Pod").Should().Equal("staying");
        leaving.Order.Should().Equal("/first");
        leaving.Finish("/first");
        (await first.WaitAsync(TimeSpan.FromSeconds(10))).Dispose();
    }

    // Many are moved at one moment, when each of them sees a free place.
    [Fact]
    public async Task Pod_ThatGetsSick_WhatItMayHaveExecuted_NeverStandsInLine()
    {
        await using var sick = new Counting();
        await using var well = new Counting();
        var board = new Board().Put("sick", sick.EndPoint).Put("well", well.EndPoint);
        await using var gate = await Gate.StartAsync(board, One with { PodLimits = One.PodLimits.Add("sick", 8) });
        var client = board.ClientOf("sick");
        var asking = Enumerable.Range(0, 8).Select(i => gate.Client(client).GetAsync($"/{i}")).ToArray();
        await Soon.BeTrueAsync(() => sick.Running == 8, "all run");
        board.Admit("sick", Admission.Standby);
        await Soon.BeTrueAsync(() => well.Running == 1, "one has the only place");
        sick.FinishAll();
        well.FinishAll();
        foreach (var answer in await Task.WhenAll(asking).WaitAsync(TimeSpan.FromSeconds(10)))
        {
            answer.StatusCode.Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.BadGateway);
            if (answer.StatusCode == HttpStatusCode.BadGateway) (await answer.Content.ReadAsStringAsync()).Should().Contain("may have been executed");
            answer.Dispose();
        }

        Queue(gate, "well").Queued.Should().Be(0);
    }

    [Fact]
    public async Task NoPodIsLeft_WhoWaitsIsToldSo()
    {
        await using var pod = new Counting();
        var board = new Board().Put("a", pod.EndPoint);
        await using var gate = await Gate.StartAsync(board, One);
        var first = gate.Client().GetStringAsync("/first");
        await Soon.BeTrueAsync(() => pod.Running == 1, "the first one runs");
        var waiting = gate.Client().GetAsync("/waiting");
        await Soon.BeTrueAsync(() => Queue(gate).Waiting == 1, "the second one waits");
        board.Admit("a", Admission.Excluded, sick: false);
        using var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        gate.Pipeline.Traffic.NoPod.Should().Be(1);
        pod.Finish("/first");
        await first;
    }

    [Fact]
    public async Task ChangedLimit_HoldsForWhatRunsAndWaits()
    {
        await using var pod = new Counting();
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), One);
        var asking = Enumerable.Range(0, 5).Select(i => gate.Client().GetStringAsync($"/{i}")).ToArray();
        await Soon.BeTrueAsync(() => pod.Running == 1 && Queue(gate).Waiting == 4, "one runs, four wait");
        gate.Pipeline.Settings = One with { PodLimits = One.PodLimits.Add("a", 3) };
        await Soon.BeTrueAsync(() => pod.Running == 3, "the pod's own limit counts");
        gate.Pipeline.Settings = One with { MostRequestsPerPod = 0 };
        await Soon.BeTrueAsync(() => pod.Running == 5 && Queue(gate).Waiting == 0, "nobody waits without a limit");
        gate.Pipeline.Settings = One;
        pod.FinishAll();
        await Task.WhenAll(asking).WaitAsync(TimeSpan.FromSeconds(10));
        await Soon.BeTrueAsync(() => Queue(gate).Running == 0, "every place is back");
        pod.Most.Should().Be(5);
    }

    [Fact]
    public async Task PodWithoutALimitOfItsOwn_NextToOneWithOne_IsNotLimited()
    {
        await using var pod = new Counting();
        await using var gate = await Gate.StartAsync(
            new Board().Put("a", pod.EndPoint), One with { PodLimits = One.PodLimits.Add("a", 0) });
        var asking = Enumerable.Range(0, 3).Select(i => gate.Client().GetStringAsync($"/{i}")).ToArray();
        await Soon.BeTrueAsync(() => pod.Running == 3, "0 is no limit for a pod either");
        pod.FinishAll();
        await Task.WhenAll(asking);
        Queue(gate).Should().Be(new QueueReading("a", 0, 0, 0, 0, 0, 0));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n")]
    [InlineData(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\nhello", "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")]
    public async Task LongLivedConnection_GivesItsPlaceBackWhenItBegins(string begin, string request)
    {
        await using var pod = RawPod.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            if (head.StartsWith("GET /other", StringComparison.Ordinal))
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother");
                return;
            }

            await connection.WriteAsync(begin);
            await connection.WaitForCloseAsync();
        });
        await using var gate = await Gate.StartAsync(new Board().Put("a", pod.EndPoint), One);
        using (var socket = await gate.ConnectAsync())
        {
            await socket.SendAsync(System.Text.Encoding.Latin1.GetBytes(request));
            (await socket.ReceiveAsync(new byte[4096])).Should().BePositive();
            await Soon.BeTrueAsync(() => Queue(gate).Running == 0 && gate.Board.Load("a").InFlight == 1, "it runs, and takes no place");
            (await gate.Client().GetStringAsync("/other")).Should().Be("other");
        }

        await Soon.BeTrueAsync(() => gate.Board.Load("a").InFlight == 0, "it has ended");
        Queue(gate).Should().Be(new QueueReading("a", 1, 0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task Hedge_ThatHasNoRoom_IsNotMade_AndAnswersWithRetryStatusStay()
    {
        await using var first = new Counting();
        await using var second = new Counting();
        var board = new Board().Put("first", first.EndPoint).Put("second", second.EndPoint);
        var settings = One with { HedgeAfter = TimeSpan.FromMilliseconds(50), RetryStatuses = [500] };
        await using var gate = await Gate.StartAsync(board, settings);
        var blocking = gate.Client(board.ClientOf("second")).PostAsync("/blocks", new StringContent("body"));
        await Soon.BeTrueAsync(() => second.Running == 1, "the second pod has all it can do");
        var asking = gate.Client(board.ClientOf("first")).GetAsync("/500");
        await Soon.BeTrueAsync(() => first.Running == 1, "the first pod has the request");
        await Task.Delay(200);
        first.Finish("/500");
        using var answer = await asking.WaitAsync(TimeSpan.FromSeconds(10));
        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError, "what may be executed twice does not wait");
        second.Order.Should().Equal("/blocks");
        Queue(gate, "second").Should().Be(new QueueReading("second", 1, 1, 0, 0, 0, 0));

        // With room it is made; and whoever loses gives his place back as well.
        second.Finish("/blocks");
        (await blocking).Dispose();
        var hedged = gate.Client(board.ClientOf("first")).GetAsync("/hedged");
        await Soon.BeTrueAsync(() => first.Running == 1 && second.Running == 1, "both have it");
        second.Finish("/hedged");
        (await hedged.WaitAsync(TimeSpan.FromSeconds(10))).Headers.GetValues("X-Pod").Should().Equal("second");
        await Soon.BeTrueAsync(() => Queue(gate, "first").Running == 0 && Queue(gate, "second").Running == 0, "every place is back");
    }

    [Fact]
    public async Task RetryAfterARefusedConnection_Waits()
    {
        await using var good = new Counting();
        var board = new Board().Put("bad", RawPod.Nobody()).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, One);
        var first = gate.Client(board.ClientOf("good")).GetStringAsync("/first");
        await Soon.BeTrueAsync(() => good.Running == 1, "the good pod has all it can do");
        var retried = gate.Client(board.ClientOf("bad")).PostAsync("/retried", new StringContent("body"));
        await Soon.BeTrueAsync(() => Queue(gate, "good").Waiting == 1, "the other one waits there");
        gate.Pipeline.OpenConnections().Should().ContainSingle("it runs on no pod");
        Queue(gate, "bad").Running.Should().Be(0, "the pod that could not be reached has its place back");
        good.Finish("/first").Finish("/retried");
        using var answer = await retried.WaitAsync(TimeSpan.FromSeconds(10));
        answer.Headers.GetValues("X-Pod").Should().Equal("good");
        await first;
    }

    private static QueueReading Queue(Gate gate, string pod = "a") => gate.Pipeline.Queues().Single(queue => queue.Pod == pod);

    /// <summary>A pod that answers a request when the test says so, with its path, and knows how many it had at a time. Paths are used once.</summary>
    private sealed class Counting : IAsyncDisposable
    {
        private readonly RawPod _pod;
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _finish = new();
        private int _running;
        private int _most;
        private volatile bool _all;

        public Counting() => _pod = RawPod.Start(ServeAsync);

        public IPEndPoint EndPoint => _pod.EndPoint;

        public int Running => Volatile.Read(ref _running);

        public int Most => Volatile.Read(ref _most);

        public ConcurrentQueue<string> Order { get; } = new();

        public Counting Finish(string path)
        {
            Of(path).TrySetResult();
            return this;
        }

        public void FinishAll()
        {
            _all = true;
            foreach (var one in _finish.Values) one.TrySetResult();
        }

        public ValueTask DisposeAsync() => _pod.DisposeAsync();

        private async Task ServeAsync(RawConnection connection)
        {
            while (await connection.ReadHeadAsync() is { Length: > 0 } head)
            {
                var path = head.Split(' ')[1];
                if (head.Contains("Content-Length: 4", StringComparison.OrdinalIgnoreCase)) await connection.ReadAsync(4);
                Order.Enqueue(path);
                var running = Interlocked.Increment(ref _running);
                for (var most = Most; running > most; most = Most) Interlocked.CompareExchange(ref _most, running, most);
                try
                {
                    if (!_all) await Of(path).Task.WaitAsync(connection.Stop);
                }
                finally
                {
                    Interlocked.Decrement(ref _running);
                }

                var status = path == "/500" ? "500 Internal Server Error" : "200 OK";
                await connection.WriteAsync($"HTTP/1.1 {status}\r\nContent-Length: {path.Length}\r\n\r\n{path}");
            }
        }

        private TaskCompletionSource Of(string path) => _finish.GetOrAdd(path, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
