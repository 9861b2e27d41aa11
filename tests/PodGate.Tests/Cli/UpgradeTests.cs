using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class UpgradeTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Upgrade_SaysWhatBecameOfIt()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new UpgradeJson("process 12 has taken over", 12, "2.0.0", 11)));
        var ended = await _cli.RunAsync(gate, "upgrade", "/opt/podgate-2");
        (ended.Code, ended.Output.Trim()).Should().Be((0, "process 12 has taken over"));
        gate.Only("POST").Target.Should().Be("/api/v1/upgrade");
        gate.Only("POST").Body.Should().Be("""{"path":"/opt/podgate-2"}""");
    }

    [Fact]
    public async Task Upgrade_Waits_UntilTheProcessBeforeHasEnded()
    {
        var left = 2;
        await using var gate = await FakeGate.StartAsync(asked => asked.Method == "POST"
            ? Told.Json(new UpgradeJson("process 12 has taken over", 12, "2.0.0", 11))
            : Told.Json(new TakeoverJson(12, "2.0.0", Interlocked.Decrement(ref left) >= 0 ? new PredecessorJson(11, 5) : null)));
        var ended = await _cli.RunAsync(gate, "upgrade", "--wait");
        ended.Code.Should().Be(0, ended.Error);
        ended.Error.Should().Contain("5 connections are left in process 11").And.Contain("process 11 has ended");
    }

    [Fact]
    public async Task Upgrade_OfAPathThatIsNotFull_IsWrongUsage()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new UpgradeJson("no", 1, "1", 1)));
        var ended = await _cli.RunAsync(gate, "upgrade", "podgate-2");
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("full path");
        gate.Requests.Should().BeEmpty();
    }
}
