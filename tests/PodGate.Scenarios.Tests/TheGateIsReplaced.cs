using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using PodGate.TestKit;
using Xunit.Abstractions;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// A new process takes over from the running gate, under load and again and again: nobody's request fails, nobody is refused, and the journal is whole. What is commanded of the new one
/// counts for the connections that are still at the old one. A program that is not fit to take over does not, and the gate goes on. The long form is bench/soak/takeovers.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class TheGateIsReplaced(ITestOutputHelper output)
{
    [Fact]
    public async Task UnderLoad_AgainAndAgain_NothingFails()
    {
        var times = Number("PODGATE_TAKEOVERS", 3);
        await using var story = await Story.BeginAsync(3, configuration =>
        {
            configuration["Failover"] = new JsonObject { ["GoodbyeSpread"] = "00:00:02" };
            configuration["Stopping"] = new JsonObject { ["TakeoverDeadline"] = "00:00:30" };
        });
        await using var passers = new Passers(story, Number("PODGATE_REQUESTS", 100), Number("PODGATE_SOCKETS", 20));
        for (var i = 1; i <= times; i++)
        {
            await passers.UntilBusyAsync();
            (await story.Gate.CliAsync("drain", "pod-b", "--reason", $"before take-over {i}", "--deadline", "5m", "--force")).ExitCode.Should().Be(0);
            var before = await story.Gate.UpgradeAsync();
            story.Gate.Pid.Should().NotBe(before);
            (await story.Gate.PodAsync("pod-b"))["intentReason"]!.ToString().Should().Be($"before take-over {i}");
            (await story.Gate.UntilEnabledAsync("pod-b")).ExitCode.Should().Be(0, story.Gate.Output);
            await story.Gate.UntilGoneAsync(before);
            passers.Failures.Should().BeEmpty("of {0} requests and {1} connections until take-over {2}; the gate said:\n{3}", passers.Requests, passers.Connections, i, story.Gate.Output);
        }

        await passers.UntilBusyAsync();
        await passers.DisposeAsync();
        output.WriteLine($"{times} take-overs, {passers.Requests} requests, {passers.Connections} connections, {passers.Goodbyes} goodbyes: {passers.Failures.Count} failures");
        passers.Failures.Should().BeEmpty();
        passers.Goodbyes.Should().BeGreaterThanOrEqualTo(times * passers.Sockets, "every WebSocket has moved each time");

        // What was done is known of each process, in one chain.
        var audited = await story.Gate.CliAsync("audit", "verify", "--state", story.Gate.StateDirectory, "--head", (await story.Gate.CliAsync("audit", "head")).Output.Trim());
        audited.ExitCode.Should().Be(0, audited.Output);
        var acts = await story.Gate.CliAsync("audit", "show", "--most", "1000");
        acts.Output.Split("  takeover  ").Should().HaveCount(times + 1);
        acts.Output.Split("  POST upgrade  ").Should().HaveCount(times + 1);
        for (var i = 1; i <= times; i++) acts.Output.Should().Contain($"POST pods.drain pod-b  done, by administrator (administrator, token) from 127.0.0.1: before take-over {i}");

        // Opening verifies the whole journal.
        await story.Gate.StopAsync();
        await story.Gate.StartAsync();
        (await story.Gate.PodAsync("pod-b"))["intent"]!.ToString().Should().Be("Enabled");
    }

    [Fact]
    public async Task ADrain_CountsForTheConnectionsOfTheProcessBefore_AndIsOverWhenBothAreEmpty()
    {
        await using var story = await Story.BeginAsync(2, configuration => configuration["Failover"] = new JsonObject { ["GoodbyeSpread"] = "00:10:00", ["GoodbyeAfter"] = "00:10:00" });
        var customers = Enumerable.Range(0, 20).Select(story.Customer).ToArray();
        await Task.WhenAll(customers.Select(PodOfAsync));

        // Somebody stays on a pod over the process before.
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(story.Gate.Data) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        var buffer = new byte[1024];
        var hello = await socket.ReceiveAsync(buffer, CancellationToken.None);
        var pod = Encoding.UTF8.GetString(buffer, 0, hello.Count).Replace("hello from ", "", StringComparison.Ordinal);
        await story.EventuallyAsync(async () => (long)(await story.Gate.PodAsync(pod))["requestsInFlight"]! == 1, "the WebSocket is there");
        var before = await story.Gate.UpgradeAsync();
        await story.EventuallyAsync(async () => (long)(await story.Gate.PodAsync(pod))["requestsInFlight"]! == 1, "it is counted where it is seen");

        (await story.Gate.CliAsync("drain", pod, "--reason", "update", "--deadline", "1m")).ExitCode.Should().Be(0);
        GateProcess.IsThere(before).Should().BeTrue();

        // The next request of everybody's kept connection still arrives at the process before.
        foreach (var customer in customers)
        {
            using var answer = await customer.GetAsync("/echo");
            answer.EnsureSuccessStatusCode();
            answer.Headers.GetValues("X-Pod").Single().Should().NotBe(pod);
            answer.Headers.ConnectionClose.Should().BeTrue("it was the process before that answered");
        }

        (await story.Gate.StateAsync(pod)).Should().Be("Draining", "something runs on it over the process before");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await story.Gate.UntilAsync(pod, "Drained");
        foreach (var customer in customers) customer.Dispose();
        await story.Gate.UntilGoneAsync(before);
        story.Gate.Output.Should().Contain("all connections of this gate are here");
    }

    [Fact]
    public async Task ASuspectedPod_IsNotForgotten()
    {
        await using var story = await Story.BeginAsync(3, configuration =>
        {
            configuration["Probing"] = new JsonObject { ["Fall"] = 20 };
            configuration["Failover"] = new JsonObject { ["SuspensionHold"] = "00:01:00" };
        });
        var victim = await story.PodOfAsync(1);
        await story.Pod(victim!).FaultAsync(health: "gone");
        await story.Gate.UntilAsync(victim!, "Suspended");
        await story.Pod(victim!).FaultAsync(health: "ok");
        await story.Gate.UpgradeAsync();
        (await story.Gate.StateAsync(victim!)).Should().Be("Suspended");
        (await story.PodOfAsync(1)).Should().NotBe(victim);
    }

    [Fact]
    public async Task AProgramThatCannotTakeOver_DoesNot_AndTheGateGoesOn()
    {
        await using var story = await Story.BeginAsync(2);
        var pid = story.Gate.Pid;
        var ends = Program(story, "ends-at-once", "exit 7");
        var refused = await story.Gate.CliAsync("upgrade", ends);
        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("exit code 7").And.Contain("goes on as before");

        (await story.Gate.CliAsync("upgrade", "/nowhere/podgate")).Error.Should().Contain("is not there");
        var open = Program(story, "anybody-could-write-it", "exit 0");
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.OtherWrite);
        (await story.Gate.CliAsync("upgrade", open)).Error.Should().Contain("can be written by others");
        (await story.Gate.CliAsync("upgrade", "podgate")).ExitCode.Should().Be(2, "it is no full path");
        var wrapper = Program(story, "does-not-become-the-gate", $"dotnet {Built.Find("src/PodGate", "podgate.dll")} \"$@\"\nexit $?");
        (await story.Gate.CliAsync("upgrade", wrapper)).Error.Should().Contain("wants to take over").And.Contain("exec podgate");
        await story.EventuallyAsync(() => Task.FromResult(story.Gate.Output.Contains("podgate: the other process ended", StringComparison.Ordinal)), "what it started has ended");

        var configuration = File.ReadAllText(story.Gate.ConfigFile);
        File.WriteAllText(story.Gate.ConfigFile, "{ \"Colour\": \"red\" }");
        (await story.Gate.CliAsync("upgrade")).Error.Should().Contain("Colour");
        File.WriteAllText(story.Gate.ConfigFile, configuration);

        story.Gate.Pid.Should().Be(pid);
        (await story.PodOfAsync(1)).Should().NotBeNull();
        (await story.Gate.CliAsync("drain", "pod-a", "--reason", "works as ever", "--force")).ExitCode.Should().Be(0);
        await story.Gate.UpgradeAsync();
        (await story.Gate.PodAsync("pod-a"))["intentReason"]!.ToString().Should().Be("works as ever");
        story.Gate.Pid.Should().NotBe(pid);
    }

    [Theory]
    [InlineData("dies with the journal closed")]
    [InlineData("dies with the journal open")]
    public async Task ANewOneThatDiesWithTheJournal_GivesItBack(string fault)
    {
        await using var story = await Story.BeginAsync(2, gate: gate => gate.Variables["HEIR_FAULT"] = fault);
        using var client = story.Customer(1);
        (await story.Gate.CliAsync("drain", "pod-a", "--reason", "before", "--force")).ExitCode.Should().Be(0);
        var refused = await story.Gate.CliAsync("upgrade", Built.Find("tests/PodGate.JournalHarness", "PodGate.JournalHarness.dll"));
        refused.ExitCode.Should().Be(1, story.Gate.Output);
        refused.Error.Should().Contain("exit code 9");
        (await story.Gate.CliAsync("drain", "pod-a", "--reason", "after", "--force")).ExitCode.Should().Be(0, "commands are taken again");
        (await client.GetAsync("/echo")).EnsureSuccessStatusCode();
        (await story.Gate.CliAsync("status", "--json")).Json["gate"]!["journalWritable"]!.GetValue<bool>().Should().BeTrue();
        await story.Gate.StopAsync();
        await story.Gate.StartAsync();
        (await story.Gate.PodAsync("pod-a"))["intentReason"]!.ToString().Should().Be("after");
    }

    [Fact]
    public async Task TheNewOneDies_TheOldOneGoesOnWithWhatItHas_AndNeverWrites()
    {
        await using var story = await Story.BeginAsync(2, configuration => configuration["Failover"] = new JsonObject { ["GoodbyeSpread"] = "00:10:00" });
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(story.Gate.Data) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        var buffer = new byte[1024];
        await socket.ReceiveAsync(buffer, CancellationToken.None);
        var before = await story.Gate.UpgradeAsync();
        Signals.Send(story.Gate.Pid, Signals.Kill);
        await story.EventuallyAsync(() => Task.FromResult(story.Gate.Output.Contains("the new process is gone", StringComparison.Ordinal)), "the old one has noticed");
        await socket.SendAsync(buffer.AsMemory(0, 10), WebSocketMessageType.Binary, true, CancellationToken.None);
        (await socket.ReceiveAsync(buffer, CancellationToken.None)).Count.Should().Be(10, "what was there goes on");

        // The journal is free for whoever is started next.
        GateProcess.IsThere(before).Should().BeTrue();
        await using var next = new GateProcess(story.Gate.Directory);
        await next.StartAsync();
        (await next.StateAsync("pod-a")).Should().BeOneOf("Open", "Waiting");
    }

    [Fact]
    public async Task TheProcessBefore_ThatIsToldToStop_DoesNotWaitForConnectionsOnWhichNothingRuns()
    {
        await using var story = await Story.BeginAsync(2, configuration => configuration["Stopping"] = new JsonObject { ["Deadline"] = "00:02:00" });
        using var idle = story.Customer(1);
        await PodOfAsync(idle);
        var before = await story.Gate.UpgradeAsync();
        await Task.Delay(500);
        GateProcess.IsThere(before).Should().BeTrue("a request may be on its way to it");
        Signals.Send(before, Signals.Terminate);
        await story.Gate.UntilGoneAsync(before, seconds: 10);
        (await story.PodOfAsync(2)).Should().NotBeNull();
    }

    [Fact]
    public async Task FewerSlots_AreCountedInBoth_WhileSomebodyIsLeftWhoWasCountedByTheOldOnes()
    {
        await using var story = await Story.BeginAsync(2, configuration => configuration["Failover"] = new JsonObject { ["GoodbyeSpread"] = "00:10:00", ["GoodbyeAfter"] = "00:00:00" });
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(story.Gate.Data) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        await socket.ReceiveAsync(new byte[1024], CancellationToken.None);
        var configuration = JsonNode.Parse(File.ReadAllText(story.Gate.ConfigFile))!.AsObject();
        configuration["Affinity"] = new JsonObject { ["Slots"] = 256 };
        story.Gate.Write(configuration);
        var before = await story.Gate.UpgradeAsync();
        foreach (var pod in new[] { "pod-a", "pod-b" })
        {
            (await story.Gate.CliAsync("drain", pod, "--keep-active", "10m", "--deadline", "30m", "--reason", "slots", "--force")).ExitCode.Should().Be(0, story.Gate.Output);
            await Task.Delay(500);
            GateProcess.IsThere(before).Should().BeTrue(story.Gate.Output);
            (await story.Gate.UntilEnabledAsync(pod)).ExitCode.Should().Be(0, story.Gate.Output);
        }

        story.Gate.Output.Should().NotContain("met an error");
        socket.Abort();
        await story.Gate.UntilGoneAsync(before);
    }

    private static int Number(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    private static async Task<string> PodOfAsync(HttpClient customer)
    {
        using var answer = await customer.GetAsync("/echo");
        return answer.Headers.GetValues("X-Pod").Single();
    }

    private static string Program(Story story, string name, string script)
    {
        var path = Path.Combine(story.Gate.Directory, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
