using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class ConnectionsTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Connections_AreATable_WithTheSumBelow()
    {
        var goodbyes = new GoodbyesJson(Samples.Now, Samples.Now.AddSeconds(10));
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new ConnectionsJson(
            "pod-a",
            new Dictionary<string, int> { ["Request"] = 3, ["WebSocket"] = 1 },
            1,
            goodbyes,
            [new ConnectionJson("WebSocket", "2001:db8::7", 3700, 61, 1024, 7, ToldGoodbye: true), new ConnectionJson("Request", "192.0.2.9", 1.5, 0, 0, 0, ToldGoodbye: false)])));
        var ended = await _cli.RunAsync(gate, "connections", "pod-a", "--most", "2");
        ended.Code.Should().Be(0, ended.Error);
        gate.Only("GET").Target.Should().Be("/api/v1/pods/pod-a/connections?most=2");
        ended.Output.Should().MatchRegex(@"KIND +CLIENT +AGE +IDLE +TO CLIENT +TO POD").And.MatchRegex(@"WebSocket +2001:db8::7 +1h 1m +1m 1s +1024 +7 +asked to end")
            .And.Contain("pod-a: 3 Request, 1 WebSocket; the oldest 2 are listed").And.Contain("1 were asked to end and are still there");
    }

    [Fact]
    public async Task Connections_WhenThereAreNone_SaySo()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new ConnectionsJson("pod-a", new Dictionary<string, int>(), 0, null, [])));
        var ended = await _cli.RunAsync(gate, "connections", "pod-a");
        (ended.Code, ended.Output.Trim()).Should().Be((0, "Nothing runs on pod-a."));
    }

    [Fact]
    public async Task DrainWait_TellsWhatIsLeftByKind()
    {
        var left = 4;
        await using var gate = await FakeGate.StartAsync(asked => asked.Target.Contains("/connections", StringComparison.Ordinal)
            ? Told.Json(new ConnectionsJson("pod-a", new Dictionary<string, int> { ["Upload"] = 1, ["WebSocket"] = 2 }, 2, null, []))
            : asked.Method == "POST" ? Told.Json(Samples.Outcome(Draining(3))) : Told.Json(Draining(Math.Max(0, Interlocked.Decrement(ref left) - 1))));
        var ended = await _cli.RunAsync(gate, "drain", "pod-a", "--reason", "why", "--wait");
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Should().Contain("pod-a is Draining: 3 in flight (1 Upload, 2 WebSocket, 2 of them asked to end); deadline").And.Contain("pod-a is Drained: 0 in flight");
    }

    private static PodJson Draining(int inFlight) => Samples.Pod(state: inFlight > 0 ? "Draining" : "Drained", version: 18) with
    {
        Intent = "Disabled", IntentSince = Samples.Now, Deadline = Samples.Now.AddMinutes(5), RequestsInFlight = inFlight,
    };
}
