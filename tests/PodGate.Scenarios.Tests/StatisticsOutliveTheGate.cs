using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// What was carried is counted for its day whoever carried it: a process that was stopped, one that was taken over from while a request still ran in it, and the
/// one that runs now. Nothing of it is counted twice.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class StatisticsOutliveTheGate
{
    [Fact]
    public async Task RequestsOfThreeProcesses_AreOneDays()
    {
        await using var story = await Story.BeginAsync(2);
        (await story.Gate.CliAsync("stats")).Output.Should().StartWith("Nothing was carried");
        await story.PodsOfAsync(20);
        (await story.Gate.StopAsync()).Should().Be(0);
        await story.Gate.StartAsync();
        (await SumAsync(story)).Requests.Should().Be(20);

        await story.PodsOfAsync(20);
        using var client = story.Customer(1);
        var slow = client.GetAsync("/slow?ms=12000");
        await story.EventuallyAsync(async () => (await story.Gate.PodAsync("pod-a"))["requestsInFlight"]!.GetValue<long>()
            + (await story.Gate.PodAsync("pod-b"))["requestsInFlight"]!.GetValue<long>() > 0, "the slow request runs");
        var before = await story.Gate.UpgradeAsync();
        (await SumAsync(story)).Requests.Should().Be(40, "the slow one has not ended");
        (await slow).IsSuccessStatusCode.Should().BeTrue();

        // The connection ends with the next answer.
        (await client.GetAsync("/echo")).IsSuccessStatusCode.Should().BeTrue();
        await story.Gate.UntilGoneAsync(before);
        await story.PodsOfAsync(20);
        (await story.Gate.StopAsync()).Should().Be(0);
        await story.Gate.StartAsync();

        var (requests, bytes, clients, days) = await SumAsync(story);
        requests.Should().Be(62);
        bytes.Should().BePositive();
        if (days == 1) clients.Should().BeInRange(19, 21, "the same twenty came to each process");
    }

    private static async Task<(long Requests, long Bytes, long Clients, int Days)> SumAsync(Story story)
    {
        var stats = (await story.Gate.CliAsync("stats", "--json")).Json["days"]!.AsArray();
        long Sum(string name) => stats.Sum(day => (long)day![name]!);
        return (Sum("requests"), Sum("bytesToClient"), Sum("clients"), stats.Select(day => (string?)day!["day"]).Distinct().Count());
    }
}
