using PodGate.Core.Routing;
using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Farewells;

/// <summary>
/// Says goodbye to the long-lived connections of pods that give their clients up, in rounds: each asks as many to end as are due, so that all were asked when
/// the time is over. Follows snapshots on the publishing thread; the rounds have a thread of the pool.
/// </summary>
internal sealed class FarewellRounds : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ExchangePool _exchanges;
    private readonly TimeProvider _time;
    private readonly Lock _round = new();
    private readonly ITimer _timer;

    // What is left of a goodbye when one is not yet due, by pod.
    private readonly Dictionary<string, double> _rest = new(StringComparer.Ordinal);
    private volatile PodRoute[] _leaving = [];

    public FarewellRounds(ExchangePool exchanges, TimeProvider time)
    {
        _exchanges = exchanges;
        _time = time;
        _timer = time.CreateTimer(static rounds => ((FarewellRounds)rounds!).Round(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes in who gives his clients up now.</summary>
    public void Follow(RoutingSnapshot snapshot)
    {
        // One that is closed needs no goodbye any more.
        PodRoute[] leaving = [.. snapshot.Pods.Where(pod => pod is { Farewell: not null, Admission: Admission.Excluded })];
        var begins = _leaving.Length == 0 && leaving.Length > 0;
        _leaving = leaving;
        if (begins) _timer.Change(TimeSpan.Zero, Pause);
        else if (leaving.Length == 0) _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Round()
    {
        // A round that takes longer than the pause is not overtaken.
        if (!_round.TryEnter()) return;
        try
        {
            var now = _time.GetUtcNow();
            var due = _leaving.Where(pod => pod.Farewell!.From <= now).ToArray();
            foreach (var gone in _rest.Keys.Except(due.Select(pod => pod.Name)).ToArray()) _rest.Remove(gone);
            if (due.Length == 0) return;
            var waiting = _exchanges.All().Select(exchange => exchange.Long).OfType<LongConnection>().Where(connection => !connection.Told).ToLookup(connection => connection.Pod);
            foreach (var pod in due) SayGoodbye(pod.Name, [.. waiting[pod.Name]], pod.Farewell!.Until - now);
        }
        finally
        {
            _round.Exit();
        }
    }

    private void SayGoodbye(string pod, LongConnection[] connections, TimeSpan left)
    {
        // As many as make an even end of it, if nobody comes or goes; the last round is for all.
        var due = _rest.GetValueOrDefault(pod) + (left <= Pause ? connections.Length : connections.Length / Math.Ceiling(left / Pause));

        // Who is in the middle of something is asked in a later round.
        foreach (var connection in connections)
        {
            if (due < 1) break;
            if (connection.SayGoodbye()) due--;
        }

        _rest[pod] = Math.Min(due, 1);
    }
}
