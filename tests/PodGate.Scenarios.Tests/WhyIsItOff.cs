using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// At night the self-monitoring of a pod says Unhealthy, and the pod is failed over. Whoever is on call asks why and reads the rule, the numbers and
/// the pod's own words. The gate is killed and started again, the pod looks well by then, and the reason is still there.
/// </summary>
public sealed class WhyIsItOff
{
    [Fact]
    public async Task AnUnhealthyDocument_IsExplained_AlsoAfterARestart()
    {
        await using var story = await Story.BeginAsync(3);
        await FaultAsync(story, "unhealthy");
        await story.Gate.UntilAsync("pod-b", "Latched");

        var why = await story.Gate.CliAsync("why", "pod-b");
        why.ExitCode.Should().Be(0, why.Error);
        why.Output.Should().Contain("pod-b is Latched since").And.Contain("Latch ReportedUnhealthy, since")
            .And.Contain("rule: its health address said Unhealthy").And.MatchRegex(@"failures in a row that count +\d+  Fall 3")
            .And.Contain("rule ReportedUnhealthy: ").And.Contain("Unhealthy (database: Unhealthy)")
            .And.Contain("no connection", "the operator sees the body").And.Contain("no: pod-b is not verified to be well");

        var vera = await story.Gate.CliAsync("token", "add", "vera", "--role", "viewer", "--json");
        using var viewer = new HttpClient { BaseAddress = story.Gate.Admin };
        viewer.DefaultRequestHeaders.Authorization = new("Bearer", (string?)vera.Json["secret"]);
        var seen = await viewer.GetStringAsync("/api/v1/pods/pod-b/why");
        seen.Should().NotContain("no connection").And.Contain("ReportedUnhealthy");

        await FaultAsync(story, "ok");
        story.Gate.Kill();
        await story.Gate.StartAsync();
        await story.EventuallyAsync(async () => (await story.Gate.CliAsync("why", "pod-b")).Output.Contains("yes: pod-b can be enabled", StringComparison.Ordinal), "enable would be accepted");
        var after = await story.Gate.CliAsync("why", "pod-b", "--json");
        ((string?)after.Json["rulings"]![0]!["cause"]).Should().Be("ReportedUnhealthy");
        var evidence = after.Json["pod"]!["latch"]!["evidence"]!.AsArray().Select(line => (string)line!).ToArray();
        evidence[0].Should().StartWith("rule ReportedUnhealthy: ");
        evidence[1].Should().StartWith("probes: failures in a row that count 3 (Fall 3)");
        evidence.Should().Contain(line => line.Contains("no connection"), "the latch's own evidence, as it was");
        (await story.Gate.CliAsync("enable", "pod-b", "--reason", "the database is back")).ExitCode.Should().Be(0, "as it said");
    }

    private static async Task FaultAsync(Story story, string health)
    {
        using var pod = new HttpClient { BaseAddress = story.Pod("pod-b").Url };
        using var answer = await pod.PostAsJsonAsync("/faults", new JsonObject { ["health"] = health });
        answer.EnsureSuccessStatusCode();
    }
}
