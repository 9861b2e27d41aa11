using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class DryRunTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task DryRun_ShowsWhoMoves_AndSendsNoCommand()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(Preview(allowed: true, "2 pods would be left")));
        var ended = await _cli.RunAsync(gate, "drain", "pod-a", "--dry-run", "--keep-active", "15m", "--deadline", "2h");
        ended.Code.Should().Be(0, ended.Error);
        gate.Only("GET").Target.Should().Be("/api/v1/pods/pod-a/preview?command=drain&keepActive=00:15:00");
        ended.Output.Should().Contain("drain pod-a, if it were given now: about 40 clients (seen within 5m 0s) with 33.3 % of the requests would move; about 7 would stay at first.")
            .And.MatchRegex(@"pod-b +10 +-> +30 +5 +-> +15\.5").And.Contain("It would be carried out: 2 pods would be left").And.Contain("Nothing was changed.");
    }

    [Fact]
    public async Task DryRun_OfAnEnable_KnowsTheHold()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(Preview(allowed: true, "it is well") with { Command = "enable", Hold = 10 }));
        var ended = await _cli.RunAsync(gate, "enable", "pod-a", "--dry-run", "--hold", "10%");
        ended.Code.Should().Be(0, ended.Error);
        gate.Only("GET").Target.Should().Be("/api/v1/pods/pod-a/preview?command=enable&hold=10");
        ended.Output.Should().Contain("enable pod-a at 10 % of its slots, if it were given now:");
    }

    [Theory]
    [InlineData(false, true, 1, "It would be refused: too few")]
    [InlineData(true, true, 0, "It would be carried out only because it is forced: too few")]
    [InlineData(true, false, 1, "It would be refused although it is forced: too few")]
    public async Task DryRun_OfWhatTheGateRefuses(bool force, bool helps, int code, string said)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(Preview(allowed: false, "too few", helps)));
        string[] forced = force ? ["--force"] : [];
        var ended = await _cli.RunAsync(gate, ["enable", "pod-a", "--dry-run", .. forced]);
        ended.Code.Should().Be(code);
        ended.Output.Should().Contain(said);
    }

    [Theory]
    [InlineData("--reason' is required", "drain", "pod-a")]
    [InlineData("--keep-active needs --deadline", "drain", "pod-a", "--reason", "why", "--keep-active", "5m")]
    [InlineData("at least 1s", "drain", "pod-a", "--reason", "why", "--keep-active", "0s", "--deadline", "1h")]
    public async Task Mistakes_AreUsageErrors(string said, params string[] args)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(Samples.Pod()));
        var ended = await _cli.RunAsync(gate, args);
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain(said);
    }

    [Fact]
    public async Task SoftDrain_SendsBoth()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET ", Told.Json(Samples.Pod())), ("POST ", Told.Json(Samples.Outcome(Samples.Pod(state: "Draining", version: 18))))));
        var ended = await _cli.RunAsync(gate, "drain", "pod-a", "--reason", "why", "--keep-active", "15m", "--deadline", "2h");
        ended.Code.Should().Be(0, ended.Error);
        gate.Only("POST").Body.Should().Be("""{"reason":"why","force":false,"deadline":"02:00:00","version":17,"keepActive":"00:15:00"}""");
    }

    private static PreviewJson Preview(bool allowed, string sentence, bool forceHelps = false) => new(
        "pod-a", "drain", allowed, forceHelps, sentence, 40, 1 / 3.0, 7, TimeSpan.FromMinutes(5), [new PreviewPodJson("pod-b", 10, 30, 5, 15.5)]);
}
