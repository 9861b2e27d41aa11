using System.Collections.Concurrent;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// Exchanges for reuse, and a list of all that there are, in use or not: so what runs on a pod can be told without any request having to enter itself in
/// a list. Any thread.
/// </summary>
/// <param name="make">Makes a new one.</param>
internal sealed class ExchangePool(Func<Exchange> make) : IDisposable
{
    /// <summary>Idle ones that are kept; what a burst made beyond that is given up again.</summary>
    private const int MostIdle = 1024;

    private readonly ConcurrentQueue<Exchange> _idle = new();
    private readonly Lock _lock = new();
    private readonly List<Exchange> _all = [];
    private Exchange? _next;
    private int _idleCount;

    /// <summary>An exchange that nobody else has.</summary>
    public Exchange Take()
    {
        // Mostly one comes back and the next request takes it: that one needs no queue.
        var next = _next;
        if (next is not null && Interlocked.CompareExchange(ref _next, null, next) == next) return next;
        if (_idle.TryDequeue(out var idle))
        {
            Interlocked.Decrement(ref _idleCount);
            return idle;
        }

        var made = make();
        lock (_lock)
        {
            made.Place = _all.Count;
            _all.Add(made);
        }

        return made;
    }

    /// <summary>Gives one back that was taken.</summary>
    public void Return(Exchange exchange)
    {
        exchange.Reset();
        if (_next is null && Interlocked.CompareExchange(ref _next, exchange, null) is null) return;
        if (Interlocked.Increment(ref _idleCount) <= MostIdle)
        {
            _idle.Enqueue(exchange);
            return;
        }

        Interlocked.Decrement(ref _idleCount);
        GiveUp(exchange);
    }

    /// <summary>All that there are at this moment.</summary>
    public Exchange[] All()
    {
        lock (_lock) return [.. _all];
    }

    /// <summary>The same into a list, in place of what is in it.</summary>
    public void CopyTo(List<Exchange> list)
    {
        list.Clear();
        lock (_lock) list.AddRange(_all);
    }

    /// <summary>To be called when no request runs any more.</summary>
    public void Dispose()
    {
        foreach (var exchange in All()) exchange.Dispose();
    }

    /// <summary>Not disposed: its watch may be ringing at this very moment, which is harmless as long as there is something to ring.</summary>
    private void GiveUp(Exchange exchange)
    {
        lock (_lock)
        {
            // The last one takes its place.
            var last = _all[^1];
            _all[exchange.Place] = last;
            last.Place = exchange.Place;
            _all.RemoveAt(_all.Count - 1);
        }
    }
}
