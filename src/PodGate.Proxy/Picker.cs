using PodGate.Core.Routing;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Forwarding;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Turnstiles;

namespace PodGate.Proxy;

/// <summary>A pod that was picked, and on which the request is counted in.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Channel">Its channel.</param>
/// <param name="Place">Where it has a place that the attempt gives back; null where there is no limit.</param>
/// <param name="Worsening">Fires when the pod gets less than it had at that moment.</param>
internal readonly record struct Pick(PodRoute Pod, PodChannel Channel, Turnstile? Place, CancellationToken Worsening);

/// <summary>Picks pods for attempts, from one view that is swapped with each publication.</summary>
/// <remarks>
/// A request reads one view (snapshot and channels), picks, counts itself in, and reads the view again: if a publication came between,
/// it counts itself out and picks anew. So when a publication is complete, whoever still has the old view is counted, and a command may
/// be acknowledged as soon as nobody is left between picking and sending.
/// </remarks>
internal sealed class Picker(TrafficMeter traffic, RetryBudget budget, LineOptions lines) : IDisposable
{
    private readonly Lock _publishing = new();
    private Dictionary<string, PodChannel> _channels = new(StringComparer.Ordinal);
    private ProxySettings _limits = new();
    private volatile RoutingView _view = null!;

    /// <summary>
    /// Picks the pod and counts the request in, in such a way that it was surely still the right pick when it was counted. Null: no pod, or the pod has all it
    /// can do.
    /// </summary>
    /// <param name="exchange">The request; when it has to wait it has a <see cref="Turns.Waiter"/> afterwards, else none.</param>
    /// <param name="mayWait">Whether this attempt may stand in line for a pod that has all it can do, if its request may.</param>
    public Pick? CountIn(Exchange exchange, bool mayWait = true)
    {
        var place = exchange.Turns.TakePlace();
        while (true)
        {
            var view = _view;
            var snapshot = view.Snapshot;
            var hash = snapshot.Hashing.HashOf(exchange.Client.Address);
            exchange.Slot = snapshot.Hashing.SlotOf(hash);
            var pod = PodFor(snapshot, exchange);
            if (pod is null)
            {
                place?.Leave();
                return null;
            }

            // Taken before the view is read again: if that is unchanged, this is still the token that fires at the next change for the worse.
            var channel = view.Channels[pod.Index];
            var worsening = channel.Worsening;
            if (!ReferenceEquals(place, channel.Turnstile))
            {
                place?.Leave();
                place = channel.Turnstile;
                if (place?.TryEnter() == false)
                {
                    if (mayWait && exchange.Turns.MayWait) Wait(exchange, place, view);
                    return null;
                }
            }

            pod.Load.Enter();
            if (ReferenceEquals(_view, view))
            {
                if (exchange.Tried.IsEmpty)
                {
                    // Whoever is pinned elsewhere is no client of his slot's pod, whose soft drain would wait for him.
                    if (snapshot.Pins.IsEmpty || ReferenceEquals(snapshot.Owner(exchange.Slot), pod)) snapshot.Use.Touch(exchange.Slot, exchange.ArrivedAt);
                    pod.Load.Tally.Count(exchange.Slot, exchange.ArrivedAt);
                }
                else channel.Counters.Retried();

                channel.Counters.CameFrom(hash);

                return new Pick(pod, channel, place, worsening);
            }

            pod.Load.Sent();
            pod.Load.Leave();
        }
    }

    /// <summary>Where the use of slots is written down.</summary>
    public SlotUse Use => _view.Snapshot.Use;

    /// <summary>Whether the request may be executed once more, by another pod; if so, takes it out of the budget.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="spent">Names of the pods that are not to be tried.</param>
    public bool MayRepeat(Exchange exchange, ReadOnlySpan<string> spent)
    {
        // What may be executed twice is the first that a pod with all it can do goes without: it does not even stand in line.
        var view = _view;
        var slot = view.Snapshot.Hashing.SlotOf(exchange.Client.Address);
        return view.Snapshot.For(exchange.Client.Address, slot, spent) is { } next && view.Channels[next.Index].Turnstile?.IsFull != true
            && budget.TryTake(exchange.Rules.Settings.RetryBudgetPercent);
    }

    /// <summary>Changes how many requests may run on each pod at a time.</summary>
    public void Limit(ProxySettings limits)
    {
        lock (_publishing)
        {
            _limits = limits;
            foreach (var channel in _channels.Values) channel.Limit(limits.MostRequestsOn(channel.Name));
        }
    }

    /// <summary>Who waits for the pods, and how many had to, in the order of the snapshot.</summary>
    public IReadOnlyList<QueueReading> Queues() => [.. _view.Channels.Select(channel => channel.Queue)];

    /// <summary>Follows a publication. When it returns, no request can be counted in with an older view.</summary>
    public void Publish(RoutingSnapshot snapshot)
    {
        lock (_publishing)
        {
            var channels = new PodChannel[snapshot.Pods.Length];
            var byName = new Dictionary<string, PodChannel>(channels.Length, StringComparer.Ordinal);
            foreach (var pod in snapshot.Pods)
            {
                var counters = traffic.For(pod);
                if (!_channels.Remove(pod.Name, out var channel))
                {
                    channel = new PodChannel(pod, counters, lines);
                    channel.Limit(_limits.MostRequestsOn(pod.Name));
                }

                channel.Prepare(pod);
                channels[pod.Index] = byName[pod.Name] = channel;
            }

            _view = new RoutingView(snapshot, channels);
            Interlocked.MemoryBarrier();
            foreach (var channel in channels) channel.Settle();
            for (var pod = 0; pod < channels.Length; pod++) channels[pod].Sweep(snapshot, pod);

            // What is left is configured no more.
            foreach (var (name, channel) in _channels)
            {
                channel.Sweep(snapshot, -1);
                channel.Dispose();
                traffic.Forget(name);
            }

            _channels = byName;
        }
    }

    /// <summary>Whether the client is pinned so that no other pod may serve it.</summary>
    public bool Refuses(Exchange exchange) => _view.Snapshot.Refuses(exchange.Client.Address);

    /// <summary>Where a request goes by a snapshot: its pin's pod, or its slot's owner, or the next one when that was tried; null: nowhere.</summary>
    public static PodRoute? PodFor(RoutingSnapshot snapshot, Exchange exchange) => snapshot.For(exchange.Client.Address, exchange.Slot, exchange.Tried);

    /// <summary>
    /// Stands in line. If a publication came since the pod was picked, it may have gone through the line before: then it picks anew, as those that were seen.
    /// </summary>
    private void Wait(Exchange exchange, Turnstile turnstile, RoutingView view)
    {
        var settings = exchange.Rules.Settings;
        var waiter = turnstile.Join(exchange, settings.QueueLength, settings.QueueTimeout - exchange.Turns.Waited);
        exchange.Turns.Waiter = waiter;
        if (!ReferenceEquals(_view, view)) waiter.TakeOut(WaitEnd.Elsewhere);
    }

    /// <summary>Closes idle connections. To be called when no request runs any more.</summary>
    public void Dispose()
    {
        lock (_publishing)
        {
            foreach (var channel in _channels.Values) channel.Dispose();
            _channels = [];
        }
    }
}
