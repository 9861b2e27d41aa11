using PodGate.Core.Pods;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>Rolls beside other people: what these say of a pod counts, and what a roll of theirs would run is not run unseen.</summary>
public sealed class RollOthersTests : IAsyncLifetime
{
    private RollRig _rig = null!;
    private string _bob = "";

    public async Task InitializeAsync()
    {
        _rig = await RollRig.StartAsync();
        _bob = _rig.Hire("bob");
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    private string WaitFor(string file) => $"while [ ! -e {_rig.Directory}/{file} ]; do sleep 0.05; done";

    [Theory]
    [InlineData("disable")]
    [InlineData("drain")]
    public async Task PodThatAnotherTakesOut_WhileTheCommandRuns_IsNotEnabled(string verb)
    {
        var running = _rig.RunAsync("--exec", _rig.Note(WaitFor("go")), "--reason", "update", "--bake", "0s");
        await _rig.UntilAtAsync("pod-a", RollSteps.Exec);
        await _rig.CommandAsync("pod-a", verb, reason: "disk smokes", token: _bob);
        _rig.Write("go");
        var ended = await running;
        ended.Code.Should().Be(1, ended.Output + ended.Error);
        ended.Error.Should().Contain("the roll stopped: pod-a was taken out by bob at ").And.Contain("(disk smokes), which is not this roll's drain");
        _rig.States().Should().Be("Drained Open Open");
        _rig.Admin.View.Find("pod-a")!.Record.Intent.Who.Should().Be("bob");

        await NobodyTakesItUpAsync("pod-a");
        await _rig.CommandAsync("pod-a", "enable", token: _bob);
        (await _rig.RunAsync("--resume")).Code.Should().Be(0, "what bob was at is over");
    }

    [Fact]
    public async Task PodThatAnotherTookOut_BeforeItsTurn_IsNotTakenUp()
    {
        var running = _rig.RunAsync("--exec", _rig.Note(WaitFor("go")), "--reason", "update", "--bake", "0s");
        await _rig.UntilAtAsync("pod-a", RollSteps.Exec);
        await _rig.CommandAsync("pod-b", "drain", ""","force":true""", "disk smokes", _bob);
        _rig.Write("go");
        var ended = await running;
        ended.Code.Should().Be(1, ended.Output + ended.Error);
        ended.Error.Should().Contain("pod-b is Drained already");
        await NobodyTakesItUpAsync("pod-b");
    }

    [Fact]
    public async Task RollOfAnother_IsTakenUp_OnlyWithACommandOfOnesOwn()
    {
        _rig.Token = _bob;
        (await _rig.RunAsync("--exec", _rig.Note("exit 3"), "--reason", "update", "--bake", "0s")).Code.Should().Be(1);
        _rig.Token = _rig.Admin.Operator;
        var plan = await _rig.RunAsync("--resume", "--dry-run");
        plan.Code.Should().Be(1);
        var refused = await _rig.RunAsync("--resume");
        refused.Code.Should().Be(1);
        refused.Output.Should().Contain("takes up bob's roll of pod-a, pod-b, pod-c (update), which ran from ").And.Contain($"the command: {_rig.Note("exit 3")}");
        refused.Error.Should().Contain("the command is bob's").And.Contain("--exec COMMAND");
        _rig.Notes.Should().HaveCount(1, "it was not run again");

        var taken = await _rig.RunAsync("--resume", "--exec", _rig.Note());
        taken.Code.Should().Be(0, taken.Output + taken.Error);
        _rig.States().Should().Be("Open Open Open");
    }

    private async Task NobodyTakesItUpAsync(string pod)
    {
        var (notes, intent) = (_rig.Notes.Count, _rig.Admin.View.Find(pod)!.Record.Intent);
        foreach (var more in new string[][] { [], ["--skip-exec"] })
        {
            var refused = await _rig.RunAsync(["--resume", .. more]);
            refused.Code.Should().Be(1, refused.Output + refused.Error);
            refused.Error.Should().Contain($"{pod} was taken out by bob").And.Contain("not begun");
        }

        _rig.Notes.Should().HaveCount(notes);
        _rig.Admin.View.Find(pod)!.Record.Intent.Should().Be(intent);
        _rig.Admin.View.Find(pod)!.State.Should().Be(PodState.Drained);
    }
}
