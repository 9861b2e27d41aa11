using System.Diagnostics;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Whoever was to read the gate's standard output stands still, and the pipe fills up. The gate loses lines then, and nothing else: it goes on probing, judging
/// and serving.
/// </summary>
public sealed class NobodyReadsTheLog
{
    private const int Lines = 2_000;

    [Fact]
    public async Task TheGate_GoesOn()
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        await using var gate = new GateProcess();
        var checks = new JsonObject();
        for (var i = 0; i < 16; i++) checks[$"check-{i}"] = new JsonObject { ["Tcp"] = true, ["Interval"] = "00:00:00.200" };
        var configuration = GateProcess.Configuration([("pod-a", pod.Url)]);
        configuration["Log"] = new JsonObject { ["Level"] = "Debug" };
        configuration["Probing"] = new JsonObject { ["Interval"] = "00:00:00.100", ["FastInterval"] = "00:00:00.050" };
        configuration["Checks"] = checks;
        gate.Write(configuration);

        var info = GateProcess.StartInfo("serve", "--config", gate.ConfigFile, "--init");
        info.RedirectStandardError = false;
        using var process = Process.Start(info)!;
        try
        {
            process.StandardInput.Close();
            var (data, admin) = await UrlsAsync(gate, process);
            using var client = new HttpClient { BaseAddress = data, Timeout = TimeSpan.FromSeconds(5) };
            using var metrics = new HttpClient { BaseAddress = admin, Timeout = TimeSpan.FromSeconds(5) };

            // Each finished probe and check is a line; a pipe holds 64 KiB, which is half of these at most.
            var deadline = DateTime.UtcNow.AddSeconds(60);
            double found;
            while ((found = await FinishedAsync(metrics)) < Lines && DateTime.UtcNow < deadline) await Task.Delay(100);
            found.Should().BeGreaterThanOrEqualTo(Lines, "probing goes on although nobody reads");
            (await client.GetStringAsync("/echo")).Should().Contain("pod-a");

            // It ends all the same, and what was in the pipe is as much as fits there.
            Signals.Send(process.Id, Signals.Terminate);
            (await Task.Run(() => process.WaitForExit(TimeSpan.FromSeconds(30)))).Should().BeTrue("a log that nobody reads does not keep the gate from ending");
            process.ExitCode.Should().Be(0);
            (await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).Length.Should().BeGreaterThanOrEqualTo(60 * 1024, "the pipe was full");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>Where it listens, as its file tells, since its log is not read.</summary>
    private static async Task<(Uri Data, Uri Admin)> UrlsAsync(GateProcess gate, Process process)
    {
        var file = Path.Combine(gate.StateDirectory, "gate.json");
        for (var i = 0; i < 500 && !File.Exists(file); i++)
        {
            process.HasExited.Should().BeFalse("the gate should run");
            await Task.Delay(50);
        }

        var told = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        return (new Uri((string)told["data"]![0]!), new Uri((string)told["admin"]!));
    }

    private static async Task<double> FinishedAsync(HttpClient metrics) =>
        (await metrics.GetStringAsync("/metrics")).Split('\n')
            .Where(line => line.StartsWith("podgate_probe_results_total{", StringComparison.Ordinal) || line.StartsWith("podgate_check_results_total{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
}
