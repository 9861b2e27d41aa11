using PodGate.Cli;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>What <c>podgate stats</c> shows.</summary>
public sealed class StatsTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("/api/v1/stats?days=7", "stats")]
    [InlineData("/api/v1/stats?days=366&pod=pod-a", "stats", "pod-a", "--days", "366")]
    public async Task Days_AreATable(string path, params string[] arguments)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new StatsJson(
            null, "2026-11-22", "2026-11-28", [1],
            [new DayStatsJson("2026-11-28", "pod-a", 1000, [0, 0, 990, 0, 0, 10], 10, 123_456_789, 4_321, 8.1, 7.25, 250, 900, [1000, 0], 412)])));
        var ended = await _cli.RunAsync(gate, arguments);
        gate.Only("GET").Target.Should().Be(path);
        ended.Output.Should().MatchRegex(@"2026-11-28 +pod-a +1000 +10 \(1.0 %\) +7.3 ms +250 ms +123 MB +4.3 kB +412").And.Contain("Days are in UTC");
    }

    [Fact]
    public async Task Nothing_IsSaid()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new StatsJson("pod-a", "2026-11-22", "2026-11-28", [], [])));
        (await _cli.RunAsync(gate, "stats", "pod-a")).Output.Should().StartWith("Nothing was carried on pod-a from 2026-11-22 to 2026-11-28");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("367")]
    [InlineData("week")]
    public async Task WrongNumberOfDays_IsRefused(string days)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new StatsJson(null, "", "", [], [])));
        var ended = await _cli.RunAsync(gate, "stats", "--days", days);
        ended.Code.Should().NotBe(0);
        ended.Error.Should().Contain($"--days is {days}; it must be a number from 1 to 366.");
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(99_949, "99.9 kB")]
    [InlineData(99_951, "100 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1.0 MB")]
    [InlineData(long.MaxValue, "9.2 EB")]
    public void Bytes_HaveThreeDigitsOrFewer(long bytes, string shown) => StatsCommand.Bytes(bytes).Should().Be(shown);
}
