using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>Failover always informs the on-call people: the webhook gets every latch, and every latch that was held back.</summary>
public sealed class AlertsArrive
{
    [Fact]
    public async Task ALatch_ArrivesOnce_AlthoughTheReceiverFailsTwice_AndIsResolvedByTheEnable()
    {
        await using var receiver = await AlertReceiver.StartAsync(failures: 2);
        await using var story = await Story.BeginAsync(3, configuration => configuration["Alerts"] = new JsonObject { ["Webhook"] = receiver.Url.ToString() });
        story.Pod("pod-b").Kill();
        var alert = await receiver.UntilAsync(a => (string?)a["kind"] == "latched");
        ((string?)alert["pod"]).Should().Be("pod-b");
        ((string?)alert["severity"]).Should().Be("page");
        ((string?)alert["sentence"]).Should().Be((string?)(await story.Gate.PodAsync("pod-b"))["latch"]!["sentence"]);
        alert.ToJsonString().Should().NotContain("evidence", "what pods say is for operators only");

        await story.Pod("pod-b").RestartAsync();
        (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0);
        await receiver.UntilAsync(a => (string?)a["kind"] == "latched" && (bool)a["resolved"]!);
        receiver.Taken.Count(a => (string?)a["kind"] == "latched" && !(bool)a["resolved"]!).Should().Be(1);
    }

    [Fact]
    public async Task WhatTheGuardHeldBack_Arrives_AndIsResolved()
    {
        await using var receiver = await AlertReceiver.StartAsync();
        await using var story = await Story.BeginAsync(2, configuration =>
        {
            configuration["Alerts"] = new JsonObject { ["Webhook"] = receiver.Url.ToString() };
            configuration["Failover"] = new JsonObject { ["MinimumOpen"] = 2 };
        });
        using var pod = new HttpClient { BaseAddress = story.Pod("pod-a").Url };
        (await pod.PostAsJsonAsync("/faults", new { health = "unhealthy" })).EnsureSuccessStatusCode();
        var alert = await receiver.UntilAsync(a => (string?)a["kind"] == "heldBack");
        ((string?)alert["sentence"]).Should().Contain("guard");
        (await pod.PostAsJsonAsync("/faults", new { health = "ok" })).EnsureSuccessStatusCode();
        await receiver.UntilAsync(a => (string?)a["kind"] == "heldBack" && (bool)a["resolved"]!);
    }

    [Fact]
    public async Task WhatAMissingWitnessHeldBack_Arrives_AndIsResolved()
    {
        await using var inside = await TestNamespace.CreateAsync();
        await using var receiver = await AlertReceiver.StartAsync(inside: inside);
        await using var story = await Story.BeginAsync(
            2, configuration => configuration["Alerts"] = new JsonObject { ["Webhook"] = receiver.Url.ToString() }, inside);
        await inside.DropAsync([.. story.Pods.Select(pod => pod.Url.Port)]);
        var alert = await receiver.UntilAsync(a => (string?)a["kind"] == "heldBack");
        ((string?)alert["cause"]).Should().Be("NoWitness");
        await inside.PassAsync();
        await receiver.UntilAsync(a => (string?)a["kind"] == "heldBack" && (bool)a["resolved"]!);
        (await story.StatesAsync()).Should().Be("Open Open");
    }
}
