using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>The command line as scripts use it, against a real gate.</summary>
public sealed class CommandLine
{
    [Fact]
    public async Task ExitCodes()
    {
        await using var story = await Story.BeginAsync(2);
        (await story.Gate.CliAsync("status")).ExitCode.Should().Be(0);
        (await story.Gate.CliAsync("status", "pod-z")).ExitCode.Should().Be(1, "there is no such pod");
        (await story.Gate.CliAsync("drain", "pod-a")).ExitCode.Should().Be(2, "a reason is missing");
        (await story.Gate.CliAsync("fly")).ExitCode.Should().Be(2);
        (await GateProcess.RunAsync("check", "--config", story.Gate.ConfigFile)).ExitCode.Should().Be(0);

        var bad = Path.Combine(story.Gate.Directory, "bad.json");
        await File.WriteAllTextAsync(bad, """{ "Pods": {}, "Prober": 1 }""");
        var check = await GateProcess.RunAsync("check", "--config", bad);
        check.ExitCode.Should().Be(2);
        (check.Output + check.Error).Should().Contain("Pods").And.Contain("Prober", "all errors come at once");

        // A port that was free a moment ago, and is nobody's.
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        (await GateProcess.RunAsync("status", "--url", url, "--token-file", story.Gate.TokenFile)).ExitCode.Should().Be(3);
    }

    [Fact]
    public async Task Drain_Wait_ReturnsWhenThePodIsEmpty_AndEventsAndStatusSayIt()
    {
        await using var story = await Story.BeginAsync(2);
        var customer = Enumerable.Range(0, 100).First(i => story.PodOfAsync(i).GetAwaiter().GetResult() == "pod-a");
        using var client = story.Customer(customer);
        var slow = client.GetAsync("/slow?ms=2000");
        await story.EventuallyAsync(async () => (long)(await story.Gate.PodAsync("pod-a"))["requestsInFlight"]! > 0, "the slow request is on pod-a");
        var drain = await story.Gate.CliAsync("drain", "pod-a", "--reason", "kernel update", "--wait");
        drain.ExitCode.Should().Be(0, "it said: {0}{1}", drain.Output, drain.Error);
        slow.IsCompleted.Should().BeTrue("it waited for what ran");
        (await slow).StatusCode.Should().Be(HttpStatusCode.OK);

        var status = (await story.Gate.CliAsync("status", "--json")).Json;
        var pod = status["pods"]!.AsArray().Single(p => (string)p!["name"]! == "pod-a")!;
        ((string?)pod["state"]).Should().Be("Drained");
        ((string?)pod["intentReason"]).Should().Be("kernel update");
        foreach (var key in (string[])["name", "state", "intent", "latch", "health", "wellSince", "slots", "requestsInFlight", "version"])
            pod.AsObject().ContainsKey(key).Should().BeTrue("the pod's JSON has {0}", key);

        var events = (await story.Gate.CliAsync("events", "pod-a")).Output;
        events.Should().Contain("kernel update").And.Contain("Drained");
        (await story.Gate.CliAsync("events", "--json")).Json["events"]!.AsArray().Should().NotBeEmpty();
    }

    [Fact]
    public async Task WhereIs_IsThePodThatACustomerWithThatAddressGets()
    {
        await using var story = await Story.BeginAsync(3);
        for (var i = 0; i < 12; i++)
        {
            var said = (await story.Gate.CliAsync("whereis", SourceClient.Address(i).ToString(), "--json")).Json;
            ((string?)said["pod"]).Should().Be(await story.PodOfAsync(i));
        }
    }

    [Fact]
    public async Task Tokens_AViewerSeesNoEvidence_MayNotDrain_AndIsNobodyOnceRevoked()
    {
        await using var story = await Story.BeginAsync(3);
        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        (await story.Gate.PodAsync("pod-b"))["latch"]!["evidence"]!.AsArray().Should().NotBeEmpty("an administrator sees it");

        var add = await story.Gate.CliAsync("token", "add", "ci", "--role", "viewer");
        add.ExitCode.Should().Be(0, "it said: {0}", add.Error);
        var secret = add.Output.Trim();
        (await File.ReadAllTextAsync(Path.Combine(story.Gate.StateDirectory, "tokens.json"))).Should().NotContain(secret, "tokens are kept as hashes");
        var list = await story.Gate.CliAsync("token", "list");
        list.Output.Should().Contain("ci").And.Contain("viewer").And.NotContain(secret);

        using var viewer = new HttpClient { BaseAddress = story.Gate.Admin };
        viewer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        var latch = (await viewer.GetFromJsonAsync<JsonNode>("/api/v1/pods/pod-b"))!["latch"]!;
        latch["evidence"]!.AsArray().Should().BeEmpty("a viewer sees no evidence");
        ((string?)latch["sentence"]).Should().NotBeNullOrEmpty();
        using var drain = await viewer.PostAsJsonAsync("/api/v1/pods/pod-a/drain", new { reason = "may I?" });
        drain.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        drain.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await story.Gate.StateAsync("pod-a")).Should().Be("Open");

        var file = Path.Combine(story.Gate.Directory, "ci.token");
        await File.WriteAllTextAsync(file, secret);
        string[] asViewer = ["--url", story.Gate.Admin.ToString(), "--token-file", file];
        (await GateProcess.RunAsync(["status", .. asViewer])).ExitCode.Should().Be(0);
        (await GateProcess.RunAsync(["drain", "pod-a", "--reason", "may I?", .. asViewer])).ExitCode.Should().Be(1);

        (await story.Gate.CliAsync("token", "revoke", "ci")).ExitCode.Should().Be(0);
        (await viewer.GetAsync("/api/v1/pods")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }
}
