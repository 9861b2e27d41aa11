using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>What stops a roll at each step, by a table, before a gate that says what the row says.</summary>
public sealed class RollTroubleTests : IDisposable
{
    private const string NotDurable = """{"type":"/problems/not-durable","title":"no","status":503,"detail":"the disk is full","kind":"NotDurable"}""";
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    // What the drain is answered, what the pod is then, what the enable is answered, what the pod is then; the end, and the step it is told at.
    [Theory]
    [InlineData("done", "Drained", "done", "Open", "all pods are done", "Begin")]
    [InlineData("lost", "Drained", "lost", "Open", "all pods are done", "Begin")]
    [InlineData("stops", "Drained", "stops", "Open", "all pods are done", "Begin")]
    [InlineData("409", "Open", "", "", "pod-a is not drained: no, said the gate", "Drain")]
    [InlineData("done", "Draining", "", "", "pod-a is not empty after 1s: 3 in flight", "Drain")]
    [InlineData("done", "Open", "", "", "pod-a is no longer being drained: it is Open: as the row says", "Drain")]
    [InlineData("done", "Drained", "409", "Drained", "pod-a is not enabled: no, said the gate", "Enable")]
    [InlineData("done", "Drained", "503", "Drained", "pod-a is not enabled: the disk is full", "Enable")]
    [InlineData("done", "Drained", "done", "Latched", "pod-a is Latched after it was enabled: as the row says", "Ramp")]
    [InlineData("done", "Drained", "done", "Suspended", "pod-a is Suspended after it was enabled: as the row says", "Ramp")]
    public async Task Trouble_AtEachStep_StopsTheRoll(string drain, string drained, string enable, string enabled, string end, string step)
    {
        var (pod, sent) = (Pod("Open"), 0);
        await using var gate = await FakeGate.StartAsync(asked => (asked.Method, asked.Target) switch
        {
            ("POST", "/api/v1/pods/pod-a/drain") => Answer(drain, drained),
            ("POST", "/api/v1/pods/pod-a/enable") => Answer(enable, enabled),
            ("GET", "/api/v1/pods") => Told.Json(new FleetJson(Samples.Gate with { InTraffic = 3 }, [pod, Samples.Pod("pod-b")])),
            ("GET", "/api/v1/pods/pod-a") => Told.Json(pod),
            ("GET", "/api/v1/pods/pod-a/why") => Told.Json(Why(pod)),
            (_, "/api/v1/roll") => Told.Json(new RollStatusJson(Samples.Now, null)),
            _ => Told.Problem(404, asked.Target),
        });
        var ended = await _cli.RunAsync(gate, "roll", "pod-a", "--exec", "true", "--reason", "why", "--drain-timeout", "1s", "--bake", "0s");
        ended.Code.Should().Be(end.StartsWith("all", StringComparison.Ordinal) ? 0 : 1, ended.Output + ended.Error);
        var last = gate.Requests.Last(asked => asked.Method == "PUT").Json;
        last.GetProperty("state").GetString().Should().Be(ended.Code == 0 ? "Finished" : "Stopped");
        last.GetProperty("sentence").GetString().Should().Be(end);
        last.GetProperty("step").GetString().Should().Be(step);
        if (ended.Code != 0) ended.Error.Should().Contain("the roll stopped: " + end).And.Contain("podgate roll --resume");
        gate.Requests.Where(asked => asked.Target.EndsWith("/drain", StringComparison.Ordinal)).Should().HaveCount(drain == "stops" ? 2 : 1, "a command is not given twice");

        // Once it is carried out and the answer is lost; once the gate stops before it carries it out.
        Told Answer(string what, string then)
        {
            if (what == "409") return Told.Problem(409, "no, said the gate");
            if (what == "503") return new Told(503, "application/problem+json", NotDurable);
            if (what == "stops" && sent++ % 2 == 0) return Told.Problem(503, "the gate is stopping");
            pod = Pod(then);
            return what == "lost" ? Told.Silence : Told.Json(Samples.Outcome(pod));
        }
    }

    private static PodJson Pod(string state) => Samples.Pod(state: state, sentence: "as the row says") with
    {
        Intent = state is "Draining" or "Drained" ? "Disabled" : "Enabled", RequestsInFlight = state == "Draining" ? 3 : 0,
        Latch = state == "Latched" ? Samples.Latched().Latch : null,
    };

    private static WhyJson Why(PodJson pod) => new(
        Samples.Now, pod, [], [], [.. Enumerable.Range(0, 3).Select(i => new ReportJson(null, Samples.Now.AddSeconds(i), "Healthy", 1, "fine", false))], null, [],
        new PreflightJson(true, "it can be enabled", 3), null);
}
