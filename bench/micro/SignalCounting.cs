using BenchmarkDotNet.Attributes;
using PodGate.Core.Routing;
using PodGate.Proxy.Signals;

namespace Micro;

/// <summary>What a request leaves behind in counters, by one thread. Must allocate nothing.</summary>
[MemoryDiagnoser]
public class SignalCounting
{
    private const int Requests = 256;

    private readonly PodLoad _load = new();
    private readonly uint _moment = SlotOutcomes.MomentOf(Fleets.Now);
    private readonly int[] _slots = new int[Requests];
    private readonly int[] _codes = new int[Requests];
    private readonly TimeSpan[] _durations = new TimeSpan[Requests];
    private PodCounters _counters = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _counters = new PodCounters("pod", _load);

        // Any sequence that repeats itself late; one request of 64 fails.
        for (var i = 0; i < Requests; i++)
        {
            _slots[i] = i * 40503 % SlotHashing.DefaultSlots;
            _codes[i] = i % 64 == 63 ? 500 : 200;
            _durations[i] = TimeSpan.FromMicroseconds(i * 7919 % 100_000);
        }
    }

    /// <summary>Counted in, as handed over, and out.</summary>
    [Benchmark]
    public void EnterSentLeave()
    {
        _load.Enter();
        _load.Sent();
        _load.Leave();
    }

    /// <summary>What is remembered of a source's last request.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public void Record()
    {
        for (var i = 0; i < Requests; i++)
            _load.Outcomes.Record(_slots[i], _codes[i] < 500 ? SlotOutcome.Fine : SlotOutcome.ServerError, _moment, _durations[i]);
    }

    /// <summary>What the metrics page tells of it.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public void Ends()
    {
        for (var i = 0; i < Requests; i++) _counters.Ends(_codes[i], _durations[i]);
    }
}
