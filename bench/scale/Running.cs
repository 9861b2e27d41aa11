using System.Diagnostics;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace Scale;

/// <summary>A gate with pods, and what it takes.</summary>
internal sealed class Running : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    private Running(GateProcess gate) => Gate = gate;

    public GateProcess Gate { get; }

    /// <summary>Processor time since its start.</summary>
    public TimeSpan Cpu => Read(process => process.TotalProcessorTime);

    /// <summary>Resident memory, in MB of 1,000,000 bytes.</summary>
    public double Megabytes => Read(process => process.WorkingSet64 / 1e6);

    /// <summary>Starts it and waits until every pod takes part.</summary>
    public static async Task<Running> StartAsync(IReadOnlyList<(string Name, Uri Address)> pods, Action<JsonObject>? change = null)
    {
        var gate = new GateProcess();
        try
        {
            var configuration = GateProcess.Configuration(pods);
            change?.Invoke(configuration);
            gate.Write(configuration);
            await gate.StartAsync("--init");
            var running = new Running(gate);
            var begun = Stopwatch.GetTimestamp();
            while (await running.CountAsync("Open") < pods.Count)
            {
                if (Stopwatch.GetElapsedTime(begun) > LongestStart) throw new TimeoutException($"not all of {pods.Count} pods are Open after {LongestStart.TotalSeconds} s");
                await Task.Delay(200);
            }

            return running;
        }
        catch
        {
            await gate.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many pods are in a state.</summary>
    public async Task<int> CountAsync(string state)
    {
        using var admin = Gate.AdminClient();
        var fleet = JsonNode.Parse(await admin.GetStringAsync("/api/v1/pods"))!;
        return fleet["pods"]!.AsArray().Count(pod => (string?)pod!["state"] == state);
    }

    /// <summary>A metric's value, or the sum of its values.</summary>
    public async Task<double> MetricAsync(string name)
    {
        using var admin = Gate.AdminClient();
        var lines = (await admin.GetStringAsync("/metrics")).Split('\n');
        return lines.Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{')
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The share of a core that it takes for a while, in percent.</summary>
    public async Task<double> ShareOfACoreAsync(TimeSpan span)
    {
        var (cpu, begun) = (Cpu, Stopwatch.GetTimestamp());
        await Task.Delay(span);
        return (Cpu - cpu) / Stopwatch.GetElapsedTime(begun) * 100;
    }

    public ValueTask DisposeAsync() => Gate.DisposeAsync();

    private T Read<T>(Func<Process, T> read)
    {
        using var process = Process.GetProcessById(Gate.Pid);
        return read(process);
    }
}
