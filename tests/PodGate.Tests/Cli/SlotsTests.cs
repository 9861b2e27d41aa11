using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>What <c>podgate slots</c> shows.</summary>
public sealed class SlotsTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData(null, "/api/v1/slots", "the fleet")]
    [InlineData("pod-a", "/api/v1/pods/pod-a/slots", "pod-a")]
    public async Task Slots_AreATable(string? pod, string path, string whose)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(
            new SlotsJson(pod, TimeSpan.FromMinutes(5), 160, [new SlotJson(4711, "pod-a", 0.382, 61.1, ["203.0.113.7", "203.0.113.8"])])));
        var ended = await _cli.RunAsync(gate, pod is null ? ["slots"] : ["slots", pod]);
        gate.Only("GET").Target.Should().Be(path);
        ended.Output.Should().MatchRegex("4711 +pod-a +38.2 % +61.1 +203.0.113.7, 203.0.113.8")
            .And.Contain($"Shares of the requests of {whose} of the last 5m 0s, 160 a second; one in eight is counted.");
    }

    [Fact]
    public async Task NoSlots_IsSaid()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new SlotsJson(null, TimeSpan.Zero, 0, [])));
        (await _cli.RunAsync(gate, "slots")).Output.Should().Be("Nothing was counted on the fleet lately." + Environment.NewLine);
    }
}
