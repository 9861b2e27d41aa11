using System.Diagnostics;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Three pods get an update, one after the other. On the second it fails: the first is back in the traffic by then, the second stays out with the reason, the third was not touched; a
/// second roll meanwhile is refused, and the first is taken up when the update works. Another time the one who rolls is killed, or the gate is restarted in the middle.
/// </summary>
public sealed class RollingWork
{
    // Ends with the test's directory, whoever started it.
    private const string Wait = "until [ -e DIR/go ] || [ ! -d DIR ]; do sleep 0.1; done";

    [Fact]
    public async Task TheSecondFails_AndItGoesOnFromThere()
    {
        await using var story = await Story.BeginAsync(3);
        using var roll = new Roll(story, $"test {{pod}} = pod-a || {Wait}; test {{pod}} != pod-b || exit 3");
        await roll.UntilAtAsync("pod-b", "Exec");
        (await story.StatesAsync()).Should().Be("Open Drained Open");
        var second = await story.Gate.CliAsync("roll", "--exec", "true", "--reason", "me too");
        second.ExitCode.Should().Be(1, second.Output);
        second.Error.Should().Contain("administrator's roll of pod-a, pod-b, pod-c (kernel update) runs since").And.Contain("1 of 3 done; at pod-b, step Exec: the command runs");

        var untouched = (await story.Gate.PodAsync("pod-c"))["version"]!.GetValue<long>();
        roll.Write("go");
        (await roll.EndAsync()).Should().Be(1, roll.Output);
        roll.Output.Should().Contain("the command for pod-b ended with 3").And.Contain("pod-b is left Drained").And.Contain("podgate roll --resume");
        (await story.StatesAsync()).Should().Be("Open Drained Open");
        ((string?)(await story.Gate.PodAsync("pod-b"))["intentReason"]).Should().Be("kernel update");
        (await story.Gate.PodAsync("pod-c"))["version"]!.GetValue<long>().Should().Be(untouched);
        (await story.Gate.CliAsync("status")).Output.Should().Contain("STOPPED administrator's roll").And.Contain("it left pod-b Drained");

        using var resumed = new Roll(story, ["--resume", "--exec", "echo updated {pod} at $PODGATE_POD_ADDRESS"]);
        (await resumed.EndAsync()).Should().Be(0, resumed.Output);
        resumed.Output.Should().NotContain("pod-a |").And.Contain($"pod-b | updated pod-b at {story.Pod("pod-b").Url}").And.Contain($"pod-c | updated pod-c at {story.Pod("pod-c").Url}")
            .And.Contain("all done: pod-a, pod-b, pod-c");
        (await story.StatesAsync()).Should().Be("Open Open Open");
        OutAtOnce(await story.EventsAsync()).Should().Be(1, "never are two out");
    }

    [Fact]
    public async Task WhoRollsIsKilled_AndItIsSeen_AndTakenUp()
    {
        await using var story = await Story.BeginAsync(3);
        using var roll = new Roll(story, Wait);
        await roll.UntilAtAsync("pod-a", "Exec");
        roll.Kill();
        var killed = Stopwatch.StartNew();
        await story.EventuallyAsync(async () => (string?)(await Roll.AtAsync(story))?["state"] == "Died", "the roll is shown as died");
        killed.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(18), "a lease lasts 15 s");
        (await story.Gate.CliAsync("roll", "--status")).Output.Should().Contain("DIED").And.Contain("pod-a (Drained), step Exec: the command runs");
        (await story.Gate.CliAsync("status")).Output.Should().Contain("DIED administrator's roll").And.Contain("it left pod-a Drained");

        // What the record says, a gate that was killed knows as well.
        story.Gate.Kill();
        await story.Gate.StartAsync();
        foreach (var pod in story.Pods.Skip(1)) await story.Gate.UntilAsync(pod.Name, "Open");
        await story.EventuallyAsync(async () => (string?)(await Roll.AtAsync(story))?["state"] == "Died", "it is shown as died again, after the time that it gets for the restart");
        roll.Write("go");
        using var resumed = new Roll(story, ["--resume"]);
        (await resumed.EndAsync()).Should().Be(0, resumed.Output);
        (await story.StatesAsync()).Should().Be("Open Open Open");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task WhoRollsIsToldToStop_AndTheCommandIsAskedToEnd(string signal)
    {
        await using var story = await Story.BeginAsync(3);
        using var roll = new Roll(story, "trap 'echo tidy > DIR/asked; exit 0' TERM; echo up; while [ -d DIR ]; do sleep 0.05; done");
        await roll.UntilSaidAsync("pod-a | up");
        roll.Send(signal);
        (await roll.EndAsync()).Should().Be(130, roll.Output);
        File.Exists(Path.Combine(story.Gate.Directory, "asked")).Should().BeTrue(roll.Output);
        roll.Output.Should().Contain("a person stopped it at pod-a").And.Contain("pod-a is left Drained");
        ((string?)(await Roll.AtAsync(story))!["state"]).Should().Be("Stopped");
    }

    [Fact]
    public async Task TheGateRestarts_AndTheRollGoesOn()
    {
        await using var story = await Story.BeginAsync(3);
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(story.Gate.ConfigFile))!.AsObject();
        configuration["Admin"] = new JsonObject { ["Listen"] = story.Gate.Admin.ToString().TrimEnd('/') };
        using var roll = new Roll(story, Wait, "pod-a");
        await roll.UntilAtAsync("pod-a", "Exec");
        story.Gate.Kill();
        story.Gate.Write(configuration);
        roll.Write("go");
        await roll.UntilSaidAsync("the gate does not answer; trying again");
        await story.Gate.StartAsync();
        (await roll.EndAsync()).Should().Be(0, roll.Output);
        ((string?)(await Roll.AtAsync(story))!["state"]).Should().Be("Finished");
        (await story.Gate.StateAsync("pod-a")).Should().Be("Open");
    }

    /// <summary>The most pods that were out at the same time, by what the gate tells of the past.</summary>
    private static int OutAtOnce(JsonArray events)
    {
        var (isOut, most) = (new HashSet<string>(), 0);
        var rolled = events.SkipWhile(one => (string?)one!["cause"] != "Drained");
        foreach (var one in rolled)
        {
            var pod = (string)one!["pod"]!;
            if (pod.Length == 0) continue;
            if ((string?)one["to"] == "Open") isOut.Remove(pod);
            else isOut.Add(pod);
            most = Math.Max(most, isOut.Count);
        }

        return most;
    }

    /// <summary>A command line that rolls, as a process of its own.</summary>
    private sealed class Roll : IDisposable
    {
        private readonly Story _story;
        private readonly Process _process;
        private readonly List<string> _lines = [];

        public Roll(Story story, string command, params string[] pods)
            : this(story, [.. pods, "--exec", command.Replace("DIR", story.Gate.Directory, StringComparison.Ordinal), "--reason", "kernel update", "--bake", "1s"])
        {
        }

        public Roll(Story story, string[] arguments)
        {
            _story = story;
            _process = new Process { StartInfo = GateProcess.StartInfo(["roll", .. arguments, "--url", story.Gate.Admin.ToString().TrimEnd('/'), "--token-file", story.Gate.TokenFile]) };
            _process.OutputDataReceived += (_, line) => Keep(line.Data);
            _process.ErrorDataReceived += (_, line) => Keep(line.Data);
            _process.Start();
            _process.StandardInput.Close();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public string Output
        {
            get
            {
                lock (_lines) return string.Join('\n', _lines);
            }
        }

        public static async Task<JsonNode?> AtAsync(Story story)
        {
            using var client = story.Gate.AdminClient();
            return JsonNode.Parse(await client.GetStringAsync("/api/v1/roll"))!["roll"];
        }

        public Task UntilAtAsync(string pod, string step) => _story.EventuallyAsync(
            async () => await AtAsync(_story) is { } roll && (string?)roll["pod"] == pod && (string?)roll["step"] == step, $"the roll is at {pod}, {step}; it said {Output}", 40);

        public Task UntilSaidAsync(string words) =>
            _story.EventuallyAsync(() => Task.FromResult(Output.Contains(words, StringComparison.Ordinal)), $"the roll says '{words}'");

        /// <summary>Leaves a file that the command waits for.</summary>
        public void Write(string name) => File.WriteAllText(Path.Combine(_story.Gate.Directory, name), "");

        public async Task<int> EndAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }

        public void Send(string signal)
        {
            using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
            kill.WaitForExit();
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        // A command that is left alone waits for this file, and ends.
        public void Dispose()
        {
            Write("go");
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            _process.Dispose();
        }

        private void Keep(string? line)
        {
            if (line is null) return;
            lock (_lines) _lines.Add(line);
        }
    }
}
