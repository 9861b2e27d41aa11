using PodGate.Operator;
using PodGate.TestKit;

namespace PodGate.Tests.Cli;

/// <summary>The fleet, live.</summary>
public sealed class TopTests : IDisposable
{
    private readonly CliRun _cli = new() { TerminalWidth = 120 };

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Top_ShowsTheFleetAgainAndAgain_AndWhatItSawLastWhileTheGateIsGone()
    {
        var gate = await FakeGate.StartAsync(Samples.Answer(("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate, [Samples.Pod()])))));
        var (output, error) = (new Printed(), new Printed());
        using var end = new CancellationTokenSource();
        var running = _cli.RunAsync(["top", "--interval", "200ms", "--url", gate.Url], output, error, end.Token);
        await Soon.BeTrueAsync(() => Times(output, "It answers its probes.") >= 2, "it looks more than once");
        output.ToString().Should().NotContain("This is from");
        await gate.DisposeAsync();
        await Soon.BeTrueAsync(() => output.ToString().Contains("This is from 2026-11-22", StringComparison.Ordinal), "it says that this is old");
        var before = Times(output, "It answers its probes.");
        await Soon.BeTrueAsync(() => Times(output, "It answers its probes.") > before, "it goes on showing what it saw");
        await end.CancelAsync();
        (await running).Code.Should().Be(0);
    }

    [Fact]
    public async Task Top_WithoutATerminal_SaysWhatToTakeInstead()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate, [])))));
        _cli.TerminalWidth = null;
        var ended = await _cli.RunAsync(gate, "top");
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("podgate status --json").And.Contain("podgate events --follow");
    }

    private static int Times(Printed output, string text) => output.ToString().Split(text).Length - 1;
}
