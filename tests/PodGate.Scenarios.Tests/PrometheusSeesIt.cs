using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>A failover by two ways: the gate's own webhook, and Prometheus with Alertmanager by the rules of <c>samples/monitoring</c>.</summary>
public sealed class PrometheusSeesIt
{
    [Fact]
    public async Task AFailover_FiresAtBothReceivers_AndTheEnableResolvesBoth_Once()
    {
        await using var receiver = await AlertReceiver.StartAsync();
        await using var story = await Story.BeginAsync(3, configuration => configuration["Alerts"] = new JsonObject { ["Webhook"] = receiver.Url.ToString() });
        await using var monitoring = await Monitoring.StartAsync(story.Gate.Admin, new Uri(receiver.Url, "/alertmanager"), TimeSpan.FromMilliseconds(500));
        await story.EventuallyAsync(async () => await ScrapedAsync(monitoring), "Prometheus has looked at the gate", 60);

        story.Pod("pod-b").Kill();
        await receiver.UntilAsync(alert => (string?)alert["kind"] == "latched");
        await receiver.UntilNotifiedAsync(alert => IsLatched(alert, "firing"), 60);

        await story.Pod("pod-b").RestartAsync();
        (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0);
        await receiver.UntilAsync(alert => (string?)alert["kind"] == "latched" && (bool)alert["resolved"]!);
        await receiver.UntilNotifiedAsync(alert => IsLatched(alert, "resolved"), 60);

        var told = receiver.Notified.Where(alert => (string?)alert["labels"]!["alertname"] == "PodGatePodLatched").ToList();
        told.Select(alert => ((string?)alert["status"], (string?)alert["labels"]!["pod"])).Should().Equal([("firing", "pod-b"), ("resolved", "pod-b")], monitoring.Output);
        told.Select(alert => (string?)alert["fingerprint"]).Distinct().Should().ContainSingle("it is the same alert");
        receiver.Taken.Count(alert => (string?)alert["kind"] == "latched").Should().Be(2);
    }

    [Fact]
    public async Task AFailedRequest_OfASampledTrace_IsFoundByItsTrace()
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using var receiver = await AlertReceiver.StartAsync();
        await using var story = await Story.BeginAsync(2);
        await using var monitoring = await Monitoring.StartAsync(story.Gate.Admin, new Uri(receiver.Url, "/alertmanager"), TimeSpan.FromMilliseconds(500));
        foreach (var pod in story.Pods) await pod.FaultAsync(requests: "500");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = story.Gate.Data };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        ((int)(await client.SendAsync(request)).StatusCode).Should().Be(500);
        foreach (var pod in story.Pods) await pod.FaultAsync(requests: "ok");

        using var prometheus = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = monitoring.Prometheus };
        await story.EventuallyAsync(
            async () => (await prometheus.GetStringAsync("/api/v1/query_exemplars?query=podgate_request_duration_seconds_bucket&start=0&end=9999999999")).Contains(Trace),
            "Prometheus has taken the exemplar: " + monitoring.Output, 60);
    }

    private static bool IsLatched(JsonNode alert, string status) =>
        (string?)alert["labels"]!["alertname"] == "PodGatePodLatched" && (string?)alert["labels"]!["pod"] == "pod-b" && (string?)alert["status"] == status;

    private static async Task<bool> ScrapedAsync(Monitoring monitoring)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = monitoring.Prometheus };
        var answer = JsonNode.Parse(await client.GetStringAsync("/api/v1/query?query=podgate_pods_in_traffic"))!;
        return answer["data"]!["result"]!.AsArray() is [{ } one] && (string?)one["value"]![1] == "3";
    }
}
