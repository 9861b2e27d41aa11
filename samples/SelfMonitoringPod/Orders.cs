using System.Collections.Concurrent;

namespace SelfMonitoringPod;

/// <summary>
/// Carries orders out, which must not happen twice, and counts how often each was. Bounded: 200,000 ids of 64 characters. With a file each execution
/// is also a line there at once, so that it is known even when the process is killed.
/// </summary>
internal sealed class Orders(string? file) : IDisposable
{
    public const int MostIds = 200_000;
    public const int LongestId = 64;

    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly FileStream? _file = file is null ? null : new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    private readonly Lock _lock = new();
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
                Write(id);
                return 1;
            }
        }

        Write(id);
        return _counts.AddOrUpdate(id, 1, (_, count) => count + 1);
    }

    public void Dispose() => _file?.Dispose();

    private void Write(string id)
    {
        lock (_lock) _file?.Write(System.Text.Encoding.UTF8.GetBytes(id + "\n"));
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

    public object Read(int mostAtOnce)
    {
        var ticks = Interlocked.Read(ref _lastTicks);
        var last = ticks == 0 ? (DateTimeOffset?)null : new DateTimeOffset(ticks, TimeSpan.Zero);
        return new { total = Interlocked.Read(ref _total), last, mostAtOnce };
    }
}
