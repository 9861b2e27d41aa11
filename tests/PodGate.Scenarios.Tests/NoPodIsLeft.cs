using System.Net;
using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>A pod that people took out gets nothing new, whatever connections clients keep; and with none left the answer says when to come back.</summary>
public sealed class NoPodIsLeft
{
    [Fact]
    public async Task ADrainedPod_GetsNoNewRequest_FromTheAcknowledgementOn_OverKeptConnectionsToo()
    {
        await using var story = await Story.BeginAsync(2);
        using var stop = new CancellationTokenSource();
        var failures = 0;
        var customers = Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            using var client = story.Customer(i);
            while (!stop.IsCancellationRequested)
            {
                using var answer = await client.GetAsync("/echo");
                if (!answer.IsSuccessStatusCode) Interlocked.Increment(ref failures);
            }
        })).ToArray();
        await story.EventuallyAsync(async () => await RequestsAsync(story, "pod-a") > 100, "pod-a is in use");
        using (var client = story.Gate.AdminClient())
        using (var content = new StringContent("""{"reason":"update"}""", null, "application/json"))
        using (var answer = await client.PostAsync("/api/v1/pods/pod-a/drain", content))
        {
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await story.Gate.UntilAsync("pod-a", "Drained");
        var before = await RequestsAsync(story, "pod-a");
        await Task.Delay(500);
        (await RequestsAsync(story, "pod-a")).Should().Be(before);
        await stop.CancelAsync();
        await Task.WhenAll(customers);
        failures.Should().Be(0);
    }

    [Fact]
    public async Task AllTakenOut_503_WithRetryAfter_AsProblemJson()
    {
        await using var story = await Story.BeginAsync(2);
        (await story.Gate.CliAsync("disable", "pod-a", "--reason", "off")).ExitCode.Should().Be(0);
        var refused = await story.Gate.CliAsync("disable", "pod-b", "--reason", "off");
        refused.ExitCode.Should().Be(1, "fewer than MinimumOpen would be left");
        (await story.Gate.CliAsync("disable", "pod-b", "--reason", "off", "--force")).ExitCode.Should().Be(0);
        using var client = story.Customer(3);
        using var answer = await client.GetAsync("/echo");
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.Should().BeInRange(5, 10);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["status"]!.GetValue<int>().Should().Be(503);
    }

    private static async Task<long> RequestsAsync(Story story, string pod)
    {
        using var client = new HttpClient { BaseAddress = story.Pod(pod).Url };
        return (long)JsonNode.Parse(await client.GetStringAsync("/requests"))!["total"]!;
    }
}
