using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>How the command of a roll is ended before its time.</summary>
public sealed class RollExecTests : IAsyncLifetime
{
    private RollRig _rig = null!;

    public async Task InitializeAsync() => _rig = await RollRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Interrupted_AsksTheCommandToEnd()
    {
        var ended = await InterruptAsync($"trap 'sleep 0.3; echo tidy > {Path("asked")}; exit 0' TERM; echo up > {Path("up")}; while :; do sleep 0.05; done");
        File.Exists(Path("asked")).Should().BeTrue("it was asked to end, and had the time for it: " + ended.Error);
    }

    // The shell itself ends within the time that it has, whatever it is told; what it left in the background ignores what it is told.
    [Fact]
    public async Task Interrupted_EndsWhatTheCommandStarted_AlsoWhenTheShellIsGone()
    {
        await InterruptAsync(
            $"(trap '' TERM INT; while :; do date +%N > {Path("alive")}; sleep 0.05; done) & until [ -e {Path("alive")} ]; do sleep 0.05; done; echo up > {Path("up")}; "
            + $"until [ -e {Path("stopped")} ]; do sleep 0.05; done");
        var last = await File.ReadAllTextAsync(Path("alive"));
        await Task.Delay(500);
        (await File.ReadAllTextAsync(Path("alive"))).Should().Be(last, "nothing of it goes on");
    }

    private string Path(string name) => System.IO.Path.Combine(_rig.Directory, name);

    private async Task<Ended> InterruptAsync(string command)
    {
        using var interrupt = new CancellationTokenSource();
        var running = _rig.RunAsync(["--exec", command, "--reason", "update"], new Printed(), interrupt.Token);
        await _rig.UntilAtAsync("pod-a", RollSteps.Exec);
        for (var tries = 0; tries < 2_000 && !File.Exists(Path("up")); tries++) await Task.Delay(10);
        await interrupt.CancelAsync();
        _rig.Write("stopped");
        var ended = await running.WaitAsync(TimeSpan.FromSeconds(20));
        ended.Code.Should().Be(130, ended.Output + ended.Error);
        return ended;
    }
}
