namespace PodGate.Scenarios.Tests;

/// <summary>What a gate knows when it comes back.</summary>
public sealed class TheGateRestarts
{
    [Fact]
    public async Task DuringAnOutageOfTheMonitoring_PodsThatWereOpenStayOpen()
    {
        await using var story = await Story.BeginAsync(3);
        var before = await story.PodsOfAsync(20);
        await story.Gate.StopAsync();
        foreach (var pod in story.Pods) pod.Freeze();
        await story.Gate.StartAsync();
        (await story.StatesAsync()).Should().Be("Open Open Open", "they are presumed open until their probes say otherwise, and silence of all is no evidence");
        foreach (var pod in story.Pods) pod.Thaw();
        (await story.PodsOfAsync(20)).Should().Equal(before, "the table is a pure function of the fleet");
    }

    [Fact]
    public async Task Latch_AndItsLatestVersion_AreThere()
    {
        await using var story = await Story.BeginAsync(3);
        story.Pod("pod-c").Kill();
        await story.Gate.UntilAsync("pod-c", "Latched");
        var latch = (string?)(await story.Gate.PodAsync("pod-c"))["latch"]!["id"];
        await story.Pod("pod-c").RestartAsync();
        story.Gate.Kill();
        await story.Gate.StartAsync();
        var after = await story.Gate.PodAsync("pod-c");
        ((string?)after["state"]).Should().Be("Latched");
        ((string?)after["latch"]!["id"]).Should().Be(latch);
        (await story.EventsAsync()).Should().Contain(e => (string)e!["pod"]! == "pod-c" && (string)e["to"]! == "Latched");
    }

    [Fact]
    public async Task Sigterm_LetsRunningRequestsFinish_AndEndsWithZero()
    {
        await using var story = await Story.BeginAsync(2);
        using var client = story.Customer(1);
        var slow = client.GetAsync("/slow?ms=1500");
        await story.EventuallyAsync(async () => (await story.Gate.PodAsync("pod-a"))["requestsInFlight"]!.GetValue<long>()
            + (await story.Gate.PodAsync("pod-b"))["requestsInFlight"]!.GetValue<long>() > 0, "the slow request runs");
        (await story.Gate.StopAsync()).Should().Be(0);
        (await slow).IsSuccessStatusCode.Should().BeTrue();
    }
}
