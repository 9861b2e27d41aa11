using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>When everything looks dead, the observer is the likelier patient.</summary>
public sealed class TheGateIsCutOff
{
    [Fact]
    public async Task FromAllPods_ForFiveSeconds_NothingIsLatched_TheTableStays_TheAlarmIsRaised()
    {
        await using var inside = await TestNamespace.CreateAsync();
        await using var story = await Story.BeginAsync(3, inside: inside);
        var before = await SlotsAsync(story);
        var customers = await story.PodsOfAsync(12);

        await inside.DropAsync([.. story.Pods.Select(pod => pod.Url.Port)]);
        var until = DateTime.UtcNow.AddSeconds(5);
        while (DateTime.UtcNow < until)
        {
            (await story.StatesAsync()).Should().Be("Open Open Open");
            (await SlotsAsync(story)).Should().Equal(before);
            await Task.Delay(200);
        }

        (await story.EventsAsync()).Select(e => (string)e!["cause"]!).Should().Contain("NoWitness", "the alarm is raised; the gate said:\n{0}", story.Gate.Output);
        await inside.PassAsync();
        await story.EventuallyAsync(async () => (await HealthAsync(story)).All(health => health == "Healthy"), "all pods are healthy again");
        var quiet = DateTime.UtcNow.AddSeconds(3);
        while (DateTime.UtcNow < quiet)
        {
            (await story.StatesAsync()).Should().Be("Open Open Open", "nobody is condemned for the seconds before either; the gate said:\n{0}", story.Gate.Output);
            await Task.Delay(200);
        }

        (await story.PodsOfAsync(12)).Should().Equal(customers);
    }

    [Fact]
    public async Task FromOnePodOnly_ItIsThePod()
    {
        await using var inside = await TestNamespace.CreateAsync();
        await using var story = await Story.BeginAsync(3, inside: inside);
        await inside.DropAsync(story.Pod("pod-b").Url.Port);
        (await story.Gate.UntilAsync("pod-b", "Latched")).Should().BeLessThan(TimeSpan.FromSeconds(5));
        (await story.StatesAsync()).Should().Be("Open Latched Open");
    }

    private static async Task<int[]> SlotsAsync(Story story) => [.. (await PodsAsync(story)).Select(pod => (int)pod!["slots"]!)];

    private static async Task<string[]> HealthAsync(Story story) => [.. (await PodsAsync(story)).Select(pod => (string)pod!["health"]!)];

    private static async Task<JsonArray> PodsAsync(Story story)
    {
        using var client = story.Gate.AdminClient();
        return JsonNode.Parse(await client.GetStringAsync("/api/v1/pods"))!["pods"]!.AsArray();
    }
}
