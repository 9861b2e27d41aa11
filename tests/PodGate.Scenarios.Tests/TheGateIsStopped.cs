using System.Globalization;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// The gate's process is stopped for five seconds and goes on (a paused virtual machine, a debugger, a machine that swaps). Every probe that was under way has
/// timed out by then, and so has every check; but it was the gate that slept. Nobody is suspended or latched, and no customer moves.
/// </summary>
public sealed class TheGateIsStopped
{
    [Fact]
    public async Task ForFiveSeconds_AndGoesOn_NothingIsHeldAgainstThePods()
    {
        // Each answer takes longer than an interval, so that probes are under way whenever the gate is stopped.
        await using var story = await Story.BeginAsync(3, configuration =>
        {
            configuration["Probing"] = new JsonObject { ["Interval"] = "00:00:00.200", ["FastInterval"] = "00:00:00.100", ["Timeout"] = "00:00:02" };
            foreach (var (_, pod) in configuration["Pods"]!.AsObject()) pod!["Health"] = "/slow?ms=300";
        });
        var customers = await story.PodsOfAsync(12);
        var last = await LastEventAsync(story);
        var before = await MetricsAsync(story);
        for (var round = 0; round < 2; round++)
        {
            // The second time the whole machine is paused, and the gate is the first to go on: then no answer lies ready for it.
            Signals.Send(story.Gate.Pid, Signals.Stop);
            if (round == 1) story.Pods.ForEach(pod => pod.Freeze());
            await Task.Delay(TimeSpan.FromSeconds(5));
            Signals.Send(story.Gate.Pid, Signals.Continue);
            await Task.Delay(TimeSpan.FromMilliseconds(100));
            if (round == 1) story.Pods.ForEach(pod => pod.Thaw());
            var until = DateTime.UtcNow.AddSeconds(3);
            while (DateTime.UtcNow < until)
            {
                (await story.StatesAsync()).Should().Be("Open Open Open", "it was the gate that slept; it said:\n{0}", story.Gate.Output);
                await Task.Delay(50);
            }
        }

        (await story.EventsAsync()).Where(e => (long)e!["number"]! > last).Should().BeEmpty("not even for a moment was a pod suspected");
        (await story.PodsOfAsync(12)).Should().Equal(customers);
        var metrics = await MetricsAsync(story);
        metrics["podgate_gate_late_spells_total"].Should().BeGreaterThanOrEqualTo(2);
        metrics["podgate_gate_lateness_seconds"].Should().BeInRange(4.5, 8);
        metrics["podgate_probe_loop_restarts_total"].Should().Be(0, "the loops slept with it");
        Sum(metrics, "timed_out").Should().Be(Sum(before, "timed_out"), "no probe's time-out was the pod's");
        Sum(metrics, "inconclusive").Should().BeGreaterThan(Sum(before, "inconclusive"), "probes that were under way timed out");
    }

    private static double Sum(Dictionary<string, double> metrics, string result) =>
        metrics.Where(line => line.Key.StartsWith("podgate_probe_results_total{") && line.Key.Contains($"result=\"{result}\"")).Sum(line => line.Value);

    private static async Task<long> LastEventAsync(Story story) => (await story.EventsAsync()).Max(e => (long)e!["number"]!);

    private static async Task<Dictionary<string, double>> MetricsAsync(Story story)
    {
        using var client = story.Gate.AdminClient();
        return (await client.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("podgate_")).Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => double.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
