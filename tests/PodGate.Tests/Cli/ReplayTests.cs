using System.Text.Json;
using PodGate.Cli;

namespace PodGate.Tests.Cli;

public sealed class ReplayTests : IDisposable
{
    private static readonly ReplayJson Answer = new(
        Samples.Now, Samples.Now.AddHours(1), 7200, ["pod-a", "pod-b"],
        new ReplayRunJson("Fall 3", []),
        new ReplayRunJson("with Fall 2", [new ReplayEventJson(Samples.Now.AddMinutes(5), "pod-b", "Latched", "Refused", "pod-b failed over")]),
        ["with Fall 2 pod-b would have been latched once, at 2026-11-22 14:15:00.0Z; as configured never"],
        ["traffic is not recorded"]);

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Numbers_AreTakenAsTheyWereTyped_AndPathsAreMadeFull()
    {
        _cli.Told = new ReplayTold(0, [], Answer);
        var ended = await _cli.RunAsync(
            "replay", "--config", "gate.json", "--state", "old", "--from", "2026-11-22T14:05", "--to", "2026-11-22T20:00:00+02:00", "--fall", "2", "--rise", "5",
            "--timeout", "500ms", "--flap-limit", "0", "--flap-window", "10m", "--minimum-open", "1", "--suspension-hold", "0s", "--suspended-too-long", "1m",
            "--overload-grace", "1m", "--enable-after", "1h");
        ended.Code.Should().Be(0, ended.Error);
        _cli.Replayed.Should().Equal(new ReplayAsked
        {
            ConfigPath = Path.Combine(_cli.Directory, "gate.json"), StateDirectory = Path.Combine(_cli.Directory, "old"),
            From = new DateTimeOffset(2026, 11, 22, 14, 5, 0, TimeSpan.Zero), To = new DateTimeOffset(2026, 11, 22, 18, 0, 0, TimeSpan.Zero),
            Fall = 2, Rise = 5, Timeout = TimeSpan.FromMilliseconds(500), FlapLimit = 0, FlapWindow = TimeSpan.FromMinutes(10), MinimumOpen = 1,
            SuspensionHold = TimeSpan.Zero, SuspendedTooLong = TimeSpan.FromMinutes(1), OverloadGrace = TimeSpan.FromMinutes(1), EnableAfter = TimeSpan.FromHours(1),
        });
    }

    [Fact]
    public async Task Answer_SaysWhatEachWouldHaveDone_ThenTheDifference_ThenWhatItDoesNotKnow()
    {
        _cli.Told = new ReplayTold(0, [], Answer);
        var lines = (await _cli.RunAsync("replay")).Output.Split('\n');
        lines.Should().ContainInOrder(
            "7200 probes of pod-a, pod-b, 2026-11-22 14:10:00Z to 2026-11-22 15:10:00Z",
            "AS CONFIGURED: Fall 3",
            "  nothing would have been suspended, latched or held back",
            "CHANGED: with Fall 2",
            "  2026-11-22 14:15:00Z pod-b Latched Refused",
            "    pod-b failed over",
            "COMPARISON",
            "  with Fall 2 pod-b would have been latched once, at 2026-11-22 14:15:00.0Z; as configured never",
            "MIND",
            "  traffic is not recorded");
        _cli.Replayed.Should().Equal(new ReplayAsked());
    }

    [Fact]
    public async Task Json_IsOneDocument()
    {
        _cli.Told = new ReplayTold(0, [], Answer);
        using var document = JsonDocument.Parse((await _cli.RunAsync("replay", "--json")).Output);
        document.RootElement.GetProperty("changed").GetProperty("events")[0].GetProperty("what").GetString().Should().Be("Latched");
    }

    [Fact]
    public async Task NoHistory_IsSaidOnTheErrorOutput()
    {
        var ended = await _cli.RunAsync("replay");
        (ended.Code, ended.Output, ended.Error.Trim()).Should().Be((2, "", "podgate: there is no history."));
    }

    [Theory]
    [InlineData("--fall", "1")]
    [InlineData("--fall", "two")]
    [InlineData("--rise", "0")]
    [InlineData("--timeout", "10ms")]
    [InlineData("--timeout", "500")]
    [InlineData("--flap-limit", "101")]
    [InlineData("--flap-limit", "1")]
    [InlineData("--minimum-open", "0")]
    [InlineData("--from", "yesterday")]
    [InlineData("--from", "7")]
    [InlineData("--from", "1h", "--to", "2h")]
    public async Task NumbersOutOfBounds_AreWrongUsage(params string[] args)
    {
        var ended = await _cli.RunAsync(["replay", .. args]);
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain(args[0]);
        _cli.Replayed.Should().BeEmpty();
    }
}
