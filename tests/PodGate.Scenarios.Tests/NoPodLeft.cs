using System.Net;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>People may take every pod out; and what they took out gets nothing, as the pods themselves count it.</summary>
public sealed class NoPodLeft
{
    [Fact]
    public async Task AllDrained_503_RetryAfter_AndAProblem()
    {
        await using var story = await Story.BeginAsync(2);
        foreach (var pod in story.Pods)
            (await story.Gate.CliAsync("drain", pod.Name, "--reason", "everything is rebuilt", "--force", "--wait")).ExitCode.Should().Be(0);

        using var client = story.Customer(1);
        using var answer = await client.GetAsync("/echo");
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
        answer.Headers.Contains("X-Pod").Should().BeFalse("no pod has answered");
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((int)problem["status"]!).Should().Be(503);
        ((string?)problem["title"]).Should().NotBeNullOrWhiteSpace();

        using var admin = new HttpClient { BaseAddress = story.Gate.Admin };
        (await admin.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.OK, "a gate's readiness does not depend on the pods");
    }

    [Fact]
    public async Task KeptAliveConnections_BringADrainedPodNothingNew_AfterTheAcknowledgement()
    {
        await using var story = await Story.BeginAsync(3);
        var clients = Enumerable.Range(0, 30).Select(story.Customer).ToArray();
        using var stop = new CancellationTokenSource();
        var failed = 0;
        var answered = 0;
        var running = clients.Select(client => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var answer = await client.GetAsync("/echo");
                if (answer.IsSuccessStatusCode) Interlocked.Increment(ref answered);
                else Interlocked.Increment(ref failed);
            }
        })).ToArray();
        try
        {
            await story.EventuallyAsync(async () => await RequestsAsync(story.Pod("pod-b")) > 200, "pod-b is busy");
            (await story.Gate.CliAsync("drain", "pod-b", "--reason", "update")).ExitCode.Should().Be(0);
            // A request that was sent before may be counted a moment later; when the pod is empty there is none of them.
            await story.Gate.UntilAsync("pod-b", "Drained");
            var then = await RequestsAsync(story.Pod("pod-b"));
            var more = Volatile.Read(ref answered) + 1000;
            await story.EventuallyAsync(() => Task.FromResult(Volatile.Read(ref answered) > more), "the customers go on, over the same connections");
            (await RequestsAsync(story.Pod("pod-b"))).Should().Be(then, "a drained pod gets no new request");
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running);
            foreach (var client in clients) client.Dispose();
        }

        failed.Should().Be(0, "a drain fails nobody");
    }

    private static async Task<long> RequestsAsync(PodProcess pod)
    {
        using var client = new HttpClient { BaseAddress = pod.Url };
        return (long)JsonNode.Parse(await client.GetStringAsync("/requests"))!["total"]!;
    }
}
