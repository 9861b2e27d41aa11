using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// A pod is drained softly. A customer who keeps talking stays on it, one who was quiet and one who is new go elsewhere; when the last one has fallen quiet the pod is empty, and
/// then he goes elsewhere too. Beforehand somebody looks what it would lead to, which changes nothing.
/// </summary>
public sealed class ASoftDrain
{
    private static readonly TimeSpan Active = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task WhoKeepsTalking_Stays()
    {
        await using var story = await Story.BeginAsync(3);
        var homes = await story.PodsOfAsync(30);
        var (pod, there) = homes.GroupBy(home => home.Value!).Select(group => (group.Key, group.Select(home => home.Key).ToArray())).First(group => group.Item2.Length >= 3);
        var (talker, quiet, stranger) = (there[0], there[1], Enumerable.Range(100, 200).First(number => !homes.ContainsKey(number)));
        while (await story.PodOfAsync(stranger) != pod) stranger++;

        // The quiet one and the stranger-to-be were seen just now: they have to be forgotten first.
        using var talking = new CancellationTokenSource();
        var said = TalkAsync(story, talker, talking.Token);
        await Task.Delay(Active + TimeSpan.FromSeconds(2));
        using var admin = story.Gate.AdminClient();
        var preview = JsonNode.Parse(await admin.GetStringAsync($"/api/v1/pods/{pod}/preview?command=drain&keepActive=00:00:02"))!;
        ((bool)preview["allowed"]!, (int)preview["staying"]!).Should().Be((true, 1));
        ((int)preview["clients"]!).Should().BeGreaterThanOrEqualTo(2);
        (await story.StatesAsync()).Should().Be("Open Open Open", "a look changes nothing");

        using var drained = await admin.PostAsJsonAsync($"/api/v1/pods/{pod}/drain", new { reason = "a story", keepActive = "00:00:02", deadline = "00:02:00" });
        drained.EnsureSuccessStatusCode();
        (await story.PodOfAsync(quiet)).Should().NotBe(pod);
        (await story.PodOfAsync(stranger)).Should().NotBe(pod);
        (await story.PodOfAsync(talker)).Should().Be(pod);
        var seen = JsonNode.Parse(await admin.GetStringAsync($"/api/v1/pods/{pod}"))!;
        ((string?)seen["state"], (int)seen["slots"]!).Should().Be(("Draining", 1));

        await talking.CancelAsync();
        (await said).Should().OnlyContain(name => name == pod).And.HaveCountGreaterThan(10);
        await story.Gate.UntilAsync(pod, "Drained");
        (await story.PodOfAsync(talker)).Should().NotBe(pod);
    }

    private static async Task<List<string?>> TalkAsync(Story story, int customer, CancellationToken until)
    {
        var pods = new List<string?>();
        while (!until.IsCancellationRequested)
        {
            pods.Add(await story.PodOfAsync(customer));
            await Task.Delay(100, CancellationToken.None);
        }

        return pods;
    }
}
