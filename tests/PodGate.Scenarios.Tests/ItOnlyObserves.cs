using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// The gate runs in mode Observe, as one that is tried out beside what was there before. A pod answers 500 to all of its clients, and its health address says 503:
/// the gate says everything that it would have done, moves nobody, and latches nothing.
/// </summary>
public sealed class ItOnlyObserves
{
    [Fact]
    public async Task PodThatFailsInEveryWay_EverythingIsSaid_NobodyIsMoved_NothingIsLatched()
    {
        await using var receiver = await AlertReceiver.StartAsync();
        await using var story = await Story.BeginAsync(3, configuration =>
        {
            configuration["Alerts"] = new JsonObject { ["Webhook"] = receiver.Url.ToString() };
            configuration["Failover"] = new JsonObject { ["Mode"] = "Observe" };
        });
        var homes = await story.PodsOfAsync(40);
        await using var crowd = new Crowd(story, 40);
        await crowd.UntilEverybodyCameAsync(1);
        await story.Pod("pod-a").FaultAsync(health: "503", requests: "500");
        crowd.Forget();
        await story.Gate.UntilAsync("pod-a", "Observed");
        await crowd.UntilEverybodyCameAsync(5);

        var pod = await story.Gate.PodAsync("pod-a");
        pod["latch"].Should().BeNull();
        ((string?)pod["heldBack"]).Should().Contain("but the mode is Observe");
        (await story.StatesAsync()).Should().Be("Observed Open Open");
        var alert = await receiver.UntilAsync(a => (string?)a["pod"] == "pod-a");
        ($"{alert["kind"]} {alert["severity"]} {alert["cause"]} {alert["resolved"]}").Should().Be("heldBack page Frozen false");
        ((string?)alert["sentence"]).Should().Contain("but the mode is Observe");

        var events = await story.EventsAsync();
        events.Should().Contain(entry => (string?)entry!["pod"] == "pod-a" && (string?)entry["to"] == "Observed");
        events.Select(entry => (string)entry!["to"]!).Should().NotContain(["Suspended", "Latched", "Held"]);
        receiver.Taken.Where(a => (string?)a["kind"] != "restarted").Should().OnlyContain(a => (string?)a["kind"] == "heldBack" && (string?)a["pod"] == "pod-a");
        crowd.Visits.Should().OnlyContain(visit => visit.Pod == homes[visit.Customer], "nobody is moved");
        crowd.Visits.Where(visit => visit.Pod != "pod-a").Should().OnlyContain(visit => !visit.Failed);

        // The first visit of each may have been under way when the pod began to fail.
        crowd.Visits.Where(visit => visit.Pod == "pod-a").GroupBy(visit => visit.Customer).SelectMany(own => own.Skip(1))
            .Should().OnlyContain(visit => visit.Failed, "the clients of pod-a meet what it answers");
    }
}
