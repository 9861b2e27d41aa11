using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Pods are drained and enabled one after the other while all kinds of clients are on them. Nobody's request fails, none begins on a pod after its drain was acknowledged, and who would
/// have stayed for hours is asked to leave in the words of his protocol, leaves, and goes on elsewhere.
/// </summary>
public sealed class DrainsLoseNobody
{
    private const int Rounds = 6;

    [Fact]
    public async Task DrainsAndEnables_UnderLoad()
    {
        await using var story = await Story.BeginAsync(3, configuration =>
        {
            configuration["Listen"] = new JsonArray("http://127.0.0.1:0", new JsonObject { ["Url"] = "http://127.0.0.1:0", ["Protocols"] = "Http2" });
            configuration["Affinity"] = new JsonObject { ["Key"] = "000102030405060708090a0b0c0d0e0f" };
            configuration["Ramp"] = new JsonObject { ["Duration"] = "00:00:00" };
            configuration["Failover"] = new JsonObject { ["GoodbyeSpread"] = "00:00:00.500" };
        });
        await using var guests = new Guests(story);
        await guests.UntilAllAreThereAsync();
        using var admin = story.Gate.AdminClient();
        for (var round = 0; round < Rounds; round++)
        {
            var pod = story.Pods[round % story.Pods.Count].Name;
            guests.OnPod(pod).Should().BePositive("otherwise the drain of {0} shows nothing", pod);
            await CommandAsync(admin, pod, "drain");
            var acknowledged = Stopwatch.GetTimestamp();
            await story.Gate.UntilAsync(pod, "Drained");
            guests.BegunOn(pod, since: acknowledged).Should().BeEmpty("of round {0}: nothing new comes to a drained pod", round);
            await story.EventuallyAsync(() => Task.FromResult(guests.OnPod(pod) == 0), $"everybody has left {pod}");
            await story.EventuallyAsync(() => CommandAsync(admin, pod, "enable"), $"{pod} is enabled again");

            // Those who left come back only when they connect anew, so the next round has somebody to ask everywhere.
            await guests.ReconnectAsync();
        }

        await guests.DisposeAsync();
        guests.Failures.Should().BeEmpty();
        guests.Goodbyes.Should().BeGreaterThan(Rounds, "long-lived connections were asked to end");
        guests.Requests.Should().BeGreaterThan(500);
    }

    private static async Task<bool> CommandAsync(HttpClient admin, string pod, string verb)
    {
        using var answer = await admin.PostAsJsonAsync($"/api/v1/pods/{pod}/{verb}", new { reason = "a story" });
        if (verb == "drain") answer.EnsureSuccessStatusCode();
        return answer.IsSuccessStatusCode;
    }
}
