using System.Net;
using System.Net.Sockets;
using System.Text;
using PodGate.Core.Routing;
using PodGate.Proxy.Forwarding;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit;
using PodGate.TestKit.Servers;

namespace PodGate.Proxy.Tests;

public sealed class RetryTests
{
    [Fact]
    public async Task Refused_PostWithBody_IsExecutedOnceOnAnotherPod()
    {
        await using var good = RawPod.Start(EchoAsync);
        var board = new Board().Put("bad", RawPod.Nobody()).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client(board.ClientOf("bad")).PostAsync("/", new StringContent("hello"));
        (await answer.Content.ReadAsStringAsync()).Should().Be("hello");
        answer.Headers.GetValues("X-Pod").Should().Equal("good");
        good.Heads.Should().HaveCount(1);
        await gate.Signals.ShouldEndAsync(("bad", Outcome.ConnectRefused, 0), ("good", Outcome.Answered, 200));
        gate.Pipeline.Traffic.Read().Select(pod => (pod.Pod, pod.Retries)).Should().Equal(("bad", 0L), ("good", 1L));
        board.Load("bad").InFlight.Should().Be(0);
        board.Load("bad").Unsent.Should().Be(0);
    }

    // The gate has no descriptor left, say: that is no word of the pod's, and must not route around it.
    [Fact]
    public async Task SocketThatCannotBeMade_IsNoRefusal()
    {
        await using var good = RawPod.Start(EchoAsync);
        var board = new Board().Put("bad", new Uri("http://pods.example:1"), [new Unmakeable()]).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client(board.ClientOf("bad")).PostAsync("/", new StringContent("hello"));
        (await answer.Content.ReadAsStringAsync()).Should().Be("hello");
        await gate.Signals.ShouldEndAsync(("bad", Outcome.ConnectFailed, 0), ("good", Outcome.Answered, 200));
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "Refused")]
    [InlineData(SocketError.TooManyOpenSockets, "Failed")]
    [InlineData(SocketError.NoBufferSpaceAvailable, "Failed")]
    [InlineData(SocketError.AddressNotAvailable, "Failed")]
    [InlineData(null, "Failed")]
    public void RawFailureOfConnecting_OnlyARefusalIsOne(SocketError? error, string fault)
    {
        Exception inner = error is { } code ? new SocketException((int)code) : new IOException("x");
        Verdicts.FaultIn(new HttpRequestException(HttpRequestError.ConnectionError, "x", new IOException("y", inner))).ToString().Should().Be(fault);
    }

    [Fact]
    public async Task Refused_EveryPod_Gives502AfterThree()
    {
        var board = new Board();
        foreach (var name in new[] { "a", "b", "c", "d" }) board.Put(name, RawPod.Nobody());
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client().GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("No connection could be made").And.NotContain("127.0.0.1");
        gate.Signals.Ends.Should().HaveCount(3).And.OnlyContain(signal => signal.Outcome == Outcome.ConnectRefused);
        answer.Headers.GetValues("X-Pod").Should().Equal(gate.Signals.All[^1].Pod.Name);
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Fact]
    public async Task ConnectTimeout_AnyMethod_GoesToAnotherPod()
    {
        await using var good = RawPod.Start(EchoAsync);
        using var full = new FullBacklog();
        var board = new Board().Put("bad", full.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, new ProxySettings { ConnectTimeout = TimeSpan.FromMilliseconds(500) });
        using var answer = await gate.Client(board.ClientOf("bad")).PostAsync("/", new StringContent("hello"));
        (await answer.Content.ReadAsStringAsync()).Should().Be("hello");
        await gate.Signals.ShouldEndAsync(("bad", Outcome.ConnectTimedOut, 0), ("good", Outcome.Answered, 200));
    }

    [Fact]
    public async Task Endpoints_OneSilent_TheNextIsTriedWithinTheTimeout()
    {
        await using var good = RawPod.Start(EchoAsync);
        using var full = new FullBacklog();
        var board = new Board().Put("a", new Uri("http://pods.example:1"), [full.EndPoint, good.EndPoint]);
        var time = new ManualTime();
        await using var gate = await Gate.StartAsync(board, new ProxySettings { ConnectTimeout = TimeSpan.FromSeconds(4) }, time: time);
        var asked = gate.Client().PostAsync("/", new StringContent("hello"));
        await Soon.BeTrueAsync(() => time.NextDue == TimeSpan.FromSeconds(2), "the first address has its half of the time");
        time.Advance(TimeSpan.FromSeconds(2));
        using var answer = await asked;
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        await gate.Signals.ShouldEndAsync(("a", Outcome.Answered, 200));
    }

    [Fact]
    public async Task Name_NeverResolved_IsAFailedConnection()
    {
        var board = new Board().Put("a", new Uri("http://pods.example"), []);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client().GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        await gate.Signals.ShouldEndAsync(("a", Outcome.ConnectFailed, 0));
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("OPTIONS", true)]
    [InlineData("POST", false)]
    [InlineData("DELETE", false)]
    public async Task Broken_BeforeTheFirstByte_OnlySafeRequestsAreRepeated(string method, bool repeated)
    {
        await using var bad = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            connection.Reset();
        });
        await using var good = RawPod.Start(EchoAsync);
        var board = new Board().Put("bad", bad.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client(board.ClientOf("bad")).SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"));
        answer.StatusCode.Should().Be(repeated ? HttpStatusCode.OK : HttpStatusCode.BadGateway);
        answer.Headers.GetValues("X-Pod").Should().Equal(repeated ? "good" : "bad");
        bad.Heads.Should().HaveCount(1);
        good.Heads.Should().HaveCount(repeated ? 1 : 0);
        gate.Signals.Ends.First().Should().Be(("bad", Outcome.Broken, 0));
    }

    [Fact]
    public async Task Broken_OnEveryPod_ASafeRequestIsRepeatedOnce()
    {
        var board = new Board();
        Func<RawConnection, Task> reset = async connection =>
        {
            await connection.ReadHeadAsync();
            connection.Reset();
        };
        await using var a = RawPod.Start(reset);
        await using var b = RawPod.Start(reset);
        await using var c = RawPod.Start(reset);
        board.Put("a", a.EndPoint).Put("b", b.EndPoint).Put("c", c.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client().GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        (a.Heads.Count + b.Heads.Count + c.Heads.Count).Should().Be(2);
    }

    [Fact]
    public async Task Budget_UsedUp_RepeatsNothingMore()
    {
        await using var bad = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            connection.Reset();
        });
        await using var good = RawPod.Start(EchoAsync);
        var board = new Board().Put("bad", bad.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, new ProxySettings { RetryBudgetPercent = 0, ConnectTimeout = TimeSpan.FromSeconds(10) });
        using var answer = await gate.Client(board.ClientOf("bad")).GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        good.Heads.Should().BeEmpty();
    }

    // The platform's handler would repeat each of these up to three times by itself.
    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n")]
    [InlineData("DELETE / HTTP/1.1\r\nHost: h\r\n")]
    [InlineData("PATCH / HTTP/1.1\r\nHost: h\r\n")]
    [InlineData("PROPFIND / HTTP/1.1\r\nHost: h\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n")]
    public async Task Closed_BeforeTheFirstByte_AnUnsafeRequestReachedThePodOnce(string head)
    {
        await using var closing = RawPod.Start(connection => connection.ReadHeadAsync());
        await using var other = RawPod.Start(EchoAsync);
        var board = new Board().Put("closing", closing.EndPoint).Put("other", other.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        var body = head.Contains("chunked", StringComparison.Ordinal) ? "5\r\nhello\r\n0\r\n\r\n" : head.Contains(": 5", StringComparison.Ordinal) ? "hello" : "";
        var answer = await RequestPathTests.RawAsync(gate, head + "Connection: close\r\n\r\n" + body, board.ClientOf("closing"));
        answer.Should().MatchRegex("^(HTTP/1.1 100 Continue\r\n\r\n)?HTTP/1.1 502 ");
        closing.Heads.Should().HaveCount(1).And.OnlyContain(seen => !seen.Contains("Expect", StringComparison.OrdinalIgnoreCase));
        other.Heads.Should().BeEmpty();
    }

    [Fact]
    public async Task CutOff_AfterTheAnswerBegan_NothingIsRepeated()
    {
        await using var bad = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            connection.Reset();
        });
        await using var good = RawPod.Start(EchoAsync);
        var board = new Board().Put("bad", bad.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        var client = gate.Client(board.ClientOf("bad"));
        Func<Task> get = () => client.GetStringAsync("/");
        await get.Should().ThrowAsync<HttpRequestException>();
        await gate.Signals.ShouldEndAsync(("bad", Outcome.CutOff, 200));
        good.Heads.Should().BeEmpty();
    }

    [Fact]
    public async Task Garbage_InsteadOfAnAnswer_Gives502()
    {
        await using var bad = RawPod.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("SSH-2.0-OpenSSH\r\n\r\n");
        });
        var board = new Board().Put("bad", bad.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client().GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        await gate.Signals.ShouldEndAsync(("bad", Outcome.Broken, 0));
    }

    internal static async Task EchoAsync(RawConnection connection)
    {
        while (await connection.ReadHeadAsync() is { Length: > 0 } head)
        {
            var at = head.IndexOf("Content-Length: ", StringComparison.Ordinal);
            var length = at < 0 ? 0 : int.Parse(head.AsSpan(at + 16, head.IndexOf('\r', at) - at - 16), null);
            var body = Encoding.Latin1.GetString(await connection.ReadAsync(length));
            if (head.StartsWith("HEAD", StringComparison.Ordinal)) body = "";
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }
    }

    /// <summary>A listener whose backlog is full: the kernel drops further connections silently.</summary>
    private sealed class FullBacklog : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public FullBacklog()
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(0);
            EndPoint = (IPEndPoint)listener.LocalEndPoint!;
            _sockets.Add(listener);
            for (var i = 0; i < 4; i++)
            {
                var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                _sockets.Add(filler);
                try
                {
                    filler.Connect(EndPoint);
                }
                catch (SocketException)
                {
                    // It goes on in the background.
                }
            }
        }

        public IPEndPoint EndPoint { get; }

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
    }

    /// <summary>An address for which the machine makes no socket.</summary>
    private sealed class Unmakeable() : IPEndPoint(IPAddress.Loopback, 1)
    {
        public override AddressFamily AddressFamily => AddressFamily.AppleTalk;
    }
}
