using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>Each state of docs/pod-states.md, as the API and the customers see it.</summary>
public sealed class EveryStateFromOutside
{
    [Fact]
    public async Task Waiting_Open_Suspended_Latched_Ramping()
    {
        await using var story = await Story.BeginAsync(3, configuration =>
        {
            configuration["Failover"] = new JsonObject { ["SuspensionHold"] = "00:00:01" };
            configuration["Probing"] = new JsonObject { ["Fall"] = 20 };
        });

        // Waiting: configured, and nothing answers there.
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(story.Gate.ConfigFile))!.AsObject();
        configuration["Pods"]!["pod-d"] = new JsonObject { ["Address"] = "http://127.0.0.1:1", ["Health"] = "/health" };
        story.Gate.Write(configuration);
        (await story.Gate.CliAsync("reload")).ExitCode.Should().Be(0);
        await story.Gate.UntilAsync("pod-d", "Waiting");

        // Suspended: health fails a few times, and is well again before that condemns it.
        await FaultAsync(story.Pod("pod-a"), new { health = "503" });
        await story.Gate.UntilAsync("pod-a", "Suspended");
        await FaultAsync(story.Pod("pod-a"), new { health = "ok" });
        await story.Gate.UntilAsync("pod-a", "Open");

        // Latched, then ramping, then open.
        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        await story.Pod("pod-b").RestartAsync();
        await story.EventuallyAsync(async () => (await story.Gate.PodAsync("pod-b"))["wellSince"] is not null, "pod-b looks well");
        (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0);
        await story.Gate.UntilAsync("pod-b", "Ramping");
        await story.Gate.UntilAsync("pod-b", "Open");
    }

    [Fact]
    public async Task Draining_Drained_WithSomebodyStillOnIt()
    {
        await using var story = await Story.BeginAsync(3);
        var customer = Enumerable.Range(0, 100).First(i => story.PodOfAsync(i).GetAwaiter().GetResult() == "pod-b");
        using var client = story.Customer(customer);
        var slow = client.GetAsync("/slow?ms=6000");
        await story.EventuallyAsync(async () => (long)(await story.Gate.PodAsync("pod-b"))["requestsInFlight"]! > 0, "the slow request is on pod-b");

        (await story.Gate.CliAsync("drain", "pod-b", "--reason", "update")).ExitCode.Should().Be(0);
        (await story.Gate.StateAsync("pod-b")).Should().Be("Draining");
        (await story.PodOfAsync(customer)).Should().NotBe("pod-b");
        (await slow).IsSuccessStatusCode.Should().BeTrue("what runs may finish");
        await story.Gate.UntilAsync("pod-b", "Drained");
        ((string?)(await story.Gate.PodAsync("pod-b"))["intent"]).Should().Be("Disabled");
    }

    [Fact]
    public async Task Drained_AtTheDeadline_ClosesWhatIsLeft()
    {
        await using var story = await Story.BeginAsync(3);
        var customer = Enumerable.Range(0, 100).First(i => story.PodOfAsync(i).GetAwaiter().GetResult() == "pod-b");
        using var client = story.Customer(customer);
        var slow = client.GetAsync("/slow?ms=60000");
        await story.EventuallyAsync(async () => (long)(await story.Gate.PodAsync("pod-b"))["requestsInFlight"]! > 0, "the slow request is on pod-b");
        (await story.Gate.CliAsync("drain", "pod-b", "--reason", "update", "--deadline", "1s", "--wait")).ExitCode.Should().Be(0);
        var closed = await Record.ExceptionAsync(async () => (await slow).EnsureSuccessStatusCode());
        closed.Should().NotBeNull("what is left at the deadline is closed");
        await story.EventuallyAsync(async () => (long)(await story.Gate.PodAsync("pod-b"))["requestsInFlight"]! == 0, "nothing is left");
    }

    [Fact]
    public async Task Observed_DuringAFreeze_AndHeld_ByTheGuard()
    {
        await using var story = await Story.BeginAsync(2, configuration => configuration["Failover"] = new JsonObject { ["MinimumOpen"] = 2 });
        await FaultAsync(story.Pod("pod-a"), new { health = "unhealthy" });
        await story.Gate.UntilAsync("pod-a", "Held");
        (await story.Gate.CliAsync("freeze", "--for", "5m", "--reason", "network maintenance")).ExitCode.Should().Be(0);
        await story.Gate.UntilAsync("pod-a", "Observed");
        (await story.Gate.CliAsync("freeze", "--end", "--reason", "done")).ExitCode.Should().Be(0);
        await story.Gate.UntilAsync("pod-a", "Held");
        (await story.PodsOfAsync(30)).Values.Should().Contain("pod-a", "it still answers, and the guard keeps it in the traffic");
        await FaultAsync(story.Pod("pod-a"), new { health = "ok" });
        await story.Gate.UntilAsync("pod-a", "Open");
    }

    private static async Task FaultAsync(PodProcess pod, object fault)
    {
        using var client = new HttpClient { BaseAddress = pod.Url };
        (await client.PostAsJsonAsync("/faults", fault)).EnsureSuccessStatusCode();
    }
}
