using System.Net;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>The executable against a real gate.</summary>
public sealed class CommandLine
{
    [Fact]
    public async Task ExitCodes_Json_Drain_WhereIs_Tokens()
    {
        await using var story = await Story.BeginAsync(3);
        (await story.Gate.CliAsync("status")).ExitCode.Should().Be(0);
        (await story.Gate.CliAsync("status", "pod-z")).ExitCode.Should().Be(1);
        (await story.Gate.CliAsync("drain", "pod-a")).ExitCode.Should().Be(2, "there is no reason");
        (await GateProcess.RunAsync("status", "--url", "http://127.0.0.1:1")).ExitCode.Should().Be(3);

        var status = await story.Gate.CliAsync("status", "--json");
        status.Json["pods"]!.AsArray().Should().HaveCount(3);

        for (var customer = 0; customer < 5; customer++)
        {
            var where = await story.Gate.CliAsync("whereis", SourceClient.Address(customer).ToString(), "--json");
            ((string?)where.Json["pod"]).Should().Be(await story.PodOfAsync(customer));
        }

        var drain = await story.Gate.CliAsync("drain", "pod-c", "--reason", "update", "--wait");
        drain.ExitCode.Should().Be(0, drain.Error);
        (await story.Gate.StateAsync("pod-c")).Should().Be("Drained");
        (await story.Gate.CliAsync("enable", "pod-c", "--reason", "done", "--version", "1")).ExitCode.Should().Be(1, "that version is not the pod's");
        (await story.Gate.UntilEnabledAsync("pod-c")).ExitCode.Should().Be(0);
        (await story.Gate.CliAsync("events")).Output.Should().Contain("update");
    }

    [Fact]
    public async Task AViewer_SeesNoEvidence_AndCommandsNothing_AndARevokedTokenIsWorthNothing()
    {
        await using var story = await Story.BeginAsync(3);
        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        var added = await story.Gate.CliAsync("token", "add", "vera", "--role", "viewer", "--json");
        added.ExitCode.Should().Be(0, added.Error);
        using var client = new HttpClient { BaseAddress = story.Gate.Admin };
        client.DefaultRequestHeaders.Authorization = new("Bearer", (string?)added.Json["secret"]);

        var seen = JsonNode.Parse(await client.GetStringAsync("/api/v1/pods/pod-b"))!;
        seen["latch"]!["evidence"]!.AsArray().Should().BeEmpty();
        (await story.Gate.PodAsync("pod-b"))["latch"]!["evidence"]!.AsArray().Should().NotBeEmpty("an administrator sees it");
        using var content = new StringContent("""{"reason":"no"}""", null, "application/json");
        using var forbidden = await client.PostAsync("/api/v1/pods/pod-a/drain", content);
        forbidden.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await story.Gate.StateAsync("pod-a")).Should().Be("Open");

        (await story.Gate.CliAsync("token", "revoke", "vera")).ExitCode.Should().Be(0);
        using var gone = await client.GetAsync("/api/v1/pods");
        gone.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task TheReadme_NamesCommandsThatExist_AndAConfigurationThatIsValid()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Built.Root, "README.md"));
        var help = await GateProcess.RunAsync("--help");
        var names = System.Text.RegularExpressions.Regex.Matches(readme, "`podgate ([a-z]+)").Select(match => match.Groups[1].Value).Distinct().ToArray();
        names.Should().Contain(["status", "drain", "enable", "freeze", "check", "token"]);
        foreach (var name in names) help.Output.Should().MatchRegex($@"(?m)^\s+{name}\b");

        var file = Path.GetTempFileName();
        try
        {
            var json = readme.Split("```json")[1].Split("```")[0];
            await File.WriteAllTextAsync(file, json);
            var check = await GateProcess.RunAsync("check", "--config", file);
            check.ExitCode.Should().Be(0, check.Output + check.Error);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
