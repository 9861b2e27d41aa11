namespace PodGate.Operator.Accounts;

/// <summary>How often something may be done: some times at once, then one each so often. For each key by itself. Any thread may call.</summary>
/// <param name="atOnce">How many times at once, after a rest.</param>
/// <param name="each">After what time there is one more.</param>
/// <param name="time">The clock.</param>
internal sealed class Allowance(int atOnce, TimeSpan each, TimeProvider time)
{
    /// <summary>The most keys that are remembered.</summary>
    public const int Most = 10_000;

    private readonly Lock _lock = new();

    // By key, when all of it will be there again; who has all of it needs no entry.
    private readonly Dictionary<string, DateTimeOffset> _full = new(StringComparer.Ordinal);

    /// <summary>Takes one.</summary>
    /// <param name="key">Whose.</param>
    /// <returns>Null when there was one; else how long to wait for it.</returns>
    public TimeSpan? Take(string key)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var isKnown = _full.TryGetValue(key, out var full);
            var next = (full > now ? full : now) + each;
            var wait = next - now - (each * atOnce);
            if (wait > TimeSpan.Zero) return wait;
            if (!isKnown && _full.Count >= Most) MakeRoom(now);
            _full[key] = next;
            return null;
        }
    }

    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var key in _full.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList()) _full.Remove(key);

        // Whoever has taken least is the least loss.
        if (_full.Count >= Most) _full.Remove(_full.MinBy(entry => entry.Value).Key);
    }
}
