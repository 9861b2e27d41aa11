using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Six of seven pods serve their clients well, and the health document of each is wrong in a way of its own: another pod's, frozen, out of a cache, garbage, gone, well and
/// unwell in turn. Each pod is latched for exactly that, and no client meets an error. The rows of bench/failover have the same faults with bounds, one at a time.
/// </summary>
public sealed class TheDocumentIsWrong
{
    private static readonly (string Fault, string Cause)[] Faults =
    [
        ("wrong-identity", "WrongPod"), ("stale", "StaleHealth"), ("cached", "StaleHealth"), ("garbage", "UnreadableHealth"), ("gone", "ReportedUnhealthy"), ("flapping", "Flapping"),
    ];

    [Fact]
    public async Task EachPodIsLatchedForWhatItsDocumentIs_AndNoClientMeetsAnError()
    {
        await using var story = await Story.BeginAsync(Faults.Length + 1, configuration =>
        {
            configuration["Probing"] = new JsonObject { ["Interval"] = "00:00:00.200", ["FastInterval"] = "00:00:00.100", ["Timeout"] = "00:00:03" };
            configuration["Failover"] = new JsonObject { ["MinimumOpen"] = 1 };
        });
        await using var crowd = new Crowd(story, 20);
        await crowd.UntilEverybodyCameAsync(2);
        for (var i = 0; i < Faults.Length; i++) await story.Pods[i].FaultAsync(health: Faults[i].Fault);

        for (var i = 0; i < Faults.Length; i++)
        {
            await story.Gate.UntilAsync(story.Pods[i].Name, "Latched");
            ((string?)(await story.Gate.PodAsync(story.Pods[i].Name))["latch"]!["cause"]).Should().Be(Faults[i].Cause, Faults[i].Fault);
        }

        var last = story.Pods[^1].Name;
        (await story.Gate.StateAsync(last)).Should().Be("Open");
        crowd.Visits.Should().OnlyContain(visit => !visit.Failed);
        crowd.Forget();
        await crowd.UntilEverybodyCameAsync(3);
        crowd.Visits.Skip(40).Should().OnlyContain(visit => !visit.Failed && visit.Pod == last);
    }
}
