using PodGate.Core.Routing;
using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Turnstiles;

/// <summary>
/// Lets so many through at a time, requests to a pod above all, and has a line for those that come when it is full: first come, first served. A pod's is
/// kept with its channel through all snapshots. Any thread.
/// </summary>
/// <remarks>
/// As long as nobody waits, a place is taken and given back by one exchange of a number. While somebody waits, a bit of the same number says so: then
/// newcomers stand in line, and who leaves hands the place over, both under the lock. Since bit and count are one number, nobody can slip past the line,
/// and no place can be given back without the line being looked at.
/// </remarks>
internal sealed class Turnstile
{
    /// <summary>So many may go through that nobody ever waits.</summary>
    public const int NoLimit = int.MaxValue;

    private const long Line = 1;
    private const long Place = 2;

    private readonly Lock _lock = new();
    private long _state;
    private volatile int _most = NoLimit;
    private Waiter? _first;
    private Waiter? _last;
    private int _waiting;
    private long _queued;
    private long _noRoom;
    private long _tooLong;

    /// <summary>Who comes now has to stand in line.</summary>
    public bool IsFull => Volatile.Read(ref _state) is var state && ((state & Line) != 0 || state / Place >= _most);

    /// <summary>Takes a place, if there is one and nobody waits for it; <see cref="Leave"/> gives it back.</summary>
    public bool TryEnter()
    {
        var state = Volatile.Read(ref _state);
        while ((state & Line) == 0 && state / Place < _most)
        {
            var seen = Interlocked.CompareExchange(ref _state, state + Place, state);
            if (seen == state) return true;
            state = seen;
        }

        return false;
    }

    /// <summary>Gives a place back: who is first in line has it then.</summary>
    public void Leave()
    {
        var state = Volatile.Read(ref _state);
        while ((state & Line) == 0)
        {
            var seen = Interlocked.CompareExchange(ref _state, state - Place, state);
            if (seen == state) return;
            state = seen;
        }

        lock (_lock)
        {
            Interlocked.Add(ref _state, -Place);
            LetIn();
        }
    }

    /// <summary>Stands in line. What comes back may have its end already: there was a place after all, or no room to wait.</summary>
    /// <param name="exchange">The request that waits, or null.</param>
    /// <param name="length">How many may wait.</param>
    /// <param name="longest">How long it may wait.</param>
    public Waiter Join(Exchange? exchange, int length, TimeSpan longest)
    {
        var waiter = new Waiter(this, exchange, longest);
        lock (_lock)
        {
            if (_waiting >= length)
            {
                _noRoom++;
                waiter.Finish(WaitEnd.NoRoom);
            }
            else if (longest <= TimeSpan.Zero)
            {
                _tooLong++;
                waiter.Finish(WaitEnd.TooLong);
            }
            else if (_first is null && TakeOrBar())
            {
                waiter.Finish(WaitEnd.Turn);
            }
            else
            {
                _queued++;
                Append(waiter);
            }
        }

        return waiter;
    }

    /// <summary>Takes somebody out of the line, if he is still in it.</summary>
    /// <param name="waiter">Who.</param>
    /// <param name="end">Why.</param>
    public void TakeOut(Waiter waiter, WaitEnd end)
    {
        lock (_lock)
        {
            if (waiter.End == WaitEnd.None) Remove(waiter, end);
        }
    }

    /// <summary>Changes the limit. Who has a place keeps it; who waits gets in as far as there is room now.</summary>
    /// <param name="most">How many places there are.</param>
    public void Limit(int most)
    {
        lock (_lock)
        {
            _most = most;
            LetIn();
        }
    }

    /// <summary>Sends those elsewhere who would not come here any more.</summary>
    /// <param name="snapshot">What they go by now.</param>
    /// <param name="pod">The index of the turnstile's pod in it; -1 when it is not there any more.</param>
    public void Sweep(RoutingSnapshot snapshot, int pod)
    {
        lock (_lock)
        {
            for (var waiter = _first; waiter is not null;)
            {
                var next = waiter.Behind;
                if (pod < 0 || Picker.PodFor(snapshot, waiter.Exchange!)?.Index != pod) Remove(waiter, WaitEnd.Elsewhere);
                waiter = next;
            }
        }
    }

    /// <summary>What is there now, and what was until now.</summary>
    /// <param name="pod">The pod's name.</param>
    public QueueReading Read(string pod)
    {
        lock (_lock)
            return new QueueReading(pod, _most == NoLimit ? 0 : _most, Volatile.Read(ref _state) / Place, _waiting, _queued, _noRoom, _tooLong);
    }

    /// <summary>Takes a place that came free meanwhile, or bars the way for everybody who comes from now on: there will be a line. Nobody waits yet.</summary>
    private bool TakeOrBar()
    {
        var state = Volatile.Read(ref _state);
        while (true)
        {
            var isFree = state / Place < _most;
            var seen = Interlocked.CompareExchange(ref _state, isFree ? state + Place : state | Line, state);
            if (seen == state) return isFree;
            state = seen;
        }
    }

    /// <summary>The place is taken before the one who gets it leaves the line, so that nobody who comes at that moment is faster.</summary>
    private void LetIn()
    {
        while (_first is { } waiter && Volatile.Read(ref _state) / Place < _most)
        {
            Interlocked.Add(ref _state, Place);
            Remove(waiter, WaitEnd.Turn);
        }
    }

    private void Append(Waiter waiter)
    {
        waiter.Before = _last;
        if (_last is null) _first = waiter;
        else _last.Behind = waiter;
        _last = waiter;
        _waiting++;
    }

    private void Remove(Waiter waiter, WaitEnd end)
    {
        if (waiter.Before is null) _first = waiter.Behind;
        else waiter.Before.Behind = waiter.Behind;
        if (waiter.Behind is null) _last = waiter.Before;
        else waiter.Behind.Before = waiter.Before;
        waiter.Before = waiter.Behind = null;
        _waiting--;
        if (_first is null) Interlocked.And(ref _state, ~Line);
        if (end == WaitEnd.TooLong) _tooLong++;
        waiter.Finish(end);
    }
}
