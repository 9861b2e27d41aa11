using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class StatusTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Status_OfTheFleet_ShowsPodsLatchesAndTheGate()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate, [Samples.Pod(), Samples.Latched()])))));
        var ended = await _cli.RunAsync(gate, "status");
        ended.Code.Should().Be(0, ended.Error);
        var lines = ended.Output.Split('\n');
        lines[0].Should().Be("POD    STATE    HEALTH   SINCE  SLOTS   IN FLIGHT  WHY");
        lines[1].Should().Be("pod-a  Open     Healthy  5m 0s  33.3 %  12         It answers its probes.");
        lines[2].Should().Be("pod-b  Latched  Healthy  5m 0s  0.0 %   0          Three probes in a row were refused.");
        lines[3].Trim().Should().Be("latch L-4f2a (ProbesFailed) since 2026-11-22 14:05:00Z");
        lines[4].Trim().Should().Be("looks well since 2026-11-22 14:07:55Z (2m 5s)");
        ended.Output.Should().Contain("mode Act; 2 in traffic, MinimumOpen 2; one more failure and the guard holds; table 7")
            .And.Contain("journal  writable").And.Contain("freeze   none").And.Contain("reload   the configuration file is in force");
        ended.Output.Should().NotContain("\u001b");
        var asked = gate.Only("GET");
        asked.Target.Should().Be("/api/v1/pods");
        asked.Authorization.Should().Be("Bearer " + CliRun.Secret);
    }

    [Fact]
    public async Task Status_OfAPodWhoseRampIsHeld_SaysSinceWhenAndWhy()
    {
        var pod = Samples.Pod(state: "Ramping") with
        {
            Ramp = new RampJson(0.4, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(95), Samples.Now.AddSeconds(-65), "the requests of 3 of 13 active sources fail"),
        };
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET /api/v1/pods/pod-a", Told.Json(pod)), ("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate, [pod])))));
        (await _cli.RunAsync(gate, "status")).Output.Should()
            .Contain("ramp held at 40.0 % since 2026-11-22 14:08:55Z (1m 5s): the requests of 3 of 13 active sources fail");
        (await _cli.RunAsync(gate, "status", "pod-a")).Output.Should()
            .Contain("ramp        40.0 % of its slots; takes 30s, held back for 1m 35s; held back since 2026-11-22 14:08:55Z: the requests of 3 of 13");
    }

    [Fact]
    public async Task Status_OfAGateInTrouble_SaysSo()
    {
        var troubled = Samples.Gate with
        {
            Mode = "Observe", FailuresUntilGuard = 0, JournalWritable = false, JournalBacklog = 3,
            Freeze = new FreezeJson("anna", "switch is replaced", Samples.Now.AddMinutes(-10), Samples.Now.AddMinutes(20)),
            LastReload = ["Pods.pod-c.Address: is missing", "Probing.Fall: 0 is less than 1"],
        };
        await using var gate = await FakeGate.StartAsync(Samples.Answer(("GET /api/v1/pods", Told.Json(new FleetJson(troubled, [])))));
        var ended = await _cli.RunAsync(gate, "status");
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Should().Contain("The fleet has no pods.").And.Contain("mode Observe").And.Contain("the guard holds: no further pod may fail")
            .And.Contain("NOT WRITABLE").And.Contain("3 entries wait")
            .And.Contain("FROZEN by anna since 2026-11-22 14:00:00Z until 2026-11-22 14:30:00Z (20m 0s left): switch is replaced")
            .And.Contain("REFUSED").And.Contain("- Pods.pod-c.Address: is missing").And.Contain("- Probing.Fall: 0 is less than 1");
    }

    [Fact]
    public async Task Status_OfOnePod_ShowsAllThatIsKnown()
    {
        var pod = Samples.Latched() with
        {
            Intent = "Disabled", IntentReason = "disk is full", Deadline = Samples.Now.AddMinutes(5), HeldBack = "would have been suspended",
        };
        await using var gate = await FakeGate.StartAsync(Samples.Answer(("GET /api/v1/pods/pod-b", Told.Json(pod))));
        var ended = await _cli.RunAsync(gate, "status", "pod-b");
        ended.Code.Should().Be(0, ended.Error);
        foreach (var fact in new[]
        {
            "pod         pod-b", "state       Latched since 2026-11-22 14:05:00Z", "why         Three probes in a row were refused.",
            "intent      Disabled by anna since 2026-11-22 12:10:00Z: disk is full", "deadline    2026-11-22 14:15:00Z",
            "latch       L-4f2a (ProbesFailed) since 2026-11-22 14:05:00Z: Three", "- 14:04:59 connection refused",
            "health      Healthy; looks well since 2026-11-22 14:07:55Z", "last probe  2026-11-22 14:09:59Z Good in 3.3 ms: 200 in time.",
            "held back   would have been suspended", "traffic     0 slots (0.0 %), 0 in flight", "labels      rack=1", "version     4",
        })
        {
            ended.Output.Should().Contain(fact);
        }
    }

    [Fact]
    public async Task Status_WithJson_PrintsWhatTheGateSaidAlsoWhatIsNewToThisCli()
    {
        var said = Told.Json(new FleetJson(Samples.Gate, [Samples.Latched("ü\u009b31m")]));
        await using var gate = await FakeGate.StartAsync(_ => said with { Body = said.Body[..^1] + ",\"brandNew\":1}" });
        var ended = await _cli.RunAsync(gate, "status", "--json");
        ended.Code.Should().Be(0, ended.Error);
        using var document = JsonDocument.Parse(ended.Output);
        document.RootElement.GetProperty("brandNew").GetInt32().Should().Be(1);
        var pod = document.RootElement.GetProperty("pods")[0];
        pod.GetProperty("latch").GetProperty("id").GetString().Should().Be("L-4f2a");
        pod.GetProperty("deadline").ValueKind.Should().Be(JsonValueKind.Null);
        ended.Output.Should().NotContain("\u009b", "a script's log is looked at in a terminal too");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    public async Task Sentence_WithTricks_IsPrintedAsPlainText(int? width)
    {
        const string Hostile = "[red]x[/] [link=http://evil]y[/] \u001b[2J\u001b]0;title\u0007 a\r\nfake line\u009b31m\u202egnp\u2028z [";
        _cli.TerminalWidth = width;
        _cli.Variables["NO_COLOR"] = "1";
        var pod = Samples.Latched(Hostile) with { HeldBack = Hostile, Labels = new Dictionary<string, string> { [Hostile] = Hostile } };
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET /api/v1/pods/", Told.Json(pod)),
            ("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate with { LastReload = [Hostile] }, [pod]))),
            ("GET /api/v1/events?after=0", Told.Json(new EventsJson([Samples.Event(1, Hostile)], 1))),
            ("GET /api/v1/events", Told.Json(new EventsJson([], 1))),
            ("POST ", Told.Problem(409, Hostile))));
        string[][] commands = [["status"], ["status", "pod-b"], ["events"], ["enable", "pod-b", "--reason", "why"]];
        foreach (var command in commands)
        {
            var ended = await _cli.RunAsync(gate, command);
            var text = (ended.Output + ended.Error).Replace(Environment.NewLine, "\n", StringComparison.Ordinal);
            // What Spectre itself writes to a terminal without colours: bold and its end.
            if (width is not null) text = text.Replace("\u001b[1m", "", StringComparison.Ordinal).Replace("\u001b[0m", "", StringComparison.Ordinal);
            text.Should().NotContainAny("\u001b", "\u0007", "\r", "\u009b", "\u202e", "\u2028");
            text.Should().Contain("[red]x[/]").And.Contain("[link=http://evil]y[/]");
            text.Split('\n').Should().NotContain(line => line.StartsWith("fake", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(110)]
    [InlineData(160)]
    public async Task Status_OnATerminal_WrapsSentencesBetweenWordsAndKeepsEveryWord(int width)
    {
        _cli.TerminalWidth = width;
        const string Sentence = "Three own probes in a row were refused by the pod itself, and pod-c answered a probe that was sent after the first of them.";
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new FleetJson(Samples.Gate, [Samples.Pod(), Samples.Latched(Sentence)])));
        var ended = await _cli.RunAsync(gate, "status");
        ended.Output.Should().Contain("\u001b[", "a terminal gets colours").And.Contain("Latched").And.Contain("Open");
        var words = Sentence.Split(' ').ToHashSet();
        var seen = ended.Output.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        words.Except(seen).Should().BeEmpty();
    }
}
