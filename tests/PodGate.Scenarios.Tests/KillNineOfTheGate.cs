using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace PodGate.Scenarios.Tests;

/// <summary>kill -9 at random moments of a stream of commands. The long form is bench/soak/kill.</summary>
public sealed class KillNineOfTheGate(ITestOutputHelper output)
{
    [Fact]
    public async Task EveryAcknowledgedCommand_IsThereAfterwards_AndTheGateStarts()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var story = await Story.BeginAsync(3);
        var rounds = int.Parse(Environment.GetEnvironmentVariable("PODGATE_KILLS") ?? "20", System.Globalization.CultureInfo.InvariantCulture);
        var seen = await CommandStream.KillAsync(story, rounds, new Random(seed), output.WriteLine);
        output.WriteLine($"{seen} commands were acknowledged in {rounds} lives");
        seen.Should().BeGreaterThanOrEqualTo(rounds / 2, "every other life is ended only after a command was acknowledged in it");
    }
}

/// <summary>Sends commands until the gate is killed, and compares what it knows afterwards with what it had acknowledged.</summary>
internal static class CommandStream
{
    public static async Task<int> KillAsync(Story story, int rounds, Random random, Action<string> say)
    {
        var acknowledged = 0;
        for (var round = 0; round < rounds; round++)
        {
            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var life = SendAsync(story, random.Next(), first);

            // Every other kill may come before anything was acknowledged; after the others there is something to lose, however slow the disk is.
            if (round % 2 == 1) await first.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await Task.Delay(random.Next(5, 400));
            story.Gate.Kill();
            var (sent, last, attempted) = await life;
            acknowledged += sent;

            await story.Gate.StartAsync();
            foreach (var (pod, command) in last)
            {
                var now = await story.Gate.PodAsync(pod);
                var intent = ((string)now["intent"]!, (string)now["intentReason"]!);
                var possible = new List<(string, string)> { Expected(command) };
                if (attempted.TryGetValue(pod, out var unanswered)) possible.Add(Expected(unanswered));
                possible.Should().Contain(intent, "round {0}: {1} was acknowledged, {2} was not answered; the gate said:\n{3}", round, command, unanswered, story.Gate.Output);
            }
        }

        say($"{rounds} kills");
        return acknowledged;
    }

    private static (string Intent, string Reason) Expected(string command) => (command.StartsWith("enable", StringComparison.Ordinal) ? "Enabled" : "Disabled", command);

    private static async Task<(int Sent, Dictionary<string, string> Last, Dictionary<string, string> Attempted)> SendAsync(
        Story story, int seed, TaskCompletionSource first)
    {
        var random = new Random(seed);
        var last = new Dictionary<string, string>();
        var attempted = new Dictionary<string, string>();
        var sent = 0;
        using var client = story.Gate.AdminClient();
        for (var number = 0; ; number++)
        {
            var pod = story.Pods[random.Next(story.Pods.Count)].Name;
            var verb = (string[])["drain", "enable", "disable"];
            var command = verb[random.Next(3)];
            var reason = $"{command} {seed} {number}";
            attempted[pod] = reason;
            try
            {
                using var answer = await client.PostAsJsonAsync($"/api/v1/pods/{pod}/{command}", new JsonObject { ["reason"] = reason, ["force"] = true });
                var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
                attempted.Remove(pod);

                // Enabling what is enabled changes nothing, so its reason is not kept.
                if (!answer.IsSuccessStatusCode || ((string)body!["sentence"]!).StartsWith("nothing to do", StringComparison.Ordinal)) continue;
                last[pod] = reason;
                sent++;
                first.TrySetResult();
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
            {
                return (sent, last, attempted); // Because the gate was killed.
            }
        }
    }
}
