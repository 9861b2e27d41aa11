using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// A pod's document says that all is well, and nobody is asking it for anything; but what it would answer is wrong. The gate's own check finds out. And when all
/// pods fall silent at once, a reference target that answers tells the gate that it is not its own network.
/// </summary>
public sealed class TheGateLooksForItself
{
    [Fact]
    public async Task CheckFails_ThePodIsLatched_AndComesBackOnlyWhenTheCheckPasses()
    {
        await using var story = await Story.BeginAsync(3, configuration => configuration["Checks"] = new JsonObject
        {
            ["shop"] = new JsonObject { ["Path"] = "/echo/{nonce}", ["JsonPath"] = "path", ["JsonEquals"] = "/echo/{nonce}", ["Interval"] = "00:00:00.300" },
            ["port"] = new JsonObject { ["Tcp"] = true, ["Interval"] = "00:00:00.300" },
        });
        var pod = story.Pod("pod-b");
        await FaultAsync(pod, "500");
        (await story.Gate.UntilAsync("pod-b", "Latched")).Should().BeLessThan(TimeSpan.FromSeconds(10));
        var latched = (await story.EventsAsync()).Last(e => (string)e!["to"]! == "Latched")!;
        ((string)latched["cause"]!).Should().Be("CheckFailed");
        (await story.StatesAsync()).Should().Be("Open Latched Open");

        var refused = await story.Gate.CliAsync("enable", "pod-b", "--reason", "its document is fine");
        refused.ExitCode.Should().NotBe(0, "the document says well, and that is not what latched it: {0}", refused.Output);
        await FaultAsync(pod, "ok");
        (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0);
        await story.Gate.UntilAsync("pod-b", "Open");
        using var client = story.Gate.AdminClient();
        (await client.GetStringAsync("/metrics")).Should().Contain("podgate_check_results_total{pod=\"pod-b\",check=\"port\",result=\"healthy\"}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AllPodsFallSilent_AReferenceThatAnswersIsAWitness(bool answers)
    {
        await using var reference = await PodProcess.StartAsync("reference");
        await using var story = await Story.BeginAsync(
            2, configuration => configuration["Probing"] = new JsonObject { ["References"] = new JsonArray($"tcp://127.0.0.1:{reference.Url.Port}") });
        if (!answers) reference.Kill();
        story.Pods.ForEach(pod => pod.Freeze());
        if (answers)
        {
            await story.EventuallyAsync(async () => (await story.StatesAsync()).Split(' ').Contains("Latched"), "one of them is latched; the other is the last");
            return;
        }

        await story.EventuallyAsync(async () => (await story.EventsAsync()).Any(e => (string)e!["cause"]! == "NoWitness"), "the gate suspects itself");
        (await story.StatesAsync()).Should().Be("Open Open");
    }

    private static async Task FaultAsync(PodProcess pod, string requests)
    {
        using var client = new HttpClient();
        using var answer = await client.PostAsync(new Uri(pod.Url, "/faults"), new StringContent($"{{\"requests\":\"{requests}\"}}"));
        answer.EnsureSuccessStatusCode();
    }
}
