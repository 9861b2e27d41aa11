using System.Text.Json.Nodes;
using PodGate.Core.Health;
using PodGate.Operator;
using PodGate.TestKit;

namespace PodGate.Tests.Cli;

/// <summary>Rolls of three pods, to their end, to their first trouble, and on from there.</summary>
public sealed class RollTests : IAsyncLifetime
{
    private readonly ManualTime _leases = new(DateTimeOffset.UtcNow);
    private RollRig _rig = null!;

    public async Task InitializeAsync() => _rig = await RollRig.StartAsync(_leases);

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData(120)]
    public async Task Roll_OfAllPods_WorksOnOneAfterTheOther(int? width)
    {
        _rig.TerminalWidth = width;
        var ended = await _rig.RunAsync("--exec", _rig.Note(), "--reason", "kernel update", "--bake", "1s");
        ended.Code.Should().Be(0, ended.Output + ended.Error);
        _rig.Notes.Should().Equal(
            "pod-a pod-a http://user:secret@127.0.0.1:9/pod-a", "pod-b pod-b http://user:secret@127.0.0.1:9/pod-b", "pod-c pod-c http://user:secret@127.0.0.1:9/pod-c");
        ended.Output.Should().Contain("pod-a: otto drains pod-a").And.Contain("kernel update").And.Contain("pod-b | working on pod-b")
            .And.Contain("pod-b: the command ended with 0").And.Contain("pod-c: Open; watches it for 1s").And.Contain("all done: pod-a, pod-b, pod-c");
        ended.Output.IndexOf("pod-a: done", StringComparison.Ordinal).Should().BeLessThan(ended.Output.IndexOf("otto drains pod-b", StringComparison.Ordinal));
        _rig.States().Should().Be("Open Open Open");
        (_rig.Admin.Rolls.Last!.State, _rig.Admin.Rolls.Last.Done.Count).Should().Be((RollStates.Finished, 3));
    }

    [Fact]
    public async Task CommandThatFails_StopsTheRoll_AndResumeGoesOnFromThere()
    {
        var before = _rig.Admin.View.Find("pod-c")!.Record.Version;
        var failing = _rig.Note("test {pod} != pod-b || exit 3");
        var stopped = await _rig.RunAsync("--exec", failing, "--reason", "kernel update", "--bake", "0s");
        stopped.Code.Should().Be(1, stopped.Output + stopped.Error);
        _rig.States().Should().Be("Open Drained Open");
        _rig.Admin.View.Find("pod-b")!.Record.Intent.Why.Should().Be("kernel update");
        _rig.Admin.View.Find("pod-c")!.Record.Version.Should().Be(before, "it was not touched");
        stopped.Error.Should().Contain("the roll stopped: the command for pod-b ended with 3").And.Contain("pod-b is left Drained: ")
            .And.Contain("done: pod-a; not touched: pod-c").And.Contain("podgate roll --resume");
        (await _rig.RunAsync("--status")).Output.Should().Contain("roll      STOPPED: otto's roll of pod-a, pod-b, pod-c (kernel update)").And.Contain("done      pod-a")
            .And.Contain("to do     pod-c").And.Contain("at        pod-b (Drained), step Exec: the command for pod-b ended with 3");
        (await _rig.StatusAsync()).Output.Should().Contain("roll     STOPPED otto's roll").And.Contain("it left pod-b Drained; podgate roll --resume takes it up");

        var plan = await _rig.RunAsync("--resume", "--dry-run", "--json");
        JsonNode.Parse(plan.Output)!["pods"]!.AsArray().Select(pod => (string?)pod!["pod"]).Should().Equal("pod-b", "pod-c");
        var resumed = await _rig.RunAsync("--resume", "--exec", _rig.Note());
        resumed.Code.Should().Be(0, resumed.Output + resumed.Error);
        _rig.Notes.Select(line => line.Split(' ')[0]).Should().Equal("pod-a", "pod-b", "pod-b", "pod-c");
        _rig.States().Should().Be("Open Open Open");
        (await _rig.RunAsync("--resume")).Error.Should().Contain("the last roll has finished");
        (await _rig.StatusAsync()).Output.Should().NotContain("roll ");
    }

    // The pod it stopped at: where it is when it is taken up, and what is done with it then.
    [Theory]
    [InlineData("", "", "pod-a pod-b pod-b pod-c")]
    [InlineData("", "--skip-exec", "pod-a pod-b pod-c")]
    [InlineData("enable", "", "pod-a pod-b pod-b pod-c")]
    [InlineData("enable", "--skip-exec", "pod-a pod-b pod-c")]
    public async Task Resume_OfThePodItStoppedAt_DoesWhatIsLeft(string byHand, string option, string run)
    {
        var once = _rig.Note($"test {{pod}} != pod-b || test -e {_rig.Directory}/tried || {{ touch {_rig.Directory}/tried; exit 3; }}");
        (await _rig.RunAsync("--exec", once, "--reason", "update", "--bake", "0s")).Code.Should().Be(1);
        if (byHand.Length > 0) await _rig.CommandAsync("pod-b", byHand);
        var resumed = await _rig.RunAsync(["--resume", .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        resumed.Code.Should().Be(0, resumed.Output + resumed.Error);
        string.Join(' ', _rig.Notes.Select(line => line.Split(' ')[0])).Should().Be(run);
        _rig.States().Should().Be("Open Open Open");
    }

    [Fact]
    public async Task AnotherPodOut_IsRefused_AndNothingIsChanged()
    {
        await _rig.CommandAsync("pod-c", "drain");
        foreach (var pods in new string[][] { [], ["pod-c"], ["pod-a", "pod-b"] })
        {
            var refused = await _rig.RunAsync([.. pods, "--exec", _rig.Note(), "--reason", "update"]);
            refused.Code.Should().Be(1);
            refused.Error.Should().Contain("the roll was not begun").And.Contain("pod-c is Drained");
        }

        _rig.Notes.Should().BeEmpty();
        _rig.Admin.Rolls.Last.Should().BeNull();
        _rig.States().Should().Be("Open Open Drained");
    }

    [Fact]
    public async Task AnotherPodGoesOut_BeforeTheNextDrain_StopsTheRollThere()
    {
        var running = _rig.RunAsync("--exec", _rig.Note($"while [ ! -e {_rig.Directory}/go ]; do sleep 0.05; done"), "--reason", "update", "--bake", "0s");
        await _rig.UntilAtAsync("pod-a", RollSteps.Exec);
        await _rig.CommandAsync("pod-c", "drain", ""","force":true""");
        _rig.Write("go");
        var ended = await running;
        ended.Code.Should().Be(1, ended.Output + ended.Error);
        ended.Error.Should().Contain("pod-b is not drained: pod-c is Drained, and a roll takes nobody out beside it").And.Contain("pod-b is left Open");
        _rig.States().Should().Be("Open Open Drained");
    }

    [Fact]
    public async Task DryRun_ShowsThePlan_AndDoesNothing()
    {
        var shown = await _rig.RunAsync("--exec", "ssh {pod} reboot", "--reason", "update", "--dry-run");
        shown.Code.Should().Be(0, shown.Error);
        shown.Output.Should().Contain("pod-a: drain, then run: ssh pod-a reboot").And.Contain("pod-c: drain, then run: ssh pod-c reboot").And.Contain("nothing objects now");
        await _rig.CommandAsync("pod-c", "drain");
        shown = await _rig.RunAsync("pod-a", "--exec", "true", "--reason", "update", "--dry-run");
        shown.Code.Should().Be(1);
        shown.Output.Should().Contain("it would not begin now:").And.Contain("- pod-c is Drained").And.Contain("- the guard would refuse the drain");
        _rig.Admin.Rolls.Last.Should().BeNull();
        _rig.States().Should().Be("Open Open Drained");
    }

    [Fact]
    public async Task PodThatDoesNotGetWell_StopsTheRoll()
    {
        var running = _rig.RunAsync("--exec", $"touch {_rig.Directory}/ran; while [ ! -e {_rig.Directory}/go ]; do sleep 0.05; done", "--reason", "update", "--well-timeout", "1s");
        await _rig.UntilAtAsync("pod-a", RollSteps.Exec);
        lock (_rig.Sick) _rig.Sick["pod-a"] = ProbeResult.Unhealthy;
        _rig.Write("go");
        var ended = await running;
        ended.Code.Should().Be(1, ended.Output + ended.Error);
        ended.Error.Should().Contain("the roll stopped: pod-a is not well after 1s, with 0 of 3 good probes: ");
        _rig.States().Should().Be("Drained Open Open");
        _rig.Admin.Rolls.Last!.Step.Should().Be(RollSteps.Well);
    }

    [Fact]
    public async Task TroubleWhileItIsWatched_StopsTheRoll()
    {
        var before = _rig.Admin.View.Find("pod-b")!.Record.Version;
        var running = _rig.RunAsync("--exec", "true", "--reason", "update", "--bake", "1h");
        await _rig.UntilAtAsync("pod-a", RollSteps.Bake);
        lock (_rig.Sick) _rig.Sick["pod-a"] = ProbeResult.Unhealthy;
        var ended = await running;
        ended.Code.Should().Be(1, ended.Output + ended.Error);
        ended.Error.Should().MatchRegex("the roll stopped: pod-a is (Latched|Suspended) .* after it was back: ");
        _rig.Admin.View.Find("pod-b")!.Record.Version.Should().Be(before);
    }

    [Fact]
    public async Task Interrupted_EndsTheCommand_SaysWhatIsLeft_AndGivesTheLeaseBack()
    {
        using var interrupt = new CancellationTokenSource();
        var running = _rig.RunAsync(["--exec", _rig.Note("sleep 600"), "--reason", "update"], new Printed(), interrupt.Token);
        await _rig.UntilAtAsync("pod-a", RollSteps.Exec);
        await interrupt.CancelAsync();
        var ended = await running.WaitAsync(TimeSpan.FromSeconds(20));
        ended.Code.Should().Be(130);
        ended.Error.Should().Contain("the roll stopped: a person stopped it at pod-a").And.Contain("pod-a is left Drained").And.Contain("podgate roll --resume");
        (_rig.Admin.Rolls.Last!.State, _rig.Admin.Rolls.Last.Pod).Should().Be((RollStates.Stopped, "pod-a"));
    }

    [Fact]
    public async Task LeaseThatIsAnothers_EndsTheRollAtOnce()
    {
        var running = _rig.RunAsync("--exec", _rig.Note("sleep 600"), "--reason", "update");
        await _rig.UntilAtAsync("pod-a", RollSteps.Exec);
        _leases.Advance(TimeSpan.FromSeconds(15));
        var taken = new RollBeginJson("another-roll", ["pod-a"], "true", "my turn", "there", new RollTermsJson(null, null, null, default, default, false));
        _rig.Admin.Rolls.Begin(taken, "anna").Result.Should().Be(RollResult.Done);
        var ended = await running.WaitAsync(TimeSpan.FromSeconds(30));
        ended.Code.Should().Be(1);
        ended.Error.Should().Contain("its lease is lost").And.Contain("anna's roll of pod-a (my turn)").And.Contain("pod-a is left Drained");
        _rig.Admin.Rolls.Last!.Id.Should().Be("another-roll");
    }

    [Fact]
    public async Task TwoAtOnce_TheSecondIsRefused()
    {
        var running = _rig.RunAsync("--exec", _rig.Note($"while [ ! -e {_rig.Directory}/go ]; do sleep 0.05; done"), "--reason", "update", "--bake", "0s");
        await _rig.UntilAtAsync("pod-a", RollSteps.Exec);
        foreach (var second in new string[][] { ["--exec", "true", "--reason", "mine"], ["--resume"] })
        {
            var refused = await _rig.RunAsync(second);
            refused.Code.Should().Be(1);
            refused.Error.Should().Contain("otto's roll of pod-a, pod-b, pod-c (update) runs since").And.Contain("0 of 3 done; at pod-a, step Exec: the command runs");
        }

        (await _rig.StatusAsync()).Output.Should().Contain("roll     runs otto's roll of pod-a, pod-b, pod-c (update)");
        _rig.Write("go");
        (await running).Code.Should().Be(0);
    }

    [Fact]
    public async Task Json_IsOneDocument_WithTheProgressBesideIt()
    {
        var ended = await _rig.RunAsync("pod-b", "--exec", _rig.Note(), "--reason", "update", "--bake", "0s", "--json");
        ended.Code.Should().Be(0, ended.Error);
        ((string?)JsonNode.Parse(ended.Output)!["state"]).Should().Be("Finished");
        ended.Error.Should().Contain("pod-b | working on pod-b").And.Contain("all done: pod-b");
        ((string?)JsonNode.Parse((await _rig.RunAsync("--status", "--json")).Output)!["roll"]!["sentence"]).Should().Be("all pods are done");
    }

    [Fact]
    public async Task OutputOfTheCommand_IsShownAsPlainText_AlsoWithoutALastLineEnd_AndFromBothStreams()
    {
        var ended = await _rig.RunAsync("pod-b", "--exec", """printf 'one\n\033[2Jtwo\r\n'; printf three >&2; (sleep 3 &) ; exit 0""", "--reason", "update", "--bake", "0s");
        ended.Code.Should().Be(0, ended.Error);
        var lines = ended.Output.Split('\n').Select(line => line.TrimEnd('\r'));
        lines.Should().Contain("pod-b | one").And.Contain("pod-b | [2Jtwo").And.Contain("pod-b | three");
    }
}
