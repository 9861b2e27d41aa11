using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>What stops a roll at each step, by a table, before a gate that says what the row says.</summary>
public sealed class RollTroubleTests : IDisposable
{
    private const string NotDurable = """{"type":"/problems/not-durable","title":"no","status":503,"detail":"the disk is full","kind":"NotDurable"}""";
    private const string Late = """{"type":"/problems/roll-lost","title":"no","status":409,"detail":"it has died","kind":"RollLost"}""";
    private readonly CliRun _cli = new();

    private static RollJson Running => new(
        "0123456789", "otto", "here", "why", "true", ["pod-a"], new RollTermsJson(null, null, null, default, default, false), [], [], "Running", Samples.Now, Samples.Now, null,
        "pod-a", "Drain", "it is drained");

    public void Dispose() => _cli.Dispose();

    // "late" was so long on its way that the lease had run out; "bob" is lost, and when the gate is asked again somebody else has taken the pod out.
    // What the drain is answered, what the pod is then, what the enable is answered, what the pod is then; the end, and the step it is told at.
    [Theory]
    [InlineData("done", "Drained", "done", "Open", "all pods are done", "Begin")]
    [InlineData("lost", "Drained", "lost", "Open", "all pods are done", "Begin")]
    [InlineData("stops", "Drained", "stops", "Open", "all pods are done", "Begin")]
    [InlineData("late", "Drained", "late", "Open", "all pods are done", "Begin")]
    [InlineData("bob", "Drained", "", "", "pod-a is not drained: pod-a has changed", "Drain")]
    [InlineData("done", "Drained", "bob", "Drained", "pod-a is not enabled: pod-a has changed", "Enable")]
    [InlineData("409", "Open", "", "", "pod-a is not drained: no, said the gate", "Drain")]
    [InlineData("done", "Draining", "", "", "pod-a is not empty after 1s: 3 in flight", "Drain")]
    [InlineData("done", "Open", "", "", "pod-a is Open, although it was to be out: as the row says", "Drain")]
    [InlineData("done", "Drained", "409", "Drained", "pod-a is not enabled: no, said the gate", "Enable")]
    [InlineData("done", "Drained", "503", "Drained", "pod-a is not enabled: the disk is full", "Enable")]
    [InlineData("done", "Drained", "done", "Latched", "pod-a is Latched after it was enabled: as the row says", "Ramp")]
    [InlineData("done", "Drained", "done", "Suspended", "pod-a is Suspended after it was enabled: as the row says", "Ramp")]
    public async Task Trouble_AtEachStep_StopsTheRoll(string drain, string drained, string enable, string enabled, string end, string step)
    {
        var (pod, sent) = (Pod("Open"), 0);
        await using var gate = await FakeGate.StartAsync(asked => (asked.Method, asked.Target) switch
        {
            ("POST", "/api/v1/pods/pod-a/drain") => Answer(asked, drain, drained),
            ("POST", "/api/v1/pods/pod-a/enable") => Answer(asked, enable, enabled),
            ("GET", "/api/v1/pods") => Told.Json(new FleetJson(Samples.Gate with { InTraffic = 3 }, [pod, Samples.Pod("pod-b")])),
            ("GET", "/api/v1/pods/pod-a") => Told.Json(pod),
            ("GET", "/api/v1/pods/pod-a/why") => Told.Json(Why(pod)),
            ("GET", "/api/v1/roll") => Told.Json(new RollStatusJson(Samples.Now, null)),
            (_, "/api/v1/roll") => Told.Json(new RollStatusJson(Samples.Now, Running)),
            _ => Told.Problem(404, asked.Target),
        });
        var ended = await _cli.RunAsync(gate, "roll", "pod-a", "--exec", "true", "--reason", "why", "--drain-timeout", "1s", "--bake", "0s");
        ended.Code.Should().Be(end.StartsWith("all", StringComparison.Ordinal) ? 0 : 1, ended.Output + ended.Error);
        var last = gate.Requests.Last(asked => asked.Method == "PUT").Json;
        last.GetProperty("state").GetString().Should().Be(ended.Code == 0 ? "Finished" : "Stopped");
        last.GetProperty("sentence").GetString().Should().Be(end);
        last.GetProperty("step").GetString().Should().Be(step);
        if (ended.Code != 0) ended.Error.Should().Contain("the roll stopped: " + end).And.Contain("podgate roll --resume");
        gate.Requests.Where(asked => asked.Target.EndsWith("/drain", StringComparison.Ordinal)).Should().HaveCount(drain is "stops" or "late" or "bob" ? 2 : 1, "a command is not given twice");
        var begun = gate.Requests.First(asked => (asked.Method, asked.Target) == ("POST", "/api/v1/roll")).Json.GetProperty("id").GetString();
        gate.Requests.Where(asked => asked.Method == "POST" && asked.Target.StartsWith("/api/v1/pods", StringComparison.Ordinal))
            .Should().OnlyContain(asked => asked.Json.GetProperty("roll").GetString() == begun);

        // Once it is carried out and the answer is lost; once the gate stops before it carries it out.
        Told Answer(Asked asked, string what, string then)
        {
            if (asked.Json.GetProperty("version").GetInt64() != pod.Version) return Told.Problem(409, "pod-a has changed");
            if (what == "late" && sent++ % 2 == 0) return new Told(409, "application/problem+json", Late);
            if (what == "409") return Told.Problem(409, "no, said the gate");
            if (what == "503") return new Told(503, "application/problem+json", NotDurable);
            if (what == "stops" && sent++ % 2 == 0) return Told.Problem(503, "the gate is stopping");
            pod = Pod(then) with { Version = pod.Version + 1, IntentSince = pod.IntentSince.AddMinutes(1) };
            if (what == "bob") (pod, what) = (pod with { IntentWho = "bob", IntentReason = "disk smokes" }, "lost");
            return what == "lost" ? Told.Silence : Told.Json(Samples.Outcome(pod));
        }
    }

    [Fact]
    public async Task End_ThatTheGateRefuses_IsToldAsItIs()
    {
        await using var gate = await FakeGate.StartAsync(asked => (asked.Method, asked.Target) switch
        {
            ("PUT", "/api/v1/roll") when asked.Json.GetProperty("state").ValueKind != System.Text.Json.JsonValueKind.Null => Told.Problem(409, "anna's roll of pod-a runs"),
            ("GET", "/api/v1/pods") => Told.Json(new FleetJson(Samples.Gate with { InTraffic = 3 }, [Pod("Open"), Samples.Pod("pod-b")])),
            ("GET", "/api/v1/pods/pod-a") => Told.Json(Pod("Open")),
            ("GET", "/api/v1/roll") => Told.Json(new RollStatusJson(Samples.Now, null)),
            (_, "/api/v1/roll") => Told.Json(new RollStatusJson(Samples.Now, Running)),
            _ => Told.Problem(409, "no, said the gate"),
        });
        var ended = await _cli.RunAsync(gate, "roll", "pod-a", "--exec", "true", "--reason", "why");
        ended.Code.Should().Be(1, ended.Output + ended.Error);
        ended.Error.Should().Contain("the roll stopped: pod-a is not drained: no, said the gate").And.Contain("the gate takes no word of this roll any more: anna's roll of pod-a runs")
            .And.NotContain("could not be told").And.NotContain("died").And.NotContain("--resume");
    }

    [Fact]
    public async Task Interrupted_WhileItBegins_GivesTheLeaseBack()
    {
        using var interrupt = new CancellationTokenSource();
        await using var gate = await FakeGate.StartAsync(asked =>
        {
            if ((asked.Method, asked.Target) == ("POST", "/api/v1/roll")) interrupt.Cancel();
            return (asked.Method, asked.Target) switch
            {
                ("POST", "/api/v1/roll") => Told.Silence,
                ("GET", "/api/v1/pods") => Told.Json(new FleetJson(Samples.Gate with { InTraffic = 3 }, [Pod("Open"), Samples.Pod("pod-b")])),
                _ => Told.Json(new RollStatusJson(Samples.Now, null)),
            };
        });
        var ended = await _cli.RunAsync(["roll", "pod-a", "--exec", "true", "--reason", "why", "--url", gate.Url], new Printed(), new Printed(), interrupt.Token);
        ended.Code.Should().Be(130, ended.Output + ended.Error);
        var (begun, told) = (gate.Only("POST").Json, gate.Only("PUT").Json);
        (told.GetProperty("id").GetString(), told.GetProperty("state").GetString()).Should().Be((begun.GetProperty("id").GetString(), "Stopped"));
    }

    private static PodJson Pod(string state) => Samples.Pod(state: state, sentence: "as the row says") with
    {
        IntentWho = "otto", IntentReason = "why", Intent = state is "Draining" or "Drained" ? "Disabled" : "Enabled", RequestsInFlight = state == "Draining" ? 3 : 0,
        Latch = state == "Latched" ? Samples.Latched().Latch : null,
    };

    private static WhyJson Why(PodJson pod) => new(
        Samples.Now, pod, [], [], [.. Enumerable.Range(0, 3).Select(i => new ReportJson(null, Samples.Now.AddSeconds(i), "Healthy", 1, "fine", false))], null, [],
        new PreflightJson(true, "it can be enabled", 3), null);
}
