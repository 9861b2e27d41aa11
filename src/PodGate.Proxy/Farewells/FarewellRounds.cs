using Microsoft.Extensions.Logging;
using PodGate.Core.Routing;
using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Farewells;

/// <summary>
/// Says goodbye to the long-lived connections of pods that give their clients up, in rounds: each asks as many to end as are due, so that all were asked when
/// the time is over. Who was asked and does not end is closed after a while, whatever became of its pod meanwhile: what it says is heard by nobody any more.
/// Follows snapshots on the publishing thread; the rounds have a thread of the pool.
/// </summary>
internal sealed class FarewellRounds : IDisposable
{
    // In the place of a pod's name.
    private const string Everybody = "";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How long somebody who was asked may take to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ExchangePool _exchanges;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    // Who leaves, and whether there are rounds at all. Held for moments only: a publication must not wait for a round.
    private readonly Lock _lock = new();
    private PodRoute[] _leaving = [];
    private RoutingSnapshot? _snapshot;
    private Farewell? _everybody;
    private bool _runs;

    // The rounds' own; one round at a time.
    private readonly Lock _round = new();
    private readonly List<Exchange> _seen = [];
    private bool _failed;
    private readonly Dictionary<string, double> _rest = new(StringComparer.Ordinal);

    public FarewellRounds(ExchangePool exchanges, TimeProvider time, ILogger logger)
    {
        _exchanges = exchanges;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(static rounds => ((FarewellRounds)rounds!).Round(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes in who gives his clients up now.</summary>
    public void Follow(RoutingSnapshot snapshot)
    {
        // One that is closed needs no goodbye any more.
        PodRoute[] leaving = [.. snapshot.Pods.Where(pod => pod is { Farewell: not null, Admission: Admission.Excluded or Admission.Keeping })];
        lock (_lock)
        {
            _snapshot = snapshot;
            _leaving = leaving;
            if (leaving.Length > 0) Begin();
        }
    }

    /// <summary>The gate itself goes: asks all long-lived connections to end, whichever pods they are on.</summary>
    public void LeaveAll(TimeSpan spread)
    {
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            _everybody = new Farewell(now, now + spread);
            Begin();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Begin()
    {
        if (_runs) return;
        _runs = true;
        _timer.Change(TimeSpan.Zero, Pause);
    }

    private void Round()
    {
        // A round that takes longer than the pause is not overtaken.
        if (!_round.TryEnter()) return;
        try
        {
            _exchanges.CopyTo(_seen);
            var anybodyTold = CloseOverdue();
            PodRoute[] leaving;
            RoutingSnapshot? snapshot;
            Farewell? everybody;
            lock (_lock)
            {
                (leaving, snapshot, everybody) = (_leaving, _snapshot, _everybody);
                if (leaving.Length == 0 && everybody is null && !anybodyTold)
                {
                    _runs = false;
                    _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    return;
                }
            }

            SayGoodbyes(leaving, snapshot, everybody);
            _failed = false;
        }
        catch (Exception exception)
        {
            // The next round is soon; a timer that throws would end the gate. One line for as long as it goes on.
            if (!_failed) ProxyLog.RoundFailed(_logger, exception);
            _failed = true;
        }
        finally
        {
            _seen.Clear();
            _round.Exit();
        }
    }

    /// <summary>Closes who was asked long ago; tells whether somebody was asked and is still there.</summary>
    private bool CloseOverdue()
    {
        var anybody = false;
        foreach (var exchange in _seen)
        {
            if (exchange.Long is not { Told: true } connection) continue;
            if (connection.ToldFor < Patience) anybody = true;
            else exchange.Close(connection);
        }

        return anybody;
    }

    private void SayGoodbyes(PodRoute[] leaving, RoutingSnapshot? snapshot, Farewell? everybody)
    {
        var now = _time.GetUtcNow();
        var due = leaving.Where(pod => pod.Farewell!.From <= now && pod.Load.InFlight > 0).ToArray();
        foreach (var gone in _rest.Keys.Except(due.Select(pod => pod.Name)).Where(name => name != Everybody).ToArray()) _rest.Remove(gone);
        if (due.Length == 0 && everybody is null) return;
        var waiting = _seen.Select(exchange => exchange.Long).OfType<LongConnection>().Where(connection => connection.CanBeAsked);

        // Whose slot a softly drained pod still keeps stays where he is.
        var byPod = waiting.Where(connection => snapshot?.For(connection.Client, connection.Slot, [])?.Name != connection.Pod)
            .ToLookup(connection => connection.Pod);
        foreach (var pod in due) SayGoodbye(pod.Name, [.. byPod[pod.Name]], LeftFor(pod, now));

        // Who is left then, whichever pod he is on.
        if (everybody is not null) SayGoodbye(Everybody, [.. waiting], everybody.Until - now);
    }

    /// <summary>
    /// The slots of a pod that still keeps some go at different times, also long after its own is over; those of each moment are asked over a while.
    /// </summary>
    private static TimeSpan LeftFor(PodRoute pod, DateTimeOffset now)
    {
        var (left, whole) = (pod.Farewell!.Until - now, pod.Farewell.Until - pod.Farewell.From);
        return pod.Admission == Admission.Keeping && left < whole ? whole : left;
    }

    /// <summary>As many as make an even end of it, if nobody comes or goes; the last round is for all.</summary>
    private void SayGoodbye(string pod, LongConnection[] connections, TimeSpan left)
    {
        var due = _rest.GetValueOrDefault(pod) + (left <= Pause ? connections.Length : connections.Length / Math.Ceiling(left / Pause));
        foreach (var connection in connections)
        {
            if (due < 1) break;
            connection.SayGoodbye();
            due--;
        }

        // What is left of a goodbye when one is not yet due.
        _rest[pod] = Math.Min(due, 1);
    }
}
