using PodGate.Proxy.Signals;

namespace PodGate.Metrics;

/// <summary>How many requests a second each pod had in the last minute; looked at every five seconds, so that nothing is counted on the request path.</summary>
internal sealed class RecentRates : IDisposable
{
    private const int Looks = 12;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Func<IReadOnlyList<PodTraffic>> _traffic;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Queue<(long At, IReadOnlyDictionary<string, long> Requests)> _looks = new();
    private readonly ITimer _timer;

    /// <summary>Begins to look.</summary>
    /// <param name="traffic">The counters.</param>
    /// <param name="time">The gate's clock.</param>
    public RecentRates(Func<IReadOnlyList<PodTraffic>> traffic, TimeProvider time)
    {
        _traffic = traffic;
        _time = time;
        _timer = time.CreateTimer(static rates => ((RecentRates)rates!).Look(), this, TimeSpan.Zero, Pause);
    }

    /// <summary>Requests a second by pod, over the last minute or as long as the gate runs; empty before there is anything to compare.</summary>
    public IReadOnlyDictionary<string, double> Read()
    {
        var (now, requests) = (_time.GetTimestamp(), Totals());
        lock (_lock)
        {
            if (!_looks.TryPeek(out var first) || _time.GetElapsedTime(first.At, now) is not { Ticks: > 0 } passed) return new Dictionary<string, double>();
            return requests.ToDictionary(
                pod => pod.Key, pod => Math.Max(0, pod.Value - first.Requests.GetValueOrDefault(pod.Key)) / passed.TotalSeconds, StringComparer.Ordinal);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var totals = Totals();
        lock (_lock)
        {
            _looks.Enqueue((_time.GetTimestamp(), totals));
            if (_looks.Count > Looks) _looks.Dequeue();
        }
    }

    private Dictionary<string, long> Totals() => _traffic().ToDictionary(pod => pod.Pod, pod => pod.Requests.Sum(), StringComparer.Ordinal);
}
