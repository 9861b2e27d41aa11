using System.Collections.Concurrent;
using System.Globalization;

namespace PodGate.Operator.Page;

/// <summary>What became of commands, for the page that is shown after each. The newest ones, in memory; any thread may call.</summary>
internal sealed class ToldCommands
{
    private const int Most = 1000;

    private readonly ConcurrentDictionary<long, (string FormKey, CommandTold Told)> _told = new();
    private long _last;

    /// <summary>Keeps one.</summary>
    /// <param name="session">Whose it is; nobody else sees it.</param>
    /// <param name="told">What became of it.</param>
    /// <returns>Its number.</returns>
    public long Keep(Session session, CommandTold told)
    {
        var number = Interlocked.Increment(ref _last);
        _told[number] = (session.FormKey, told);
        _told.TryRemove(number - Most, out _);
        return number;
    }

    /// <summary>The one of that number, or null when there is none of the session's.</summary>
    /// <param name="session">Who asks.</param>
    /// <param name="number">The number, as an address carries it.</param>
    public CommandTold? Of(Session? session, string? number) =>
        session is not null && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var known)
            && _told.TryGetValue(known, out var kept) && kept.FormKey == session.FormKey ? kept.Told : null;
}
