using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary><c>podgate enable --all-well</c>.</summary>
public sealed class EnableWellTests : IDisposable
{
    private static readonly PodJson Well = Samples.Latched() with { Name = "pod-b" };
    private static readonly PodJson WellToo = Samples.Latched() with { Name = "pod-c", Version = 9 };
    private static readonly PodJson Ill = Samples.Latched() with { Name = "pod-d", WellSince = null };
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task AllWell_EnablesEachLatchedPodThatLooksWell_InTheVersionThatWasSeen()
    {
        await using var gate = await StartAsync(Told.Json(Samples.Outcome(Samples.Pod("pod-c"), "anna enabled pod-c.")));
        var ended = await _cli.RunAsync(gate, "enable", "--all-well", "--reason", "the network was it", "--ramp", "0");
        ended.Code.Should().Be(0, ended.Error);
        gate.Requests.Where(asked => asked.Method == "POST").Select(asked => (asked.Target, asked.Json.GetProperty("version").GetInt64(), asked.Json.GetProperty("force").GetBoolean()))
            .Should().Equal(("/api/v1/pods/pod-b/enable", 4, false), ("/api/v1/pods/pod-c/enable", 9, false));
        gate.Requests.Where(asked => asked.Method == "POST").Should().OnlyContain(asked => asked.Json.GetProperty("ramp").GetString() == "00:00:00");
        ended.Output.Should().Contain("pod-b (version 4) looks well since").And.Contain("anna enabled pod-c.");
        ended.Error.Should().Contain("pod-d stays out: it is not well.");
    }

    [Fact]
    public async Task AllWell_WithOneRefused_GoesOn_AndEndsWith1()
    {
        await using var gate = await StartAsync(Told.Problem(409, "pod-c has changed"));
        var ended = await _cli.RunAsync(gate, "enable", "--all-well", "--reason", "x");
        ended.Code.Should().Be(1);
        ended.Output.Should().Contain("Done with pod-b.");
        ended.Error.Should().Contain("refused: pod-c has changed");
    }

    [Fact]
    public async Task AllWell_ForScripts_PrintsOneDocumentOfAllAnswers()
    {
        await using var gate = await StartAsync(Told.Problem(409, "pod-c has changed"));
        var ended = await _cli.RunAsync(gate, "enable", "--all-well", "--reason", "x", "--json");
        ended.Code.Should().Be(1);
        var pods = JsonDocument.Parse(ended.Output).RootElement.GetProperty("pods");
        pods.GetProperty("pod-b").GetProperty("sentence").GetString().Should().Be("Done with pod-b.");
        pods.GetProperty("pod-c").GetProperty("detail").GetString().Should().Be("pod-c has changed");
    }

    [Fact]
    public async Task AllWell_Dry_OnlySaysWhich()
    {
        await using var gate = await StartAsync(Told.Silence);
        var ended = await _cli.RunAsync(gate, "enable", "--all-well", "--dry-run");
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Should().Contain("pod-b (version 4)").And.Contain("pod-c (version 9)").And.Contain("Nothing was changed.");
        gate.Requests.Should().OnlyContain(asked => asked.Method == "GET");
    }

    [Fact]
    public async Task AllWell_WithNobodyWell_SaysSo()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate, [Samples.Pod(), Ill])))));
        var ended = await _cli.RunAsync(gate, "enable", "--all-well", "--reason", "x");
        ended.Code.Should().Be(0);
        ended.Error.Should().Contain("there is nothing to enable");
    }

    private static Task<FakeGate> StartAsync(Told ofPodC) => FakeGate.StartAsync(Samples.Answer(
        ("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate, [Samples.Pod(), Well, WellToo, Ill]))),
        ("POST /api/v1/pods/pod-b/enable", Told.Json(Samples.Outcome(Samples.Pod("pod-b"), "Done with pod-b."))),
        ("POST /api/v1/pods/pod-c/enable", ofPodC)));
}
