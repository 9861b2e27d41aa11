using System.Net;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

/// <summary>Answers after which a safe request is repeated, when that is switched on.</summary>
public sealed class RetryStatusTests
{
    private static readonly ProxySettings Repeats = new() { RetryStatuses = [502, 503, 504], ConnectTimeout = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData("GET", 503, true)]
    [InlineData("HEAD", 502, true)]
    [InlineData("OPTIONS", 504, true)]
    [InlineData("GET", 500, false)]
    [InlineData("GET", 404, false)]
    [InlineData("POST", 503, false)]
    [InlineData("DELETE", 503, false)]
    public async Task Answer_WithOneOfTheCodes_IsRepeatedElsewhereIfSafe(string method, int status, bool repeated)
    {
        await using var bad = Answering(status);
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("bad", bad.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board, Repeats);
        using var answer = await gate.Client(board.ClientOf("bad")).SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"));
        ((int)answer.StatusCode).Should().Be(repeated ? 200 : status);
        answer.Headers.GetValues("X-Pod").Should().Equal(repeated ? "good" : "bad");
        answer.Headers.Contains("X-Bad").Should().Be(!repeated, "nothing of a dropped answer is left");
        bad.Heads.Should().HaveCount(1);
        good.Heads.Should().HaveCount(repeated ? 1 : 0);
        await Soon.BeTrueAsync(() => gate.Signals.All.Count == (repeated ? 2 : 1), "all attempts were reported");
        gate.Signals.Ends.First().Should().Be(("bad", Outcome.Answered, status), "the dropped answer was one");
        var remembered = board.Load("bad").Outcomes[board.SlotOf(board.ClientOf("bad")) & (SlotOutcomes.Cells - 1)].Outcome;
        remembered.Should().Be(status < 500 ? SlotOutcome.Fine : status == 503 ? SlotOutcome.Unavailable : SlotOutcome.ServerError);
    }

    [Fact]
    public async Task Answer_OfBothPods_IsRepeatedOnceAndTheSecondStays()
    {
        await using var a = Answering(503);
        await using var b = Answering(503);
        await using var c = Answering(503);
        var board = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint).Put("c", c.EndPoint);
        await using var gate = await Gate.StartAsync(board, Repeats);
        using var answer = await gate.Client(board.ClientOf("a")).GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).Should().Be("sorry");
        (a.Heads.Count + b.Heads.Count + c.Heads.Count).Should().Be(2);
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(0, true)]
    public async Task Answer_WithoutAnotherPodOrBudget_Stays(int budget, bool anotherPod)
    {
        await using var bad = Answering(503);
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("bad", bad.EndPoint).Put("good", good.EndPoint);
        var client = board.ClientOf("bad");
        if (!anotherPod) board.Admit("good", Admission.Excluded);
        await using var gate = await Gate.StartAsync(board, Repeats with { RetryBudgetPercent = budget });
        using var answer = await gate.Client(client).GetAsync("/");
        (await answer.Content.ReadAsStringAsync()).Should().Be("sorry");
        answer.Headers.GetValues("X-Bad").Should().Equal("1");
        answer.Headers.GetValues("X-Pod").Should().Equal("bad");
    }

    [Fact]
    public async Task Codes_NoneByDefault()
    {
        await using var bad = Answering(503);
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("bad", bad.EndPoint).Put("good", good.EndPoint);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client(board.ClientOf("bad")).GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    private static RawPod Answering(int status) => RawPod.Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is { Length: > 0 } head)
        {
            var body = head.StartsWith("HEAD", StringComparison.Ordinal) ? "" : "sorry";
            await connection.WriteAsync($"HTTP/1.1 {status} Whatever\r\nX-Bad: 1\r\nContent-Length: 5\r\n\r\n{body}");
        }
    });
}
