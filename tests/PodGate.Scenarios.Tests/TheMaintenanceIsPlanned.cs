using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// People plan beforehand when a pod is out. The gate is killed before its time and within it, and carries the plan out all the same. The pod comes back by itself only where that was
/// asked for, and only when it is well; and where the guard objects, it waits.
/// </summary>
public sealed class TheMaintenanceIsPlanned
{
    [Fact]
    public async Task AtItsTime_ThePodIsOut_AndComesBackByItselfOnlyWhenAskedTo_AndOnlyWhenWell()
    {
        await using var story = await Story.BeginAsync(4);
        var (from, until) = (DateTimeOffset.UtcNow.AddSeconds(5), DateTimeOffset.UtcNow.AddSeconds(17));
        var returns = await AddAsync(story, "pod-a", from, until, enable: true);
        var stays = await AddAsync(story, "pod-b", from, until);
        ((string?)(await story.Gate.PodAsync("pod-a"))["maintenance"]!["id"]).Should().Be(returns);

        story.Gate.Kill();
        await story.Gate.StartAsync();
        (await StageAsync(story, returns)).Should().BeOneOf(["Planned", "Begun"], "the gate may have been slow to start, but knows of it");
        await story.Gate.UntilAsync("pod-a", "Drained");
        await story.Gate.UntilAsync("pod-b", "Drained");
        await story.Pod("pod-a").FaultAsync(health: "unhealthy");
        var begun = (await story.EventsAsync()).Where(e => (string?)e!["cause"] == "MaintenanceBegun").Select(e => (DateTimeOffset)e!["at"]!).ToList();
        begun.Should().HaveCount(2).And.OnlyContain(moment => moment >= from.AddSeconds(-1), "the moments are whole seconds");
        (await story.PodsOfAsync(20)).Values.Should().OnlyContain(pod => pod == "pod-c" || pod == "pod-d");
        story.Gate.Kill();
        await story.Gate.StartAsync();
        (await story.Gate.StateAsync("pod-a")).Should().Be("Drained");
        (await StageAsync(story, returns)).Should().BeOneOf("Begun", "NotWell");

        await story.EventuallyAsync(async () => await StageAsync(story, returns) == "NotWell", "its time is over, and it is not well");
        (await story.Gate.StateAsync("pod-a")).Should().Be("Drained");
        await story.EventuallyAsync(async () => await StageAsync(story, stays) == "Over", "the other one is over");
        await story.Pod("pod-a").FaultAsync(health: "ok");
        await story.Gate.UntilAsync("pod-a", "Ramping|Open");
        await story.EventuallyAsync(async () => await StageAsync(story, returns) == "Over", "so is this one");

        var forgotten = await story.Gate.PodAsync("pod-b");
        ((string?)forgotten["state"], (bool)forgotten["expired"]!).Should().Be(("Drained", true), "nobody asked for its return");
        (await story.Gate.CliAsync("status")).Output.Should().Contain("EXPIRED");
        (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0);
        var causes = (await story.EventsAsync()).Where(e => (string?)e!["pod"] == "pod-a").Select(e => (string)e!["cause"]!).ToList();
        causes.Where(cause => cause.StartsWith("Maintenance", StringComparison.Ordinal)).Should()
            .ContainInOrder("MaintenancePlanned", "MaintenanceBegun", "MaintenanceNotWell", "MaintenanceEnabled").And.Contain("MaintenanceOver");
        story.Gate.Kill();
        await story.Gate.StartAsync();
        (await story.Gate.StateAsync("pod-a")).Should().NotBe("Drained", "that it came back is as durable as a person's word");
    }

    [Fact]
    public async Task WhereTheGuardObjects_ItWaits_IsSeenToWait_AndBeginsWhenItMay()
    {
        await using var story = await Story.BeginAsync(3);
        (await story.Gate.CliAsync("drain", "pod-a", "--reason", "disk", "--until", "1h", "--owner", "ops-team")).ExitCode.Should().Be(0);
        var added = await story.Gate.CliAsync(
            "maintenance", "add", "pod-b", "--from", Text(DateTimeOffset.UtcNow), "--until", Text(DateTimeOffset.UtcNow.AddMinutes(5)), "--reason", "kernel update", "--json");
        added.ExitCode.Should().Be(0, added.Error);
        added.Error.Should().Contain("warning: pod-a is out now");
        var id = (string)added.Json["plan"]!["id"]!;
        await story.EventuallyAsync(async () => await StageAsync(story, id) == "HeldBack", "the guard objects");
        (await story.Gate.StateAsync("pod-b")).Should().Be("Open");
        (await story.Gate.CliAsync("status")).Output.Should().Contain($"maintenance {id} (HeldBack)").And.Contain("owner ops-team");
        (await story.Gate.CliAsync("maintenance", "announce", id)).Output.Should().Contain("Planned maintenance of pod-b").And.Contain("Geplante Wartung von pod-b");

        (await story.Gate.UntilEnabledAsync("pod-a")).ExitCode.Should().Be(0);
        await story.Gate.UntilAsync("pod-b", "Drained");
        ((string?)(await story.Gate.PodAsync("pod-b"))["intentReason"]).Should().Be($"planned maintenance {id}: kernel update");

        (await story.Gate.CliAsync("maintenance", "cancel", id, "--reason", "another day")).ExitCode.Should().Be(0);
        (await story.Gate.StateAsync("pod-b")).Should().Be("Drained", "what is out stays out");
        (await story.Gate.CliAsync("maintenance", "list")).Output.Trim().Should().Be("Nothing is planned.");
        (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0);
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static async Task<string> AddAsync(Story story, string pod, DateTimeOffset from, DateTimeOffset until, bool enable = false)
    {
        using var client = story.Gate.AdminClient();
        var body = new JsonObject
        {
            ["pod"] = pod, ["from"] = Text(from), ["until"] = Text(until), ["reason"] = "kernel update", ["enableWhenWell"] = enable,
        };
        using var answer = await client.PostAsJsonAsync("/api/v1/maintenance", body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.Should().BeTrue(text);
        return (string)JsonNode.Parse(text)!["plan"]!["id"]!;
    }

    private static async Task<string?> StageAsync(Story story, string id)
    {
        using var client = story.Gate.AdminClient();
        var plans = JsonNode.Parse(await client.GetStringAsync("/api/v1/maintenance?all=true"))!["plans"]!.AsArray();
        return (string?)plans.Single(plan => (string?)plan!["id"] == id)!["stage"];
    }
}
