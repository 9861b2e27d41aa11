using PodGate.Core.Routing;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Forwarding;
using PodGate.Proxy.Signals;

namespace PodGate.Proxy;

/// <summary>A pod that was picked, and on which the request is counted in.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Channel">Its channel.</param>
/// <param name="Worsening">Fires when the pod gets less than it had at that moment.</param>
internal readonly record struct Pick(PodRoute Pod, PodChannel Channel, CancellationToken Worsening);

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
    private volatile RoutingView _view = null!;

    /// <summary>Picks the pod and counts the request in, in such a way that it was surely still the right pick when it was counted. Null: no pod.</summary>
    public Pick? CountIn(Exchange exchange)
    {
        while (true)
        {
            var view = _view;
            var snapshot = view.Snapshot;
            exchange.Slot = snapshot.Hashing.SlotOf(exchange.Client.Address);
            var tried = exchange.Tried;
            var pod = tried.IsEmpty ? snapshot.Owner(exchange.Slot) : snapshot.Next(exchange.Slot, tried);
            if (pod is null) return null;

            // Taken before the view is read again: if that is unchanged, this is still the token that fires at the next change for the worse.
            var channel = view.Channels[pod.Index];
            var worsening = channel.Worsening;
            pod.Load.Enter();
            if (ReferenceEquals(_view, view))
            {
                if (tried.IsEmpty) snapshot.Use.Touch(exchange.Slot, exchange.ArrivedAt);
                else channel.Counters.Retried();
                return new Pick(pod, channel, worsening);
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
    public bool MayRepeat(Exchange exchange, ReadOnlySpan<string> spent) =>
        _view.Snapshot.Next(exchange.Slot, spent) is not null && budget.TryTake(exchange.Rules.Settings.RetryBudgetPercent);

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
                if (!_channels.Remove(pod.Name, out var channel)) channel = new PodChannel(pod, counters, lines);
                channel.Prepare(pod);
                channels[pod.Index] = byName[pod.Name] = channel;
            }

            _view = new RoutingView(snapshot, channels);
            Interlocked.MemoryBarrier();
            foreach (var channel in channels) channel.Settle();

            // What is left is configured no more.
            foreach (var (name, channel) in _channels)
            {
                channel.Dispose();
                traffic.Forget(name);
            }

            _channels = byName;
        }
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
