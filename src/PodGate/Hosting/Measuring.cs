using System.Net;
using Microsoft.Extensions.Logging;
using PodGate.Control;
using PodGate.Control.History;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Hosting;

/// <summary>
/// What of the gate measures, put together: names are resolved, health addresses, checks and reference targets asked, and all of it, and the gate itself, is
/// watched. What is found goes to the gatekeeper; what was found, and what came of it for clients, is written down.
/// </summary>
internal sealed class Measuring : IAsyncDisposable
{
    private readonly Gatekeeper _gatekeeper;
    private readonly SelfWatch _self;
    private readonly AddressBook _addresses;
    private readonly Prober _prober;
    private readonly Func<ProbeHistory> _makeHistory;
    private readonly Func<RoutingHistory> _makeRoutes;
    private volatile ProbeHistory _history;
    private volatile RoutingHistory _routes;
    private readonly References _references;
    private readonly Watchdog _watchdog;
    private readonly HeavySlots _slots;
    private Task<IReadOnlyList<SocketThread>>? _socketThreads;

    /// <summary>Makes it; <see cref="Start"/> starts it.</summary>
    /// <param name="gatekeeper">Where everything goes; not started yet.</param>
    /// <param name="stateDirectory">Where the histories are written.</param>
    /// <param name="time">The gate's clock.</param>
    /// <param name="logs">The gate's logger factory.</param>
    public Measuring(Gatekeeper gatekeeper, string stateDirectory, TimeProvider time, ILoggerFactory logs)
    {
        _gatekeeper = gatekeeper;
        _makeHistory = () => new ProbeHistory(stateDirectory, time, report => gatekeeper.View.Judged(report), logs.CreateLogger<ProbeHistory>());
        _history = _makeHistory();
        _makeRoutes = () => new RoutingHistory(stateDirectory, time, logs.CreateLogger<RoutingHistory>());
        _routes = _makeRoutes();
        gatekeeper.Follow(snapshot => _routes.Note(snapshot));
        gatekeeper.Happened += (transition, _) => _routes.Note(transition);
        _self = new SelfWatch(time, logs.CreateLogger<SelfWatch>());
        _addresses = new AddressBook(time, Chance.Fraction, (pod, endpoints) => SubmitAsync(new Resolved(pod, endpoints)), logs.CreateLogger<AddressBook>());
        var parts = new ProberParts
        {
            Probe = new HealthProbe(time, _addresses.AddressesOf).ProbeAsync,
            Check = new CheckRunner(time, _addresses.AddressesOf, Chance.Id).RunAsync,
            Interval = IntervalOf,
            CheckInterval = IntervalOf,
            Endpoints = _addresses.EndpointsOf,
            Sink = TakeAsync,
            LatenessIn = _self.LatenessIn,
            Time = time,
            Chance = Chance.Fraction,
        };
        _prober = new Prober(parts, logs.CreateLogger<Prober>());
        _references = new References(
            new ReferenceProbe(time, _addresses.AddressesOf, Chance.Id), (target, sentAt) => SubmitAsync(new ReferenceAnswered(target, sentAt)),
            time, Chance.Fraction, logs.CreateLogger<References>());
        _watchdog = new Watchdog(_prober, _references, _self.LatenessIn, time, logs.CreateLogger<Watchdog>());
        _slots = new HeavySlots(() => gatekeeper.View, time);
        var logger = logs.CreateLogger("PodGate");
        _slots.Noticed += notice => GateLog.SlotNoticed(logger, notice.Sentence);
        gatekeeper.ProbeNow = _prober.Trigger;
        gatekeeper.LatenessIn = _self.LatenessIn;
        gatekeeper.Happened += (transition, _) => _prober.Reconsider(transition.Pod);
    }

    /// <summary>Told of probe loops that stopped, and that work again.</summary>
    public event Action<LoopNotice> Noticed
    {
        add => _watchdog.Noticed += value;
        remove => _watchdog.Noticed -= value;
    }

    /// <summary>Told of slots that carry too much, and that no longer do.</summary>
    public event Action<SlotNotice> SlotNoticed
    {
        add => _slots.Noticed += value;
        remove => _slots.Noticed -= value;
    }

    /// <summary>Which slots carry much.</summary>
    public SlotsSeen Slots() => _slots.Read();

    /// <summary>How many probe loops had stopped and were replaced.</summary>
    public long LoopRestarts => _watchdog.Restarts;

    /// <summary>Probes that are missing in the probe history.</summary>
    public long HistoryDropped => _history.Dropped;

    /// <summary>Where a client was.</summary>
    /// <param name="client">His address.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<ClientTrail> TrailAsync(IPAddress client, CancellationToken cancel) => _routes.TrailAsync(_gatekeeper.Current.Hashing, client, cancel);

    /// <summary>What has been probed.</summary>
    public IReadOnlyList<PodProbes> Probes() => _prober.Meter.Read();

    /// <summary>How punctual the gate has been.</summary>
    public SelfReading Self() => _self.Read();

    /// <summary>By how much the gate itself was late between two moments: what was seen then may be its own fault.</summary>
    /// <param name="from">The first moment.</param>
    /// <param name="until">The last one.</param>
    public TimeSpan LatenessIn(DateTimeOffset from, DateTimeOffset until) => _self.LatenessIn(from, until);

    /// <summary>Starts everything; the gatekeeper takes steps already.</summary>
    /// <param name="settings">What is in force.</param>
    public void Start(FleetSettings settings)
    {
        _self.Start();
        if (InlineSockets.AreOn) _socketThreads = WatchSocketsAsync();
        Apply(settings);
        _watchdog.Start();
    }

    /// <summary>Measures what these settings say, and nothing else.</summary>
    /// <param name="settings">What is in force now.</param>
    public void Apply(FleetSettings settings)
    {
        _addresses.Apply(settings);
        _prober.Apply(settings);
        _references.Apply(settings);
    }

    /// <summary>Leaves the histories' files to another process; what happens meanwhile is not written down.</summary>
    public Task CloseHistoryAsync() => Task.WhenAll(_history.DisposeAsync().AsTask(), _routes.HandOverAsync().AsTask());

    /// <summary>Writes the histories again.</summary>
    public void OpenHistory()
    {
        _history = _makeHistory();
        _routes = _makeRoutes();

        // What was published before it is followed again.
        _routes.Note(_gatekeeper.Current);
    }

    /// <summary>Ends it: the watchdog first, which would take the end of the others for a stop.</summary>
    public async ValueTask DisposeAsync()
    {
        _slots.Dispose();
        await _watchdog.DisposeAsync();
        await Task.WhenAll(_prober.DisposeAsync().AsTask(), _references.DisposeAsync().AsTask());
        await _history.DisposeAsync();
        await _routes.DisposeAsync();
        await _addresses.DisposeAsync();
        _self.Dispose();
        foreach (var thread in _socketThreads is null ? [] : await _socketThreads) thread.Dispose();
    }

    /// <summary>Where requests and probes go on on the threads that hear from sockets, one that is held up is lateness of the gate as well.</summary>
    private async Task<IReadOnlyList<SocketThread>> WatchSocketsAsync()
    {
        var threads = await SocketThread.FindAsync(Environment.ProcessorCount);
        foreach (var thread in threads) _self.Add(thread.Hand);
        return threads;
    }

    private ValueTask TakeAsync(ProbeReport report)
    {
        // A witness must have been asked soon after the silent probe; for the next ones, which are under way already, that is now. As with the other pods,
        // a silence that goes on is not hurried after for ever.
        if (report.IsSilence && _gatekeeper.View is var view && !(view.Find(report.Pod)?.Health.Evidence.Run.Length >= 4 * view.Fleet.Settings.Fall))
            _references.Trigger();
        return SubmitAsync(new ProbeEnded(_history.Note(report)));
    }

    /// <summary>Until the very end: while requests finish, pods are still judged. The gatekeeper stops after those who submit.</summary>
    private ValueTask SubmitAsync(FleetInput input) => _gatekeeper.SubmitAsync(input, CancellationToken.None);

    private TimeSpan IntervalOf(string name)
    {
        var view = _gatekeeper.View;
        return view.Find(name) is { } pod ? Ramp.ProbeIntervalOf(pod, view.Fleet.Settings) : view.Fleet.Settings.ProbeInterval;
    }

    private TimeSpan IntervalOf(string name, CheckSettings check)
    {
        var view = _gatekeeper.View;
        return view.Find(name) is { } pod ? Ramp.CheckIntervalOf(pod, check, view.Fleet.Settings) : check.Interval;
    }
}
