using System.Collections.Concurrent;

namespace SelfMonitoringPod;

/// <summary>Carries orders out, which must not happen twice, and counts how often each was. Bounded: 200,000 ids of 64 characters.</summary>
internal sealed class Orders
{
    public const int MostIds = 200_000;
    public const int LongestId = 64;

    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _ids;

    /// <summary>How often it has been carried out, this time included; null when there is no room for another id.</summary>
    public int? Execute(string id)
    {
        if (!_counts.ContainsKey(id))
        {
            if (Volatile.Read(ref _ids) >= MostIds) return null;
            if (_counts.TryAdd(id, 1))
            {
                Interlocked.Increment(ref _ids);
                return 1;
            }
        }

        return _counts.AddOrUpdate(id, 1, (_, count) => count + 1);
    }

    /// <summary>The ids that were carried out at least so often.</summary>
    public IReadOnlyDictionary<string, int> Counts(int atLeast) =>
        _counts.Where(pair => pair.Value >= atLeast).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
}

/// <summary>Counts the requests of clients: everything but health, faults and the counts themselves.</summary>
internal sealed class RequestCount
{
    private long _total;
    private long _lastTicks;

    public void Add(DateTimeOffset now)
    {
        Interlocked.Increment(ref _total);
        Interlocked.Exchange(ref _lastTicks, now.UtcTicks);
    }

    public object Read()
    {
        var ticks = Interlocked.Read(ref _lastTicks);
        return new { total = Interlocked.Read(ref _total), last = ticks == 0 ? (DateTimeOffset?)null : new DateTimeOffset(ticks, TimeSpan.Zero) };
    }
}
