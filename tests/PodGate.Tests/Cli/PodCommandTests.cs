using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class PodCommandTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Drain_SendsTheVersionItShowed()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET /api/v1/pods/pod-a", Told.Json(Samples.Pod())),
            ("POST /api/v1/pods/pod-a/drain", Told.Json(Samples.Outcome(Samples.Pod(state: "Draining", version: 18))))));
        var ended = await _cli.RunAsync(gate, "drain", "pod-a", "--reason", "@kernel update", "--deadline", "1h30m");
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Should().Contain("pod-a was Open (version 17): It answers its probes.").And.Contain("pod-a is being drained until 14:15:00.");
        ended.Error.Should().BeEmpty();
        gate.Only("POST").Body.Should().Be("""{"reason":"@kernel update","force":false,"deadline":"01:30:00","version":17}""");
    }

    [Theory]
    [InlineData("enable")]
    [InlineData("disable")]
    [InlineData("drain")]
    public async Task Command_WithForceAndVersion_SendsThem(string verb)
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET /api/v1/pods/pod-b", Told.Json(Samples.Latched())),
            ($"POST /api/v1/pods/pod-b/{verb}", Told.Json(Samples.Outcome(Samples.Pod("pod-b"), "Done.")))));
        var ended = await _cli.RunAsync(gate, verb, "pod-b", "--reason", "why", "--force", "--version", "3");
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Should().Contain("version 4, latch L-4f2a");
        gate.Only("POST").Body.Should().Be("""{"reason":"why","force":true,"deadline":null,"version":3}""");
    }

    [Theory]
    [InlineData("0", "00:00:00")]
    [InlineData("10m", "00:10:00")]
    public async Task Enable_WithRamp_SendsIt(string ramp, string sent)
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET ", Told.Json(Samples.Latched())), ("POST ", Told.Json(Samples.Outcome(Samples.Pod("pod-b"), "Done.")))));
        var ended = await _cli.RunAsync(gate, "enable", "pod-b", "--reason", "why", "--ramp", ramp);
        ended.Code.Should().Be(0, ended.Error);
        gate.Only("POST").Body.Should().Be($$"""{"reason":"why","force":false,"deadline":null,"version":4,"ramp":"{{sent}}"}""");
    }

    [Theory]
    [InlineData("10")]
    [InlineData("10%")]
    public async Task Enable_WithHold_SendsIt(string hold)
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET ", Told.Json(Samples.Latched())), ("POST ", Told.Json(Samples.Outcome(Samples.Pod("pod-b"), "Done.")))));
        var ended = await _cli.RunAsync(gate, "enable", "pod-b", "--reason", "why", "--hold", hold);
        ended.Code.Should().Be(0, ended.Error);
        gate.Only("POST").Body.Should().Be("""{"reason":"why","force":false,"deadline":null,"version":4,"hold":10}""");
    }

    [Theory]
    [InlineData("""{"text":"I am on it","clear":false,"version":null}""", "I am on it")]
    [InlineData("""{"text":"done","clear":true,"version":7}""", "--clear", "--version", "7")]
    public async Task Note_IsSent(string sent, params string[] arguments)
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("POST /api/v1/pods/pod-b/note", Told.Json(Samples.Outcome(Samples.Pod("pod-b"), "bob notes on pod-b: I am on it")))));
        var ended = await _cli.RunAsync(gate, ["note", "pod-b", .. arguments]);
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Should().Contain("bob notes on pod-b");
        gate.Only("POST").Body.Should().Be(sent);
    }

    [Fact]
    public async Task Command_InEffectNotDurable_IsDoneWithAWarning()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET ", Told.Json(Samples.Pod())),
            ("POST ", Told.Json(Samples.Outcome(Samples.Pod(), durable: false), 202))));
        var ended = await _cli.RunAsync(gate, "disable", "pod-a", "--reason", "why");
        ended.Code.Should().Be(0);
        ended.Error.Should().Contain("in effect, not durable");
    }

    [Fact]
    public async Task Command_WithJson_PrintsOneDocument()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET ", Told.Json(Samples.Pod())),
            ("POST ", Told.Json(Samples.Outcome(Samples.Pod(version: 18))))));
        var ended = await _cli.RunAsync(gate, "enable", "pod-a", "--reason", "why", "--json");
        ended.Code.Should().Be(0);
        using var document = JsonDocument.Parse(ended.Output);
        document.RootElement.GetProperty("durable").GetBoolean().Should().BeTrue();
        document.RootElement.GetProperty("pod").GetProperty("version").GetInt32().Should().Be(18);
    }

    [Fact]
    public async Task Command_ForAnUnknownPod_IsNotSent()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer());
        var ended = await _cli.RunAsync(gate, "drain", "pod?x", "--reason", "why");
        ended.Code.Should().Be(1);
        ended.Error.Should().StartWith("refused: There is no /api/v1/pods/pod%3Fx.");
        gate.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(100, false)]
    [InlineData(null, true)]
    public async Task DrainWait_ShowsInFlightFallUntilDrained(int? width, bool json)
    {
        _cli.TerminalWidth = width;
        var left = 4;
        await using var gate = await FakeGate.StartAsync(asked => (asked.Method, asked.Target.Contains("/connections", StringComparison.Ordinal) ? left : Interlocked.Decrement(ref left)) switch
        {
            ("POST", _) => Told.Json(Samples.Outcome(Draining(2))),
            (_, >= 2) => Told.Json(Samples.Pod()),
            (_, var number) => Told.Json(Draining(Math.Max(number, 0))),
        });
        string[] flags = json ? ["--wait", "--json"] : ["--wait"];
        var ended = await _cli.RunAsync(gate, ["drain", "pod-a", "--reason", "why", .. flags]);
        ended.Code.Should().Be(0, ended.Error);
        var shown = json ? ended.Error : ended.Output;
        shown.Should().Contain("pod-a is Draining: 2 in flight; deadline 2026-11-22 14:15:00Z").And.Contain("Draining: 1 in flight").And.Contain("pod-a is Drained: 0 in flight");
        if (!json) return;
        using var document = JsonDocument.Parse(ended.Output);
        document.RootElement.GetProperty("pod").GetProperty("state").GetString().Should().Be("Drained");
        document.RootElement.GetProperty("sentence").GetString().Should().NotBeEmpty();
    }

    [Fact]
    public async Task DrainWait_WhenSomebodyEnablesThePod_EndsWith1()
    {
        await using var gate = await FakeGate.StartAsync(asked => asked.Method == "POST"
            ? Told.Json(Samples.Outcome(Draining(3)))
            : Told.Json(Samples.Pod()));
        var ended = await _cli.RunAsync(gate, "drain", "pod-a", "--reason", "why", "--wait");
        ended.Code.Should().Be(1);
        ended.Error.Should().Contain("no longer being drained").And.Contain("Open");
    }

    [Fact]
    public async Task DrainWait_Interrupted_LeavesTheDrainInEffectAndSaysSo()
    {
        await using var gate = await FakeGate.StartAsync(asked => asked.Method == "POST" ? Told.Json(Samples.Outcome(Draining(3))) : Told.Json(Draining(3)));
        using var interrupt = new CancellationTokenSource();
        var output = new Printed();
        var running = _cli.RunAsync(["drain", "pod-a", "--reason", "why", "--wait", "--url", gate.Url], output, new Printed(), interrupt.Token);
        await Until(() => gate.Requests.Count >= 4);
        await interrupt.CancelAsync();
        var ended = await running;
        ended.Code.Should().Be(130);
        ended.Error.Should().Contain("The drain of pod-a stays in effect");
        gate.Requests.Count(asked => asked.Method == "POST").Should().Be(1);
    }

    [Fact]
    public async Task DrainWait_WhileTheGateRestarts_GoesOnWaiting()
    {
        var first = await FakeGate.StartAsync(asked => asked.Method == "POST" ? Told.Json(Samples.Outcome(Draining(3))) : Told.Json(Draining(3)));
        var url = first.Url;
        var output = new Printed();
        var running = _cli.RunAsync(["drain", "pod-a", "--reason", "why", "--wait", "--url", url], output, new Printed(), CancellationToken.None);
        await Until(() => first.Requests.Count >= 3);
        await first.DisposeAsync();
        await Until(() => output.ToString()!.Contains("does not answer; trying again", StringComparison.Ordinal));
        await using var second = await FakeGate.StartAsync(_ => Told.Json(Draining(0)), new Uri(url).Port);
        var ended = await running;
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Should().Contain("does not answer; trying again").And.Contain("pod-a is Drained");
    }

    internal static async Task Until(Func<bool> condition)
    {
        for (var tries = 0; tries < 1_000 && !condition(); tries++) await Task.Delay(10);
        condition().Should().BeTrue("it should have happened within ten seconds");
    }

    private static PodJson Draining(int inFlight) => Samples.Pod(state: inFlight > 0 ? "Draining" : "Drained", version: 18) with
    {
        Intent = "Disabled", IntentSince = Samples.Now, Deadline = Samples.Now.AddMinutes(5), RequestsInFlight = inFlight,
    };
}
