namespace PodGate.Operator.Accounts;

/// <summary>
/// What people have half done, by the secret in their browser's cookie. In memory: after a restart, or an upgrade, it is begun again. Any thread may call.
/// </summary>
/// <param name="most">The most at a time; the oldest makes room.</param>
/// <param name="lasts">How long the other half may take.</param>
/// <param name="time">The clock.</param>
internal sealed class Pending<T>(int most, TimeSpan lasts, TimeProvider time)
    where T : class
{
    private const int SecretBytes = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (T What, DateTimeOffset Until)> _begun = new(StringComparer.Ordinal);

    /// <summary>Keeps what is half done.</summary>
    /// <param name="what">It.</param>
    /// <returns>The cookie's value.</returns>
    public string Begin(T what)
    {
        var secret = RandomCode.New(SecretBytes);
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var late in _begun.Where(entry => entry.Value.Until <= now).Select(entry => entry.Key).ToList()) _begun.Remove(late);
            if (_begun.Count >= most) _begun.Remove(_begun.MinBy(entry => entry.Value.Until).Key);
            _begun[KeyOf(secret)] = (what, now + lasts);
        }

        return secret;
    }

    /// <summary>What is half done, or null.</summary>
    /// <param name="secret">The cookie's value.</param>
    public T? Find(string? secret)
    {
        lock (_lock) return secret is not null && _begun.TryGetValue(KeyOf(secret), out var entry) && time.GetUtcNow() < entry.Until ? entry.What : null;
    }

    /// <summary>It is done, or given up.</summary>
    /// <param name="secret">The cookie's value.</param>
    public void End(string? secret)
    {
        if (secret is null) return;
        lock (_lock) _begun.Remove(KeyOf(secret));
    }

    private static string KeyOf(string secret) => Convert.ToHexStringLower(RandomCode.HashOf(secret).AsSpan());
}
