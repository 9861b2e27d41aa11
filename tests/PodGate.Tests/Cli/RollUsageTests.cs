using PodGate.Cli.Rolling;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>What a roll is asked wrongly, and what it plans, by tables.</summary>
public sealed class RollUsageTests : IDisposable
{
    private static readonly RollTermsJson Terms = new(null, null, null, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30), false);
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("roll", "--exec COMMAND, or --resume, or --status")]
    [InlineData("roll --reason why", "--exec COMMAND, or --resume, or --status")]
    [InlineData("roll --exec true", "Option '--reason' is required")]
    [InlineData("roll --exec true --reason ", "--reason wants")]
    [InlineData("roll --exec  --reason why", "--exec wants 1 to 4000 characters in one line")]
    [InlineData("roll pod-a pod-b pod-a --exec true --reason why", "pod-a is there twice")]
    [InlineData("roll pod/a --exec true --reason why", "'pod/a' is neither an option nor a POD")]
    [InlineData("roll --exec true --reason why --rise 0", "--rise wants a whole number from 1 to 20")]
    [InlineData("roll --exec true --reason why --rise 21", "--rise wants a whole number from 1 to 20")]
    [InlineData("roll --exec true --reason why --bake 30", "--bake wants a duration")]
    [InlineData("roll --exec true --reason why --bake 2d", "--bake wants at most 1d 0h")]
    [InlineData("roll --exec true --reason why --skip-exec", "it needs --resume")]
    [InlineData("roll pod-a --resume", "it takes no POD")]
    [InlineData("roll --status --resume", "it stands alone")]
    [InlineData("roll --status --exec true", "it stands alone")]
    public async Task Roll_AskedWrongly_EndsWith2(string line, string said)
    {
        var ended = await _cli.RunAsync(line.Split(' '));
        ended.Code.Should().Be(2, ended.Output + ended.Error);
        ended.Error.Should().Contain(said);
    }

    [Theory]
    [InlineData("There has been no roll.", false)]
    [InlineData("there has been no roll that could be taken up", true)]
    public async Task WithoutARoll_StatusAndResume_SaySo(string said, bool resume)
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET /api/v1/roll", Told.Json(new RollStatusJson(Samples.Now, null))),
            ("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate, [Samples.Pod()])))));
        var ended = await _cli.RunAsync(gate, "roll", resume ? "--resume" : "--status");
        ended.Code.Should().Be(resume ? 1 : 0, "the gate was asked");
        (ended.Output + ended.Error).Should().Contain(said);
        gate.Requests.Should().OnlyContain(asked => asked.Method == "GET");
    }

    [Fact]
    public async Task Died_IsShownWithWhatItLeft()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET /api/v1/roll", Told.Json(new RollStatusJson(Samples.Now, Roll("Died")))),
            ("GET /api/v1/pods", Told.Json(new FleetJson(Samples.Gate with { Roll = Roll("Died") }, [Samples.Pod()])))));
        (await _cli.RunAsync(gate, "roll", "--status")).Output.Should().Contain("roll      DIED: anna's roll of pod-a, pod-b (update)").And.Contain("began     2026-11-22 14:00:00Z, from anna@desk")
            .And.Contain("heard     2026-11-22 14:05:00Z (5m 0s ago)").And.Contain("lost      2026-11-22 14:05:15Z").And.Contain("command   ssh {pod} reboot")
            .And.Contain("at        pod-b (Drained), step Exec: the command runs").And.Contain("its command may still run").And.Contain("podgate roll --resume");
        (await _cli.RunAsync(gate, "status")).Output.Should().Contain("roll     DIED anna's roll of pod-a, pod-b (update) since 2026-11-22 14:00:00Z: 1 of 2 done; at pod-b, step Exec: the command runs; it left pod-b Drained");
    }

    // The other pods' states, the options, and what objects; MinimumOpen is 2 where it is not said.
    [Theory]
    [InlineData("Open Open Open", "", "")]
    [InlineData("Open Open Drained", "", "pod-c is Drained, and a roll begins with")]
    [InlineData("Open Latched Open", "pod-a", "pod-b is Latched, and a roll takes nobody out beside it unless --beside-out is given")]
    [InlineData("Open Latched Open", "pod-a beside minimum=1", "")]
    [InlineData("Open Latched Open", "pod-a beside", "the guard would refuse the drain: 2 pods are in the traffic, and 2 are needed")]
    [InlineData("Open Ramping Open", "pod-a", "pod-b is Ramping")]
    [InlineData("Open Latched Open", "pod-b", "pod-b is Latched, and a roll begins with")]
    [InlineData("Open Open Open", "pod-z", "there is no pod pod-z; the pods are pod-a, pod-b, pod-c")]
    [InlineData("Open Open Open", "running", "anna's roll of pod-a, pod-b (update) runs since")]
    [InlineData("Open Open Open", "unwritable", "the gate's journal cannot be written")]
    [InlineData("Open Drained Open", "resumes=pod-b", "")]
    [InlineData("Open Drained Open", "resumes=pod-b foreign", "pod-b was taken out by anna at 2026-11-22 12:10:00Z (first start), which is not this roll's drain")]
    [InlineData("Open Drained Open", "resumes=pod-b whose=bob", "the command is bob's, as the gate says it, and would be run here as you: ssh {pod}")]
    [InlineData("Open Drained Latched", "pod-b resumes=pod-b", "")]
    [InlineData("Open Open Latched", "pod-b resumes=pod-b minimum=1", "pod-c is Latched, and a roll takes nobody out beside it")]
    public void Plan_SaysWhatObjects(string states, string words, string objection)
    {
        string[] given = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? Value(string name) => given.FirstOrDefault(word => word.StartsWith(name + "=", StringComparison.Ordinal))?.Split('=')[1];
        var pods = states.Split(' ').Select((state, i) => Samples.Pod($"pod-{"abc"[i]}", state) with
        {
            Intent = state == "Drained" ? "Disabled" : "Enabled", Latch = state == "Latched" ? Samples.Latched().Latch : null,
        }).ToArray();
        var fleet = new FleetJson(
            Samples.Gate with
            {
                InTraffic = pods.Count(pod => pod.State is "Open" or "Ramping"), MinimumOpen = Value("minimum") is null ? 2 : 1, JournalWritable = !given.Contains("unwritable"),
            },
            pods);
        var named = given.Where(word => word.StartsWith("pod-", StringComparison.Ordinal)).ToArray();
        var asked = new RollAsked(named.Length > 0 ? named : ["pod-a", "pod-b", "pod-c"], "ssh {pod}", "update", Terms with { BesideOut = given.Contains("beside") })
        {
            Done = Value("resumes") is null || named.Length > 0 ? [] : ["pod-a"],
            ResumesAt = Value("resumes"),
            DrainedAt = given.Contains("foreign") ? Samples.Now : Samples.Pod().IntentSince,
            CommandOfWhom = Value("whose"),
            OutBefore = [.. pods.Where(pod => pod.State is not "Open").Select(pod => pod.Name)],
        };
        var plan = RollPlan.Of(asked, fleet, given.Contains("running") ? Roll("Running") : null);
        if (objection.Length == 0) plan.Objections.Should().BeEmpty();
        else plan.Objections.Should().Contain(said => said.Contains(objection, StringComparison.Ordinal));
        plan.Pods.Where(pod => pod.Command != "ssh " + pod.Pod).Should().BeEmpty();
    }

    // Of a roll that was at pod-b: the step, when it says that it drained it; who disabled the pod, why, and when, in minutes after the roll began.
    [Theory]
    [InlineData("Exec", 1, "anna", "update", 1, true)]
    [InlineData("Exec", 1, "anna", "update", 2, false)]
    [InlineData("Exec", 1, "bob", "disk smokes", 2, false)]
    [InlineData("Begin", null, "bob", "disk smokes", 2, false)]
    [InlineData("Begin", null, "anna", "update", 2, false)]
    [InlineData("Drain", null, "anna", "update", 2, true)]
    [InlineData("Drain", null, "anna", "update", -2, false)]
    [InlineData("Drain", null, "anna", "disk smokes", 2, false)]
    [InlineData("Drain", null, "bob", "update", 2, false)]
    public void Drain_OfARollThatIsOver_IsToldFromAnothers(string step, int? drained, string who, string why, int since, bool own)
    {
        var roll = Roll("Died") with { Step = step };
        roll = roll with { Drained = drained is { } minutes ? roll.Began.AddMinutes(minutes) : null };
        var pod = Samples.Pod("pod-b", "Drained") with { Intent = "Disabled", IntentWho = who, IntentReason = why, IntentSince = roll.Began.AddMinutes(since) };
        RollAsked.IsDrainOf(roll, pod).Should().Be(own);
        RollAsked.IsDrainOf(roll, pod with { Name = "pod-a" }).Should().BeFalse();
        RollAsked.IsDrainOf(roll, pod with { Intent = "Enabled" }).Should().BeFalse();
    }

    [Theory]
    [InlineData("-pod")]
    [InlineData("pod;reboot")]
    [InlineData("$(pod)")]
    [InlineData("Pod")]
    public void Name_ThatIsNone_StandsInNoCommand(string name)
    {
        var command = () => new RollAsked([name], "ssh {pod}", "update", Terms).CommandOf(name);
        command.Should().Throw<RollTrouble>().WithMessage("*is no name that may stand in a command*");
    }

    private static RollJson Roll(string state) => new(
        "0123456789", "anna", "anna@desk", "update", "ssh {pod} reboot", ["pod-a", "pod-b"], Terms, [], ["pod-a"], state, Samples.Now.AddMinutes(-10),
        Samples.Now.AddMinutes(-5), state == "Running" ? null : Samples.Now.AddMinutes(-5).AddSeconds(15), "pod-b", "Exec", "the command runs", "Drained");
}
