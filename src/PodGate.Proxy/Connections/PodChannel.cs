using PodGate.Core.Routing;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Turnstiles;

namespace PodGate.Proxy.Connections;

/// <summary>
/// What the request path has for one pod, kept by name through all snapshots: its line of connections, the tokens that move away what
/// waits for it and end what runs on it, its turnstile, and its counters. Written by the publishing thread only, in two steps around the publication of
/// a view: before it a pod that may serve is made ready, after it a pod that may not is withdrawn. So a request that is turned away always
/// finds the new view.
/// </summary>
internal sealed class PodChannel : IDisposable
{
    private readonly LineOptions _options;
    private readonly Turnstile _turnstile = new();
    private volatile Turnstile? _limited;
    private bool _wasLimited;
    private CancellationTokenSource _closing = new();
    private volatile CancellationTokenSource _worsening = new();
    private bool _closed;
    private bool _worsened;
    private PodLine? _outdated;
    private volatile PodLine _line;
    private volatile PodRoute _route;

    public PodChannel(PodRoute route, PodCounters counters, LineOptions options)
    {
        _options = options;
        _route = route;
        Counters = counters;
        _line = new PodLine(this, route.Address, options, _closing.Token);
    }

    /// <summary>The pod's name.</summary>
    public string Name => _route.Name;

    /// <summary>The pod in the newest snapshot; where connections go to.</summary>
    public PodRoute Route => _route;

    /// <summary>Where new requests go.</summary>
    public PodLine Line => _line;

    /// <summary>
    /// Fires when the pod is routed around or failed over because it is sick, or closed; another one is there from then on. Who takes
    /// it and then makes sure that the view has not changed will not miss that.
    /// </summary>
    public CancellationToken Worsening => _worsening.Token;

    /// <summary>Where a request takes a place before it goes to the pod; null: as many run on the pod as come.</summary>
    public Turnstile? Turnstile => _limited;

    /// <summary>Who waits for the pod.</summary>
    public QueueReading Queue => _turnstile.Read(Name);

    /// <summary>The pod's counters.</summary>
    public PodCounters Counters { get; }

    /// <summary>Before a view with this route is published: a pod that may serve gets a line to its address.</summary>
    public void Prepare(PodRoute route)
    {
        _worsened = (route.MovesWaiting && (!_route.MovesWaiting || route.Admission > _route.Admission))
            || (route.Admission == Admission.Closed && _route.Admission != Admission.Closed);
        _route = route;
        if (!MayServe(route) || (_line.Admits && _line.Address == route.Address)) return;
        if (_closed) _closing = new CancellationTokenSource();
        _closed = false;
        _outdated = _line;
        _line = new PodLine(this, route.Address, _options, _closing.Token);
    }

    /// <summary>After the view is published: nothing new over what must not be used, and an end to what must end.</summary>
    public void Settle()
    {
        _outdated?.Withdraw();
        _outdated = null;
        if (!MayServe(_route)) _line.Withdraw();
        if (_worsened) Worsen();
        if (_route.Admission == Admission.Closed) Close();
    }

    /// <summary>Changes how many requests may run on the pod at a time. Who runs goes on, who waits gets in as far as there is room now.</summary>
    /// <param name="most">So many; 0: as many as come.</param>
    public void Limit(int most)
    {
        _wasLimited |= most > 0;
        if (most == 0) _limited = null;
        _turnstile.Limit(most == 0 ? Turnstile.NoLimit : most);
        if (most > 0) _limited = _turnstile;
    }

    /// <summary>After the view is published: those who wait for the pod and would not come here any more go where they would.</summary>
    /// <param name="snapshot">What has been decided.</param>
    /// <param name="pod">The pod's index in it; -1 when it is configured no more.</param>
    public void Sweep(RoutingSnapshot snapshot, int pod)
    {
        if (_wasLimited) _turnstile.Sweep(snapshot, pod);
    }

    /// <summary>The pod is configured no more.</summary>
    public void Dispose()
    {
        Worsen();
        Close();
    }

    /// <summary>Tells those who wait for the pod; elsewhere, since they may be thousands.</summary>
    private void Worsen()
    {
        var past = _worsening;
        _worsening = new CancellationTokenSource();
        ThreadPool.UnsafeQueueUserWorkItem(static work => End(work.Past, work.Channel), (Past: past, Channel: this), preferLocal: false);
    }

    /// <summary>No new requests, and what runs is ended; elsewhere, since each request's end is some work.</summary>
    private void Close()
    {
        _line.Withdraw();
        if (_closed) return;
        _closed = true;
        ThreadPool.UnsafeQueueUserWorkItem(static work => End(work.Closing, work.Channel), (Closing: _closing, Channel: this), preferLocal: false);
    }

    private static void End(CancellationTokenSource source, PodChannel channel)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException exception)
        {
            // Each request's end has its own callback; one that fails must not take the process along.
            ProxyLog.ClosingFailed(channel._options.Logger, exception, channel.Name);
        }
    }

    private static bool MayServe(PodRoute route) => route.Admission is Admission.Serving or Admission.Standby or Admission.Keeping;
}
