using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Pods;

/// <summary>How soon a check runs again.</summary>
public sealed class CheckIntervalTests
{
    [Theory]
    // state                failed       interval, hurried or not
    [InlineData(PodState.Open, 0, 5000, 5000)]
    [InlineData(PodState.Open, 1, 5000, 1000)]
    [InlineData(PodState.Open, 1, 700, 700)]
    [InlineData(PodState.Ramping, 1, 5000, 1000)]
    [InlineData(PodState.Observed, 1, 5000, 1000)]
    [InlineData(PodState.Suspended, 0, 5000, 1000)]
    [InlineData(PodState.Held, 0, 5000, 1000)]
    [InlineData(PodState.Latched, 1, 5000, 5000)]
    [InlineData(PodState.Drained, 1, 5000, 5000)]
    [InlineData(PodState.Waiting, 1, 5000, 5000)]
    public void CheckInterval_FollowsStateAndLastRun(PodState state, int failed, int interval, int expected)
    {
        var story = new FleetStory(2);
        var check = new CheckSettings("login") { Interval = TimeSpan.FromMilliseconds(interval) };
        var pod = story["pod-a"] with { State = state };
        if (failed > 0)
        {
            var settings = pod.Settings with { Checks = pod.Settings.Checks.Add(check.Name, check) };
            var report = new ProbeReport("pod-a", story.Now, story.Now, ProbeResult.Unhealthy, "x") { Check = check.Name };
            pod = pod with { Health = ProbeJudge.Add(pod.Health, report, settings, story.Fleet.Settings) };
        }

        Ramp.CheckIntervalOf(pod, check, story.Fleet.Settings).TotalMilliseconds.Should().Be(expected);
    }

    [Fact]
    public void CheckInterval_SilenceThatNobodyWitnesses_IsNotHurriedAfterForEver()
    {
        var story = new FleetStory(2);
        var check = new CheckSettings("login");
        var pod = story["pod-a"];
        var settings = pod.Settings with { Checks = pod.Settings.Checks.Add(check.Name, check) };
        for (var i = 0; i <= 2 * check.Fall; i++)
        {
            Ramp.CheckIntervalOf(pod, check, story.Fleet.Settings).Should().Be(TimeSpan.FromSeconds(i == 0 ? 5 : 1));
            var sent = story.Now.AddSeconds(i);
            var report = new ProbeReport("pod-a", sent, sent.AddSeconds(2), ProbeResult.TimedOut, "x") { Check = check.Name };
            pod = pod with { Health = ProbeJudge.Add(pod.Health, report, settings, story.Fleet.Settings) };
        }

        Ramp.CheckIntervalOf(pod, check, story.Fleet.Settings).Should().Be(TimeSpan.FromSeconds(5));
    }
}
