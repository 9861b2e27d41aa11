using System.Runtime.InteropServices;
using PodGate.Proxy.Signals;

namespace PodGate.Metrics;

/// <summary>What one pod carried in half a minute.</summary>
/// <param name="Until">When that half minute ended.</param>
/// <param name="Length">How long it was: longer when the gate was late.</param>
/// <param name="Requests">Requests that ended.</param>
/// <param name="Failures">Attempts that ended as the pod's failure.</param>
/// <param name="Median">Milliseconds that half of the requests took at most, from arrival to the end of the answer; NaN when there were none.</param>
/// <param name="Most">The same of 95 in a hundred.</param>
internal readonly record struct TrendStep(DateTimeOffset Until, TimeSpan Length, long Requests, long Failures, float Median, float Most)
{
    /// <summary>Requests a second.</summary>
    public double PerSecond => Requests / Length.TotalSeconds;

    /// <summary>Failures as a share of what ended here, 0 to 1. One that another pod made good is no request of this pod's, hence the limit.</summary>
    public double ErrorShare => Failures == 0 ? 0 : (double)Failures / Math.Max(Requests, Failures);
}

/// <summary>
/// The last hour of every pod, for charts: the counters are read every half minute, so that nothing of it is on the request path. A pod takes 2 kB for its 120
/// steps and 0.4 kB for its last counters: 2.4 MB for a thousand pods. A look costs what a look of <see cref="RecentRates"/> costs, a sixth as often, and is
/// the same whatever is carried. In memory: a new process begins with nothing.
/// </summary>
internal sealed class TrafficTrend : IDisposable
{
    /// <summary>How many steps are kept: an hour.</summary>
    public const int Kept = 120;

    /// <summary>The time between two looks.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Func<IReadOnlyList<PodTraffic>> _traffic;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Track> _pods = new(StringComparer.Ordinal);
    private readonly (DateTimeOffset Until, TimeSpan Length)[] _steps = new (DateTimeOffset, TimeSpan)[Kept];
    private readonly ITimer _timer;
    private long _lookedAt;
    private long _looks;

    /// <summary>Begins to look.</summary>
    /// <param name="traffic">The counters.</param>
    /// <param name="time">The gate's clock.</param>
    public TrafficTrend(Func<IReadOnlyList<PodTraffic>> traffic, TimeProvider time)
    {
        _traffic = traffic;
        _time = time;
        _lookedAt = time.GetTimestamp();
        foreach (var pod in traffic()) _pods.Add(pod.Pod, new Track { Last = pod });
        _timer = time.CreateTimer(static trend => ((TrafficTrend)trend!).Look(), this, Pause, Pause);
    }

    /// <summary>How often was looked; what was drawn at one number is the same until the next.</summary>
    public long Looks => Volatile.Read(ref _looks);

    /// <summary>The pods that there is something of.</summary>
    public IReadOnlyList<string> Pods
    {
        get
        {
            lock (_lock) return [.. _pods.Keys];
        }
    }

    /// <summary>A pod's steps, oldest first; none for one that is not there, or came since the last look.</summary>
    /// <param name="pod">Its name.</param>
    public IReadOnlyList<TrendStep> Read(string pod)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(pod, out var track)) return [];
            var steps = new List<TrendStep>(Kept);
            for (var look = Math.Max(track.From, _looks - Kept); look < _looks; look++)
            {
                var (step, point) = (_steps[look % Kept], track.Points[look % Kept]);
                steps.Add(new TrendStep(step.Until, step.Length, point.Requests, point.Failures, point.Median, point.Most));
            }

            return steps;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>The milliseconds that a share of requests took at most, as evenly spread within a bucket; NaN when there were none.</summary>
    /// <param name="buckets">Requests by duration, one more than <see cref="TrafficMeter.Bounds"/>.</param>
    /// <param name="share">0 to 1.</param>
    internal static float Quantile(ReadOnlySpan<long> buckets, double share)
    {
        long all = 0;
        foreach (var count in buckets) all += count;
        if (all == 0) return float.NaN;
        var (wanted, below, bounds) = (all * share, 0L, TrafficMeter.Bounds);
        for (var i = 0; i < bounds.Length; i++)
        {
            if (buckets[i] > 0 && below + buckets[i] >= wanted)
            {
                var from = i == 0 ? 0 : bounds[i - 1];
                return (float)((from + ((bounds[i] - from) * (wanted - below) / buckets[i])) * 1000);
            }

            below += buckets[i];
        }

        // Of what took longer than the last bound nothing more is known.
        return (float)(bounds[^1] * 1000);
    }

    private void Look()
    {
        var traffic = _traffic();
        lock (_lock)
        {
            var (now, at) = (_time.GetTimestamp(), (int)(_looks % Kept));
            if (_time.GetElapsedTime(_lookedAt, now) is not { Ticks: > 0 } length) return;
            _lookedAt = now;
            _steps[at] = (_time.GetUtcNow(), length);
            foreach (var pod in traffic)
            {
                ref var track = ref CollectionsMarshal.GetValueRefOrAddDefault(_pods, pod.Pod, out _);
                track ??= new Track { From = _looks };
                track.Points[at] = PointOf(track.Last, pod);
                track.Last = pod;
            }

            if (_pods.Count > traffic.Count) Forget(traffic);
            Volatile.Write(ref _looks, _looks + 1);
        }
    }

    private void Forget(IReadOnlyList<PodTraffic> traffic)
    {
        var known = traffic.Select(pod => pod.Pod).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _pods.Keys.Where(pod => !known.Contains(pod)).ToList()) _pods.Remove(gone);
    }

    private static Point PointOf(PodTraffic? last, PodTraffic now)
    {
        // One that was taken away and configured again since counts from zero.
        if (last is not null && now.Requests.Sum() < last.Requests.Sum()) last = null;
        var buckets = now.Buckets.AsSpan().ToArray();
        for (var i = 0; i < buckets.Length && last is not null; i++) buckets[i] = Math.Max(0, buckets[i] - last.Buckets[i]);
        return new Point(
            Count(now.Requests.Sum() - (last?.Requests.Sum() ?? 0)),
            Count(now.Failures - (last?.Failures ?? 0)),
            Quantile(buckets, 0.5),
            Quantile(buckets, 0.95));
    }

    private static uint Count(long number) => (uint)Math.Clamp(number, 0, uint.MaxValue);

    /// <summary>Sixteen bytes.</summary>
    private readonly record struct Point(uint Requests, uint Failures, float Median, float Most);

    private sealed class Track
    {
        /// <summary>The look that its first point is of.</summary>
        public long From { get; init; }

        public Point[] Points { get; } = new Point[Kept];

        public PodTraffic? Last { get; set; }
    }
}
