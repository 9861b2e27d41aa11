using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using PodGate.TestKit;
using Xunit.Abstractions;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Two of three pods fail, and everybody comes to the third, which does the less the more it has at a time. With a limit it goes on at its capacity, and who
/// is too many is told at once when to come again. With the limit switched off it collapses: it has so much to do that nobody is answered before he gives up.
/// </summary>
public sealed class TheThirdPodSurvives(ITestOutputHelper output)
{
    private const int Capacity = 4;
    private const int ServiceMilliseconds = 50;
    private const int Customers = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(4);

    private enum End
    {
        Served,
        ToldToComeAgain,
        Refused,
        GaveUp,
    }

    private sealed record Visit(long At, End End, TimeSpan Took);

    [Fact]
    public async Task WithALimit_AtItsCapacity_WithoutOne_ItCollapses()
    {
        await using var story = await Story.BeginAsync(3, configuration => configuration["Forwarding"] = Limits(on: true));
        var third = story.Pod("pod-c");
        await third.FaultAsync(requests: $"capacity:{Capacity}:{ServiceMilliseconds}");
        var capacity = await CapacityAsync(third);
        await using var crowd = new Storm(story);
        story.Pod("pod-a").Kill();
        story.Pod("pod-b").Kill();
        await story.EventuallyAsync(async () => await story.PodOfAsync(1) is "pod-c" or null && await FullyOnAsync(story, third), "everybody has come to pod-c");
        await third.FaultAsync(requests: $"capacity:{Capacity}:{ServiceMilliseconds}");

        var limited = await crowd.WatchAsync(Window);
        var mostAtOnce = await MostAtOnceAsync(third);
        await LimitAsync(story, on: false);

        // Whoever is served in the first moments does not count: it takes a while to fill up.
        await Task.Delay(Patience);
        var unlimited = await crowd.WatchAsync(Window);
        await LimitAsync(story, on: true);

        // Those that are on the pod when the limit comes back do not count against it; they are gone when their clients have given up, twice.
        await Task.Delay(3 * Patience);
        var again = await crowd.WatchAsync(Window);

        foreach (var (name, visits) in new[] { ("with the limit", limited), ("without it", unlimited), ("with it again", again) })
        {
            var ends = string.Join(", ", visits.CountBy(visit => visit.End).OrderBy(end => end.Key).Select(end => $"{end.Value} {end.Key}"));
            output.WriteLine($"{name}, in {Window.TotalSeconds} s: {ends}; capacity {capacity * Window.TotalSeconds:F0}");
        }

        var atCapacity = capacity * Window.TotalSeconds;
        foreach (var visits in new[] { limited, again })
        {
            Served(visits).Should().BeGreaterThan((int)(atCapacity / 2), "the pod goes on at its capacity, {0:F0}", atCapacity);
            visits.Count(visit => visit.End == End.ToldToComeAgain).Should().BePositive("there are more than it can serve");
            visits.Where(visit => visit.End is End.GaveUp or End.Refused).Should().BeEmpty("who is not served is told so before he gives up, and when to come again");
        }

        var slowest = limited.Where(visit => visit.End == End.Served).Select(visit => visit.Took).Order().ToList();
        slowest[slowest.Count * 9 / 10].Should().BeLessThan(Patience / 2, "nobody waits for long who is served at all");
        mostAtOnce.Should().BeLessThanOrEqualTo(Capacity);
        Served(unlimited).Should().BeLessThan(Served(limited) / 4, "without the limit the pod is overrun");
        unlimited.Count(visit => visit.End == End.GaveUp).Should().BeGreaterThan(Customers / 2);
        (await story.Gate.PodAsync("pod-c"))["state"]!.GetValue<string>().Should().NotBe("Latched");
        await MetricsAgreeAsync(story);
    }

    private static int Served(IEnumerable<Visit> visits) => visits.Count(visit => visit.End == End.Served);

    private static JsonObject Limits(bool on) => new()
    {
        ["MostRequestsPerPod"] = on ? Capacity : 0, ["QueueLength"] = 2 * Capacity, ["QueueTimeout"] = "00:00:00.500",
    };

    private static async Task LimitAsync(Story story, bool on)
    {
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(story.Gate.ConfigFile))!.AsObject();
        configuration["Forwarding"] = Limits(on);
        story.Gate.Write(configuration);
        (await story.Gate.CliAsync("reload")).ExitCode.Should().Be(0);
    }

    /// <summary>Answers a second of the pod itself, when it has just as much as it can do: what this machine makes of it at this hour.</summary>
    private static async Task<double> CapacityAsync(PodProcess pod)
    {
        var served = 0;
        var begin = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Capacity).Select(async number =>
        {
            using var client = SourceClient.From(SourceClient.Address(number), pod.Url);
            while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(2))
            {
                using var answer = await client.GetAsync("/echo");
                Interlocked.Increment(ref served);
            }
        }));
        return served / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static async Task<bool> FullyOnAsync(Story story, PodProcess third)
    {
        var states = await story.StatesAsync();
        return !states.StartsWith("Open", StringComparison.Ordinal) && await MostAtOnceAsync(third) >= Capacity;
    }

    private static async Task<int> MostAtOnceAsync(PodProcess pod)
    {
        using var client = new HttpClient { BaseAddress = pod.Url };
        return (int)JsonNode.Parse(await client.GetStringAsync("/requests"))!["mostAtOnce"]!;
    }

    private static async Task MetricsAgreeAsync(Story story)
    {
        using var client = story.Gate.AdminClient();
        var metrics = await client.GetStringAsync("/metrics");
        metrics.Should().Contain("podgate_pod_requests_limit{pod=\"pod-c\"} 4");
        long Of(string sample) => long.Parse(metrics.Split('\n').Single(line => line.StartsWith(sample, StringComparison.Ordinal)).Split(' ')[1]);
        (Of("podgate_pod_refused_requests_total{pod=\"pod-c\",reason=\"full\"}") + Of("podgate_pod_refused_requests_total{pod=\"pod-c\",reason=\"timeout\"}"))
            .Should().BePositive();
        Of("podgate_pod_queued_requests_total{pod=\"pod-c\"}").Should().BePositive();
    }

    /// <summary>Customers who ask again a moment after they were answered, or gave up.</summary>
    private sealed class Storm : IAsyncDisposable
    {
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

        private readonly ConcurrentQueue<Visit> _visits = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly Task[] _customers;

        public Storm(Story story) => _customers = [.. Enumerable.Range(0, Customers).Select(number => Task.Run(() => AskAsync(story, number)))];

        /// <summary>What ended within so long from now on.</summary>
        public async Task<IReadOnlyList<Visit>> WatchAsync(TimeSpan window)
        {
            var begin = Stopwatch.GetTimestamp();
            await Task.Delay(window);
            var end = Stopwatch.GetTimestamp();
            return [.. _visits.Where(visit => visit.At >= begin && visit.At < end)];
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_customers);
            _stop.Dispose();
        }

        private async Task AskAsync(Story story, int number)
        {
            using var client = SourceClient.From(SourceClient.Address(number), story.Gate.Data, Patience);
            while (!_stop.IsCancellationRequested)
            {
                var begin = Stopwatch.StartNew();
                var end = await AskAsync(client);
                _visits.Enqueue(new Visit(Stopwatch.GetTimestamp(), end, begin.Elapsed));
                await Task.Delay(Pause, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        private static async Task<End> AskAsync(HttpClient client)
        {
            try
            {
                using var answer = await client.GetAsync("/echo");
                return answer.IsSuccessStatusCode ? End.Served
                    : answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter?.Delta is { TotalSeconds: >= 5 and <= 10 }
                        && answer.Content.Headers.ContentType?.MediaType == "application/problem+json" ? End.ToldToComeAgain
                    : End.Refused;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                return End.GaveUp;
            }
        }
    }
}
