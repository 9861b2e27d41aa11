namespace PodGate.Operator.Accounts;

/// <summary>What is guessed at, and from which of the account's browsers; what comes from others is counted together.</summary>
/// <param name="Step">password or code.</param>
/// <param name="Name">The name of the account.</param>
/// <param name="Browser">The hash of what the browser keeps; empty: it is a stranger's.</param>
internal readonly record struct AttemptKey(string Step, string Name, string Browser);

/// <summary>
/// Pauses after failures in a row, which grow and end: nobody is locked out for ever, and what is tried during a pause does not lengthen it. In memory: after
/// a restart it counts from nothing again. Any thread may call.
/// </summary>
/// <param name="most">The most keys that are remembered; the one that was quiet for longest makes room.</param>
/// <param name="time">The clock.</param>
internal sealed class Pauses(int most, TimeProvider time)
{
    /// <summary>The failure in a row that the first pause follows.</summary>
    public const int FailuresToPause = 5;

    /// <summary>The first pause; each further failure doubles it.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(30);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>After so much quiet failures are forgotten.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<AttemptKey, Failures> _failures = [];

    /// <summary>Lets an attempt be made, and counts it as a failure until it has succeeded: a thousand at the same moment are no thousand guesses.</summary>
    /// <param name="key">At what.</param>
    /// <returns>Null when it may be made; else how long to wait.</returns>
    public TimeSpan? Take(AttemptKey key)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_failures.TryGetValue(key, out var before) && now < before.Until) return before.Until - now;
            if (before.Count == 0 && _failures.Count >= most) _failures.Remove(_failures.MinBy(entry => entry.Value.Last).Key);
            var count = before.Count > 0 && now - before.Last > Forgotten ? 1 : before.Count + 1;
            _failures[key] = new Failures(count, now, now + After(count));
            return null;
        }
    }

    /// <summary>The attempt has succeeded, so there is none in a row any more.</summary>
    /// <param name="key">At what.</param>
    public void Clear(AttemptKey key)
    {
        lock (_lock) _failures.Remove(key);
    }

    /// <summary>Ends all pauses of an account.</summary>
    /// <param name="name">Its name.</param>
    public void ClearAll(string name)
    {
        lock (_lock)
        {
            foreach (var key in _failures.Keys.Where(key => key.Name == name).ToList()) _failures.Remove(key);
        }
    }

    /// <summary>Until when an account's browsers, or strangers, have to wait; null: nobody has to.</summary>
    /// <param name="name">Its name.</param>
    public DateTimeOffset? Until(string name)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            return _failures.Where(entry => entry.Key.Name == name && entry.Value.Until > now).Select(entry => (DateTimeOffset?)entry.Value.Until).Max();
        }
    }

    private static TimeSpan After(int failures)
    {
        if (failures < FailuresToPause) return TimeSpan.Zero;
        var pause = First * Math.Pow(2, Math.Min(failures - FailuresToPause, 10));
        return pause < Longest ? pause : Longest;
    }

    private readonly record struct Failures(int Count, DateTimeOffset Last, DateTimeOffset Until);
}
