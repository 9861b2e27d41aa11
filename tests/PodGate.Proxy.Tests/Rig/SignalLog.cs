using System.Collections.Concurrent;
using System.Diagnostics;
using PodGate.Core.Routing;

namespace PodGate.Proxy.Tests.Rig;

/// <summary>Keeps all signals.</summary>
public sealed class SignalLog : ISignalSink
{
    private readonly ConcurrentQueue<Signal> _signals = new();

    public IReadOnlyList<Signal> All => [.. _signals];

    public IEnumerable<(string Pod, Outcome Outcome, int Status)> Ends => All.Select(signal => (signal.Pod.Name, signal.Outcome, signal.StatusCode));

    /// <summary>Just these attempts, in this order. Waits for them: a client may have its answer before the gate notes how it ended.</summary>
    public async Task ShouldEndAsync(params (string Pod, Outcome Outcome, int Status)[] ends)
    {
        await UntilAsync(ends.Length);
        Ends.Should().Equal(ends);
    }

    /// <summary>Waits until there are so many, ten seconds at most; then the test sees what is missing.</summary>
    public async Task UntilAsync(int count)
    {
        var started = Stopwatch.GetTimestamp();
        while (_signals.Count < count && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10)) await Task.Delay(10);
    }

    public void Report(in Signal signal) => _signals.Enqueue(signal);
}
