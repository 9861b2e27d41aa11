using System.Net;
using PodGate.Core.Routing;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;

namespace PodGate.Proxy.Tests;

/// <summary>Clients whose network belongs to a pod, on the request path.</summary>
public sealed class PinTests
{
    [Fact]
    public async Task Client_OfAPinnedNetwork_GoesToItsPod_AndOthersDoNot()
    {
        await using var a = RawPod.Start(RetryTests.EchoAsync);
        await using var b = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("a", a.EndPoint).Put("b", b.EndPoint);
        var (pinned, other) = (board.ClientOf("a"), OtherOf(board, "a"));
        board.Pin($"{pinned}/32", "b");
        await using var gate = await Gate.StartAsync(board);
        (await PodOfAsync(gate, pinned)).Should().Be("b");
        (await PodOfAsync(gate, other)).Should().Be("a");
        board.Admit("b", Admission.Excluded);
        (await PodOfAsync(gate, pinned)).Should().Be("a", "its pod may not serve, so it goes by its slot");
        board.Admit("b", Admission.Serving);
        (await PodOfAsync(gate, pinned)).Should().Be("b");
    }

    [Fact]
    public async Task Client_ThatIsRefusedElsewhere_IsToldSo()
    {
        await using var a = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("a", a.EndPoint).Put("b", RawPod.Nobody()).Pin("127.0.0.0/8", "b", PinOtherwise.Refuse).Admit("b", Admission.Excluded);
        await using var gate = await Gate.StartAsync(board);
        using var answer = await gate.Client().GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.Should().NotBeNull();
        answer.Headers.Contains("X-Pod").Should().BeFalse();
        (await answer.Content.ReadAsStringAsync()).Should().Contain("are for one pod only");
        a.Heads.Should().BeEmpty();
        gate.Pipeline.Traffic.NoPod.Should().Be(1);
    }

    [Fact]
    public async Task Retry_OfAPinnedClient_GoesToTheSlotsPod_AndOfOneThatIsRefusedNowhere()
    {
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("bad", RawPod.Nobody()).Put("good", good.EndPoint);
        var (spread, refused) = (board.ClientOf("good"), OtherOf(board, "good"));
        board.Pin($"{spread}/32", "bad").Pin($"{refused}/32", "bad", PinOtherwise.Refuse);
        await using var gate = await Gate.StartAsync(board);
        (await PodOfAsync(gate, spread)).Should().Be("good");
        using var answer = await gate.Client(refused).GetAsync("/");
        answer.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        answer.Headers.GetValues("X-Pod").Should().Equal("bad");
        await gate.Signals.ShouldEndAsync(("bad", Outcome.ConnectRefused, 0), ("good", Outcome.Answered, 200), ("bad", Outcome.ConnectRefused, 0));
    }

    [Fact]
    public async Task Hedge_OfAClientThatIsRefusedElsewhere_IsNotSent()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = RawPod.Start(async connection =>
        {
            await go.Task;
            await RetryTests.EchoAsync(connection);
        });
        await using var good = RawPod.Start(RetryTests.EchoAsync);
        var board = new Board().Put("slow", slow.EndPoint).Put("good", good.EndPoint).Pin("127.0.0.0/8", "slow", PinOtherwise.Refuse);
        var settings = new ProxySettings { HedgeAfter = TimeSpan.FromMilliseconds(50), ConnectTimeout = TimeSpan.FromSeconds(10) };
        await using var gate = await Gate.StartAsync(board, settings);
        var asked = gate.Client().GetAsync("/");
        await Task.Delay(300);
        good.Heads.Should().BeEmpty();
        go.SetResult();
        using var answer = await asked;
        answer.Headers.GetValues("X-Pod").Should().Equal("slow");
    }

    private static string OtherOf(Board board, string pod) => Enumerable.Range(1, 250).Select(last => $"127.0.0.{last}").Where(client => board.OwnerOf(client) == pod).Skip(1).First();

    private static async Task<string> PodOfAsync(Gate gate, string client)
    {
        using var answer = await gate.Client(client).GetAsync("/");
        answer.EnsureSuccessStatusCode();
        return answer.Headers.GetValues("X-Pod").Single();
    }
}
