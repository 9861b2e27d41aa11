using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Somebody on the gate's machine commands it without a token, and the journal says who. The socket is there through a take-over, at every moment, and after a
/// gate that was killed. No other user of the machine gets in unless the configuration lets him.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class TheLocalUserIsKnown
{
    [Fact]
    public async Task CommandsWithoutAToken_AreTheUsers()
    {
        await using var story = await Story.BeginAsync(2);
        File.Delete(story.Gate.TokenFile);
        (await GateProcess.RunAsync("drain", "pod-b", "--reason", "new disk", "--config", story.Gate.ConfigFile)).ExitCode.Should().Be(0, story.Gate.Output);
        var events = await GateProcess.RunAsync("events", "--json", "--config", story.Gate.ConfigFile);
        var drained = events.Json["events"]!.AsArray().Single(happened => happened!["sentence"]!.ToString().Contains("new disk", StringComparison.Ordinal));
        drained!["who"]!.ToString().Should().MatchRegex("^[^@]+@local$");
    }

    [Fact]
    public async Task WhileTheGateIsReplaced_AndAfterItWasKilled_TheSocketAnswers()
    {
        await using var story = await Story.BeginAsync(2);
        using var stop = new CancellationTokenSource();
        var failures = new List<string>();
        var asked = 0;
        var asking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var result = await GateProcess.RunAsync("status", "--json", "--config", story.Gate.ConfigFile);
                asked++;
                if (result.ExitCode != 0) failures.Add(result.Error);
            }
        });
        for (var i = 0; i < 2; i++)
        {
            var before = await story.Gate.UpgradeAsync();
            await story.Gate.UntilGoneAsync(before);
        }

        await stop.CancelAsync();
        await asking;
        failures.Should().BeEmpty("of {0} questions; the gate said:\n{1}", asked, story.Gate.Output);
        asked.Should().BePositive();

        story.Gate.Kill();
        await story.Gate.StartAsync();
        (await GateProcess.RunAsync("status", "--config", story.Gate.ConfigFile)).ExitCode.Should().Be(0, story.Gate.Output);
        await story.Gate.StopAsync();
        File.Exists(Path.Combine(story.Gate.StateDirectory, "podgate.sock")).Should().BeFalse();
    }
}
