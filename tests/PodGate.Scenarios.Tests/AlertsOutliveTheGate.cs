using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// A pod fails over while nobody takes alerts, and the gate is ended by kill -9 before anybody has. The gate that is started then tells of it, under an id by
/// which what comes twice is recognised. And its end comes, too.
/// </summary>
public sealed class AlertsOutliveTheGate(ITestOutputHelper output)
{
    [Fact]
    public async Task EveryFailover_ArrivesAtLeastOnce_WhateverMomentTheGateIsKilledAt()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("PODGATE_ALERT_KILLS") ?? "2", CultureInfo.InvariantCulture);
        var seed = Environment.ProcessId;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var receiver = await AlertReceiver.StartAsync();
        await using var story = await Story.BeginAsync(3, configuration => configuration["Alerts"] = new JsonObject
        {
            ["Channels"] = new JsonObject { ["ops"] = new JsonObject { ["Url"] = receiver.Url.ToString(), ["Kinds"] = new JsonArray("latched") } },
        });
        var repeated = 0;
        for (var round = 1; round <= rounds; round++)
        {
            receiver.IsDown = true;
            story.Pod("pod-b").Kill();
            await story.Gate.UntilAsync("pod-b", "Latched");
            await Task.Delay(random.Next(30));
            story.Gate.Kill();
            receiver.IsDown = false;
            var before = receiver.Taken.Count;
            await story.Gate.StartAsync();
            await story.Gate.UntilAsync("pod-b", "Latched");
            var latch = (string?)(await story.Gate.PodAsync("pod-b"))["latch"]!["sentence"];
            var alert = await receiver.UntilAsync(a => (string?)a["sentence"] == latch && !(bool)a["resolved"]!);

            await story.Pod("pod-b").RestartAsync();
            (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0);
            await receiver.UntilAsync(a => (bool)a["resolved"]! && (string?)a["resolves"] == (string?)alert["id"]);
            await story.Gate.UntilAsync("pod-b", "Open");
            var taken = receiver.Taken.Skip(before).Select(a => (string)a["id"]!).ToList();
            repeated += taken.Count - taken.Distinct().Count();
        }

        output.WriteLine($"{rounds} kills, {receiver.Taken.Count} alerts, {repeated} of them twice");
        receiver.Taken.GroupBy(a => (string)a["id"]!).Should().OnlyContain(same => same.Select(a => a.ToJsonString()).Distinct().Count() == 1, "one id is one alert");
    }
}
