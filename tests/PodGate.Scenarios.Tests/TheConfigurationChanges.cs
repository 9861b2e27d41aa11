using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>The file changes while the gate runs.</summary>
public sealed class TheConfigurationChanges
{
    [Fact]
    public async Task Invalid_IsRefusedWithAllErrors_AndTheOldOneGoesOn()
    {
        await using var story = await Story.BeginAsync(2);
        var good = await File.ReadAllTextAsync(story.Gate.ConfigFile);
        await File.WriteAllTextAsync(story.Gate.ConfigFile, good.Replace("\"Ramp\"", "\"Rampe\"", StringComparison.Ordinal).Replace("/health", "ftp://x/", StringComparison.Ordinal));
        var reload = await story.Gate.CliAsync("reload");
        reload.ExitCode.Should().Be(1);
        (reload.Output + reload.Error).Should().Contain("Rampe").And.Contain("ftp");
        using var client = story.Gate.AdminClient();
        (await client.GetStringAsync("/metrics")).Should().Contain("podgate_config_last_reload_successful 0");
        (await story.StatesAsync()).Should().Be("Open Open");
        await File.WriteAllTextAsync(story.Gate.ConfigFile, good);
        (await story.Gate.CliAsync("reload")).ExitCode.Should().Be(0);
        (await client.GetStringAsync("/metrics")).Should().Contain("podgate_config_last_reload_successful 1");
    }

    [Fact]
    public async Task PodAdded_JoinsByRamp_AndNoRequestIsLost()
    {
        await using var story = await Story.BeginAsync(2);
        await using var more = await PodProcess.StartAsync("pod-z");
        using var stop = new CancellationTokenSource();
        var failures = 0;
        var asked = 0;
        var customers = Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            using var client = story.Customer(i);
            while (!stop.IsCancellationRequested)
            {
                using var answer = await client.GetAsync("/echo");
                Interlocked.Increment(ref asked);
                if (!answer.IsSuccessStatusCode) Interlocked.Increment(ref failures);
                await Task.Delay(10);
            }
        })).ToArray();

        Change(story, pods => pods["pod-z"] = new JsonObject { ["Address"] = more.Url.ToString(), ["Health"] = "/health" });
        await story.EventuallyAsync(async () => (await story.StatesAsync()).Split(' ').Length == 3, "the file is picked up by itself");
        await story.Gate.UntilAsync("pod-z", "Open");
        Change(story, pods => pods.Remove("pod-z"));
        await story.EventuallyAsync(async () => (await story.StatesAsync()).Split(' ').Length == 2, "pod-z is drained and gone");
        await stop.CancelAsync();
        await Task.WhenAll(customers);
        failures.Should().Be(0, "of {0}", asked);
        asked.Should().BeGreaterThan(100);
    }

    [Fact]
    public async Task RemovingMoreThanOnePod_WaitsForAConfirmation()
    {
        await using var story = await Story.BeginAsync(4);
        Change(story, pods =>
        {
            pods.Remove("pod-a");
            pods.Remove("pod-b");
        });
        (await story.Gate.CliAsync("reload")).ExitCode.Should().Be(1);
        (await story.StatesAsync()).Split(' ').Should().HaveCount(4);
        (await story.Gate.CliAsync("reload", "--confirm")).ExitCode.Should().Be(0);
        await story.EventuallyAsync(async () => (await story.StatesAsync()) == "Open Open", "both are gone");
    }

    [Fact]
    public async Task PodThatComesBack_StillHasItsLatch_AndANewNameOnItsAddressInheritsIt()
    {
        await using var story = await Story.BeginAsync(3);
        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        var node = Change(story, pods => pods.Remove("pod-b"))!;
        (await story.Gate.CliAsync("reload", "--confirm")).ExitCode.Should().Be(0);
        await story.EventuallyAsync(async () => (await story.StatesAsync()).Split(' ').Length == 2, "pod-b is gone");
        await story.Pod("pod-b").RestartAsync();
        Change(story, pods => pods["pod-b"] = node.DeepClone());
        (await story.Gate.CliAsync("reload")).ExitCode.Should().Be(0);
        (await story.Gate.StateAsync("pod-b")).Should().Be("Latched");
        Change(story, pods =>
        {
            pods.Remove("pod-b");
            pods["pod-x"] = node.DeepClone();
        });
        (await story.Gate.CliAsync("reload", "--confirm")).ExitCode.Should().Be(0);
        (await story.Gate.StateAsync("pod-x")).Should().Be("Latched");
    }

    [Fact]
    public async Task RestartKeys_AreRefusedAsSuch()
    {
        await using var story = await Story.BeginAsync(2);
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(story.Gate.ConfigFile))!.AsObject();
        configuration["Affinity"] = new JsonObject { ["Slots"] = 4096 };
        story.Gate.Write(configuration);
        var reload = await story.Gate.CliAsync("reload");
        reload.ExitCode.Should().Be(1);
        (reload.Output + reload.Error).Should().Contain("Affinity.Slots").And.Contain("restart");
    }

    [Fact]
    public async Task Check_OfABadFile_ListsEverythingAndEndsWithTwo()
    {
        var directory = Directory.CreateTempSubdirectory("podgate-");
        try
        {
            var file = Path.Combine(directory.FullName, "podgate.json");
            await File.WriteAllTextAsync(file, """{ "Lissen": [], "Pods": { "pod-a": { "Address": "gopher://x" } }, "Probing": { "Fall": 0 } }""");
            var check = await GateProcess.RunAsync("check", "--config", file);
            check.ExitCode.Should().Be(2);
            (check.Output + check.Error).Should().Contain("Lissen").And.Contain("gopher").And.Contain("Probing.Fall");
            var serve = await GateProcess.RunAsync("serve", "--config", file, "--init");
            serve.ExitCode.Should().Be(2);
            Directory.Exists(Path.Combine(directory.FullName, "state")).Should().BeFalse("nothing starts half");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static JsonNode? Change(Story story, Action<JsonObject> change)
    {
        var configuration = JsonNode.Parse(File.ReadAllText(story.Gate.ConfigFile))!.AsObject();
        var before = configuration["Pods"]!["pod-b"]?.DeepClone();
        change(configuration["Pods"]!.AsObject());
        story.Gate.Write(configuration);
        return before;
    }
}
