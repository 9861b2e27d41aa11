using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Support asks where a customer was last night: on a pod that failed, then on another one, and then the gate itself was killed. The gate that came after it
/// knows all three. Later the customer's network is pinned to a pod, and refused elsewhere.
/// </summary>
public sealed class TheClientIsFound
{
    [Fact]
    public async Task ACustomerOfAPodThatFailed_IsFoundThenAndNow_AlsoAfterAKill()
    {
        await using var story = await Story.BeginAsync(3);
        var address = SourceClient.Address(1).ToString();
        var first = (await story.PodOfAsync(1))!;
        var before = Now();
        story.Pod(first).Kill();
        await story.Gate.UntilAsync(first, "Latched");
        var second = (await story.PodOfAsync(1))!;
        second.Should().NotBe(first);
        var after = Now();
        await story.Gate.CliAsync("drain", second, "--force", "--reason", "a test, after that moment");
        await story.EventuallyAsync(() => Task.FromResult(Written(story).Contains("a test, after that moment", StringComparison.Ordinal)), "it is on the disk");
        story.Gate.Kill();
        await story.Gate.StartAsync();

        var then = (await story.Gate.CliAsync("whereis", address, "--at", before, "--json")).Json;
        ((string?)then["pod"]).Should().Be(first);
        ((string?)then["after"]!["pod"]).Should().Be(second);
        string.Join(' ', then["after"]!["why"]!.AsArray().Select(why => (string?)why)).Should().Contain(first);
        var later = (await story.Gate.CliAsync("whereis", address, "--at", after, "--json")).Json;
        ((string?)later["pod"]).Should().Be(second);
        ((string?)later["before"]!["pod"]).Should().Be(first);
        (await story.Gate.CliAsync("whereis", address)).Output.Should().Contain("before: the gate did not run");
    }

    [Fact]
    public async Task ACustomerWhoIsPinned_GoesWhereHisPinSays_AndIsRefusedElsewhere()
    {
        await using var story = await Story.BeginAsync(3);
        var address = SourceClient.Address(1).ToString();
        var (first, others) = ((await story.PodOfAsync(1))!, await story.PodsOfAsync(12));
        var target = story.Pods.Select(pod => pod.Name).First(name => name != first);
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(story.Gate.ConfigFile))!.AsObject();
        configuration["Pins"] = new JsonArray(new JsonObject { ["Network"] = $"{address}/32", ["Pod"] = target, ["Otherwise"] = "Refuse" });
        story.Gate.Write(configuration);
        (await story.Gate.CliAsync("reload")).ExitCode.Should().Be(0);

        (await story.PodOfAsync(1)).Should().Be(target);
        others[1] = target;
        (await story.PodsOfAsync(12)).Should().Equal(others, "nobody else moves");
        (await story.Gate.CliAsync("whereis", address)).Output.Should().Contain($"pinned to {target} by {address}/32, and refused elsewhere");
        (await story.EventsAsync()).Should().Contain(happened => (string)happened!["pod"]! == "" && ((string)happened["sentence"]!).Contains("is pinned to"));

        (await story.Gate.CliAsync("disable", target, "--reason", "a test", "--force")).ExitCode.Should().Be(0);
        using var client = story.Customer(1);
        using var answer = await client.GetAsync("/echo");
        ((int)answer.StatusCode).Should().Be(503);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("for one pod only");
        (await story.Gate.CliAsync("whereis", address)).Output.Should().Contain("on no pod");
    }

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static string Written(Story story) => string.Concat(Directory.EnumerateFiles(Path.Combine(story.Gate.StateDirectory, "history"), "routing-*").Select(path =>
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }));
}
