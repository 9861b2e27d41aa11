using System.Collections.Immutable;
using Microsoft.Extensions.Primitives;
using PodGate.Core.Routing;

namespace PodGate.Proxy.Signals;

/// <summary>
/// One pod's counters. Striped by processor, so that two requests ending at once do not fight for a cache line; no locks, no
/// allocation. Kept as long as the pod is configured, whatever snapshots come.
/// </summary>
internal sealed class PodCounters(string pod, PodLoad load)
{
    private const int Classes = 6;
    private const int BucketsAt = Classes;
    private const int TicksAt = BucketsAt + 15;
    private const int RetriesAt = TicksAt + 1;
    private const int FailuresAt = RetriesAt + 1;
    private const int ToClientAt = FailuresAt + 1;
    private const int ToPodAt = ToClientAt + 1;

    /// <summary>Longs a stripe takes: four cache lines.</summary>
    private const int Width = 32;

    private static readonly int Stripes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 64));

    private readonly long[] _cells = new long[(Stripes + 1) * Width];
    private PodLoad _load = load;
    private readonly Exemplar?[] _exemplars = new Exemplar?[TrafficMeter.Bounds.Length + 1];
    private SourceSketch _sources = new();

    /// <summary>Requests that ended, whatever became of them; the base of the retry budget.</summary>
    public long Ended
    {
        get
        {
            long sum = 0;
            for (var i = 0; i < Classes; i++) sum += Sum(i);
            return sum;
        }
    }

    /// <summary>Follows the pod when it was removed and configured again, with a new load.</summary>
    public void Follow(PodLoad current) => Volatile.Write(ref _load, current);

    /// <summary>Counts a request that has ended.</summary>
    /// <param name="statusCode">The code sent to the client, or 0 when none was.</param>
    /// <param name="duration">From the request's arrival to its end.</param>
    public void Ends(int statusCode, TimeSpan duration)
    {
        var stripe = Stripe();
        var index = statusCode is >= 100 and < 600 ? statusCode / 100 : 0;
        Interlocked.Increment(ref _cells[stripe + index]);
        Interlocked.Increment(ref _cells[stripe + BucketsAt + Bucket(duration)]);
        Interlocked.Add(ref _cells[stripe + TicksAt], duration.Ticks);
    }

    /// <summary>A slow or failed request of a sampled trace stands for those of its class of durations, if none has for a second.</summary>
    /// <param name="traceparent">The request's header.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="now">The moment.</param>
    public void Stands(StringValues traceparent, TimeSpan duration, DateTimeOffset now)
    {
        ref var standing = ref _exemplars[Bucket(duration)];
        if (Volatile.Read(ref standing) is { } last && now - last.At < Exemplar.Pause) return;
        if (Exemplar.SampledTrace(traceparent) is { } trace) Volatile.Write(ref standing, new Exemplar(trace, duration.TotalSeconds, now));
    }

    /// <summary>Counts bytes of an answer's body, or of a connection after the upgrade, that went to the client.</summary>
    /// <param name="bytes">So many.</param>
    public void PassedToClient(long bytes)
    {
        if (bytes > 0) Interlocked.Add(ref _cells[Stripe() + ToClientAt], bytes);
    }

    /// <summary>Counts bytes of a request's body, or of a connection after the upgrade, that came from the client.</summary>
    /// <param name="bytes">So many.</param>
    public void PassedToPod(long bytes)
    {
        if (bytes > 0) Interlocked.Add(ref _cells[Stripe() + ToPodAt], bytes);
    }

    /// <summary>A request of a source goes to the pod.</summary>
    /// <param name="hash">The hash of the source.</param>
    public void CameFrom(ulong hash) => Volatile.Read(ref _sources).Note(hash);

    /// <summary>The sources that came since they were last taken; one that comes at this very moment may be missing. One thread at a time takes them.</summary>
    public SourceSketch TakeSources()
    {
        var sources = Volatile.Read(ref _sources);
        if (!sources.IsEmpty) Volatile.Write(ref _sources, new SourceSketch());
        return sources;
    }

    /// <summary>Counts an attempt that came here because another pod had failed, left the traffic, or kept the request waiting.</summary>
    public void Retried() => Interlocked.Increment(ref _cells[Stripe() + RetriesAt]);

    /// <summary>Counts an attempt that ended as the pod's failure, whether another pod then answered or none.</summary>
    public void Failed() => Interlocked.Increment(ref _cells[Stripe() + FailuresAt]);

    /// <summary>Reads all counters; each by itself is exact, together they are of about the same moment.</summary>
    public PodTraffic Read()
    {
        var requests = ImmutableArray.CreateBuilder<long>(Classes);
        for (var i = 0; i < Classes; i++) requests.Add(Sum(i));
        var buckets = ImmutableArray.CreateBuilder<long>(TrafficMeter.Bounds.Length + 1);
        for (var i = 0; i <= TrafficMeter.Bounds.Length; i++) buckets.Add(Sum(BucketsAt + i));
        var seconds = TimeSpan.FromTicks(Sum(TicksAt)).TotalSeconds;
        return new PodTraffic(pod, requests.MoveToImmutable(), buckets.MoveToImmutable(), seconds, Volatile.Read(ref _load).InFlight, Sum(RetriesAt))
        {
            Failures = Sum(FailuresAt),
            BytesToClient = Sum(ToClientAt),
            BytesToPod = Sum(ToPodAt),
            Exemplars = [.. _exemplars],
        };
    }

    private static int Bucket(TimeSpan duration)
    {
        var bounds = TrafficMeter.BoundTicks;
        var index = 0;
        while (index < bounds.Length && duration.Ticks > bounds[index]) index++;
        return index;
    }

    private static int Stripe() => (1 + (Thread.GetCurrentProcessorId() & (Stripes - 1))) * Width;

    private long Sum(int cell)
    {
        long sum = 0;
        for (var stripe = 1; stripe <= Stripes; stripe++) sum += Volatile.Read(ref _cells[(stripe * Width) + cell]);
        return sum;
    }
}
