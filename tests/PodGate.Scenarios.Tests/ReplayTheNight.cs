using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// A pod falters for a moment and recovers; the gate routes around it and latches nothing. The gate is killed. Would a stricter threshold have failed the
/// pod over? The recorded probes say so, without a gate.
/// </summary>
public sealed class ReplayTheNight
{
    [Fact]
    public async Task AFlakyPod_WithOtherThresholds_WouldHaveBeenLatched()
    {
        await using var story = await Story.BeginAsync(3, configuration => configuration["Probing"] = new JsonObject { ["Fall"] = 100, ["Timeout"] = "00:00:05" });
        var night = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        await FaultAsync(story, "unhealthy");
        await story.Gate.UntilAsync("pod-b", "Suspended");
        await FaultAsync(story, "ok");
        await story.EventuallyAsync(async () => (string?)(await story.Gate.PodAsync("pod-b"))["health"] == "Healthy", "pod-b answers well again");

        // A kill costs a few seconds of the history at most; wait for what is judged to be on the disk.
        await story.EventuallyAsync(() => Task.FromResult(Recorded(story).Split("\"Unhealthy\"").Length > 2), "the two failures that suspended it are on the disk");
        story.Gate.Kill();

        var replay = await RunAsync(story, "--from", night, "--fall", "2");
        replay.ExitCode.Should().Be(0, replay.Error);
        replay.Output.Should().MatchRegex("with Fall 2 pod-b would have been latched once, at .*; as configured never");
        replay.Output.Should().Contain("not recorded");
        var json = await RunAsync(story, "--from", night, "--fall", "2", "--json");
        var latch = json.Json["changed"]!["events"]!.AsArray().Single(happened => (string?)happened!["what"] == "Latched")!;
        ((string?)latch["pod"]).Should().Be("pod-b");
        ((string?)latch["cause"]).Should().Be("ReportedUnhealthy");
        json.Json["asConfigured"]!["events"]!.AsArray().Select(happened => ((string?)happened!["what"], (string?)happened["pod"])).Should().Contain(("Suspended", "pod-b"));

        Directory.Delete(Path.Combine(story.Gate.StateDirectory, "history"), recursive: true);
        var nothing = await RunAsync(story, "--from", night, "--fall", "2");
        nothing.ExitCode.Should().Be(2);
        nothing.Error.Should().Contain("There is no probe history");
        await story.Gate.StartAsync();
        (await story.StatesAsync()).Should().NotBeEmpty("the loss of the history harms nothing");
    }

    private static Task<TestKit.CommandResult> RunAsync(Story story, params string[] more) =>
        TestKit.GateProcess.RunAsync(["replay", "--config", story.Gate.ConfigFile, .. more]);

    private static string Recorded(Story story)
    {
        var directory = Path.Combine(story.Gate.StateDirectory, "history");
        return Directory.Exists(directory) ? string.Concat(Directory.EnumerateFiles(directory, "probes-*").Select(ReadShared)) : "";
    }

    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static async Task FaultAsync(Story story, string health)
    {
        using var pod = new HttpClient { BaseAddress = story.Pod("pod-b").Url };
        using var answer = await pod.PostAsJsonAsync("/faults", new JsonObject { ["health"] = health });
        answer.EnsureSuccessStatusCode();
    }
}
