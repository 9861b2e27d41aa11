using System.Collections.Concurrent;
using PodGate.Core.Routing;

namespace PodGate.Proxy.Tests.Rig;

/// <summary>Keeps all signals.</summary>
public sealed class SignalLog : ISignalSink
{
    private readonly ConcurrentQueue<Signal> _signals = new();

    public IReadOnlyList<Signal> All => [.. _signals];

    public IEnumerable<(string Pod, Outcome Outcome, int Status)> Ends => All.Select(signal => (signal.Pod.Name, signal.Outcome, signal.StatusCode));

    public void Report(in Signal signal) => _signals.Enqueue(signal);
}
