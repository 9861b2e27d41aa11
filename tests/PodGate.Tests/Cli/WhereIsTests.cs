using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>What <c>podgate whereis</c> shows.</summary>
public sealed class WhereIsTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Now_ShowsSinceWhenAndWhereBefore()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new WhereIsJson("192.0.2.7", 4711, "pod-a", "pod-c")
        {
            Pin = new PinJson("192.0.2.0/24", "pod-a", "Spread"),
            Stay = new StayJson("OnPod", "pod-a", Samples.Now.AddHours(-2), null, ["pod-a proved itself well"]),
            Before = new StayJson("OnPod", "pod-b", null, Samples.Now.AddHours(-2), []),
        }));
        var ended = await _cli.RunAsync(gate, "whereis", "192.0.2.7");
        Lines(ended.Output).Should().Equal(
            "192.0.2.7 is in slot 4711, on pod-a (pinned to pod-a by 192.0.2.0/24); a retry would go to pod-c.",
            $"  before: pod-b to {Text(-2)}",
            $"  now: pod-a from {Text(-2)}: pod-a proved itself well");
    }

    [Fact]
    public async Task Then_AsksForTheMoment_AndShowsWhatIsNotSure()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new WhereIsJson("192.0.2.7", 4711, "pod-a", null)
        {
            At = Samples.Now.AddHours(-1),
            Stay = new StayJson("OnPod", "pod-a", Samples.Now.AddHours(-2), Samples.Now, []) { Or = "pod-b" },
            After = new StayJson("NoGate", null, Samples.Now, null, []),
            Notes = ["pod-a was drained softly then"],
        }));
        var ended = await _cli.RunAsync(gate, "whereis", "192.0.2.7", "--at", "2026-11-27 23:10 Europe/Berlin");
        Lines(ended.Output).Should().Equal(
            $"192.0.2.7, in slot 4711, was on pod-a or pod-b at {Text(-1)}.",
            $"  then: pod-a or pod-b from {Text(-2)} to {Text(0)}",
            $"  after: the gate did not run from {Text(0)}",
            "  note: pod-a was drained softly then");
        gate.Only("GET").Target.Should().Be("/api/v1/whereis/192.0.2.7?at=2026-11-27%2023%3A10%20Europe%2FBerlin");
    }

    [Fact]
    public async Task Then_BeforeTheHistory_IsNotKnown()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(
            new WhereIsJson("192.0.2.7", 4711, null, null) { At = Samples.Now, Notes = ["nothing is written down yet"] }));
        var ended = await _cli.RunAsync(gate, "whereis", "192.0.2.7", "--at", "2026-11-27T23:10:00Z");
        Lines(ended.Output).Should().Equal($"192.0.2.7, in slot 4711, was nobody knows where at {Text(0)}.", "  note: nothing is written down yet");
    }

    [Fact]
    public async Task At_WithoutAZone_IsRefusedBeforeAnybodyIsAsked()
    {
        var ended = await _cli.RunAsync("whereis", "192.0.2.7", "--at", "2026-11-27 23:10");
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("--at is 2026-11-27 23:10, which says no zone");
    }

    private static string Text(double hours) => Samples.Now.AddHours(hours).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'");

    private static string[] Lines(string output) => output.TrimEnd().Split(Environment.NewLine);
}
