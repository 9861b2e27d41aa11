using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class AlertTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task List_ShowsWhatStandsOrWaits_AndChannelsThatFail()
    {
        var ended = Alert("2-pod-b-latched", stands: false, "Sent");
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new AlertsJson(
            [Alert("1-pod-a-latched", stands: true, "Sent") with { AcknowledgedBy = "anna" }, ended, Alert("3-pod-c-latched", stands: false, "Waits")],
            [new AlertChannelJson("ops", 1, 0, 0, 1, Samples.Now, "it answered 503")])));
        var run = await _cli.RunAsync(gate, "alerts", "list");
        run.Code.Should().Be(0, run.Error);
        run.Output.Should().Contain("1-pod-a-latched").And.Contain("anna").And.Contain("3-pod-c-latched").And.Contain("ops has failed since").And.Contain("it answered 503")
            .And.NotContain("2-pod-b-latched");
        (await _cli.RunAsync(gate, "alerts", "list", "--all")).Output.Should().Contain("2-pod-b-latched");
    }

    [Fact]
    public async Task List_OfNothing_SaysSo()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new AlertsJson([], [])));
        (await _cli.RunAsync(gate, "alerts", "list")).Output.Trim().Should().Be("Nothing stands, and nothing waits.");
    }

    [Fact]
    public async Task Ack_NamesTheAlert()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(Alert("1-pod-a-latched", stands: true, "Sent") with { AcknowledgedBy = "anna" }));
        var run = await _cli.RunAsync(gate, "alerts", "ack", "1-pod-a-latched");
        (run.Code, run.Output.Trim()).Should().Be((0, "1-pod-a-latched was seen by anna: pod-a failed over"));
        gate.Only("POST").Target.Should().Be("/api/v1/alerts/1-pod-a-latched/acknowledge");
    }

    [Theory]
    [InlineData(true, "test-1 goes to ops, boss; `podgate alerts list --all` shows what becomes of it.")]
    [InlineData(false, "No channel is configured, so the test goes nowhere.")]
    public async Task Test_SaysWhereItGoes(bool channels, string expected)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new AlertTestJson("test-1", channels ? ["ops", "boss"] : [])));
        (await _cli.RunAsync(gate, "alerts", "test")).Output.Trim().Should().Be(expected);
    }

    [Fact]
    public async Task Silence_SendsWhatWasTyped()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new SilenceJson("silence-1", "anna", "network work", Samples.Now, Samples.Now.AddHours(1), ["heldBack"], ["pod-a"]), 201));
        var run = await _cli.RunAsync(gate, "alerts", "silence", "add", "pod-a", "--for", "1h", "--kind", "heldBack", "--reason", "network work");
        run.Code.Should().Be(0, run.Error);
        run.Output.Should().StartWith("silence-1 keeps alerts back until ");
        var asked = gate.Only("POST");
        (asked.Target, asked.Json.ToString()).Should().Be(("/api/v1/silences", """{"reason":"network work","for":"01:00:00","kinds":["heldBack"],"pods":["pod-a"]}"""));
    }

    private static AlertJson Alert(string id, bool stands, string delivery) => new(
        id, "latched/pod-a", "latched", "page", "pod-a", null, "Refused", "pod-a failed over", Samples.Now, false, null, stands, null, null, null, "docs/runbooks/latched.md",
        new Dictionary<string, string> { ["ops"] = delivery });
}
