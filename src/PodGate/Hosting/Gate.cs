using Microsoft.Extensions.Logging;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.Journal;
using PodGate.Control.Takeover;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.Hosting.Certificates;
using PodGate.Hosting.Takeover;
using PodGate.Logging;
using PodGate.Metrics;
using PodGate.Operator;
using PodGate.Operator.Accounts;
using PodGate.Operator.Audit;
using PodGate.Operator.Page;
using PodGate.Proxy;
using PodGate.Statistics;

namespace PodGate.Hosting;

/// <summary>
/// A whole gate, put together by hand in this one file. It reads from top to bottom: what is made (the constructor), how it
/// starts, what a reload changes, how it stops. No container and no generic host stand around it: there is one order of starting and one
/// of stopping, they differ, and both stand here. Signals are heard by whoever owns the process.
/// </summary>
internal sealed partial class Gate : IAsyncDisposable
{
    // The last goodbye is said early enough for its client to answer it.
    private const double GoodbyesAtMost = 0.75;

    // What comes after the data port has stopped.
    private static readonly TimeSpan RestOfAStop = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AdminPatience = TimeSpan.FromSeconds(5);

    // So long connections end with their next answer before those are closed that are idle: short, since each request needs a new connection then.
    private static readonly TimeSpan LastOfGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReloadPatience = TimeSpan.FromSeconds(10);

    private readonly GateConfiguration _initial;
    private readonly TimeProvider _time;
    private readonly LogSetup _log;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Readiness _readiness = new();
    private readonly Listeners _dataListeners;
    private readonly Listeners _adminListeners;
    private readonly PassableJournal _journal;
    private readonly Gatekeeper _gatekeeper;
    private readonly RelayedRouting _routing;
    private readonly Measuring _measuring;
    private readonly Outbox _outbox;
    private readonly Heartbeat _heartbeat;
    private readonly ProxyPipeline _pipeline;
    private readonly RecentRates _rates;
    private readonly TrafficTrend _trend;
    private readonly TrafficDays _days;
    private readonly LameDuck _duck;
    private readonly ConfigurationKeeper _keeper;
    private readonly WebPort _data;
    private readonly WebPort _admin;
    private readonly CertificateWatch _certificates;
    private readonly GateFile _file;
    private readonly TokenStore _tokens;
    private readonly People _people;
    private readonly SessionStore _sessions;
    private readonly RollLease _rolls;
    private readonly AuditTrail _audit;
    private readonly bool _isHeir;
    private Task _watching = Task.CompletedTask;
    private int _stops;

    private Gate(
        GateOptions options, GateConfiguration configuration, LogSetup log, Listeners data, Listeners admin, PassableJournal journal, HandedOver? handed)
    {
        _initial = configuration;
        _log = log;
        _logger = log.Factory.CreateLogger("PodGate");
        _time = new GateClock(options.Time, handed?.Moment);
        _dataListeners = data;
        _adminListeners = admin;
        _journal = journal;
        _isHeir = handed is not null;
        _readiness.JournalWasRead();
        GateLog.Starting(_logger, ProcessMetrics.Version, Environment.ProcessId, journal.Start.GateId, configuration.StateDirectory);
        var logs = log.Factory;
        _tokens = TokenStore.Open(configuration.StateDirectory, _time, HasLocal(configuration));
        var users = UserStore.Open(configuration.StateDirectory, _tokens, _time);
        _people = new People(users, _time, options.Time, logs.CreateLogger("PodGate.Operator"));
        WarnOfNoAdministrator();
        _sessions = new SessionStore(new SessionFile(configuration.StateDirectory, logs.CreateLogger("PodGate.Operator")), _tokens, users, _time);
        _rolls = RollLease.Open(configuration.StateDirectory, _time, logs.CreateLogger("PodGate.Operator"));
        _audit = new AuditTrail(configuration.StateDirectory, () => _keeper!.Current.Admin, _time, logs.CreateLogger("PodGate.Operator"));

        // Tells people.
        _outbox = new Outbox(journal.Start.GateId, journal, _time, Chance.Fraction, logs.CreateLogger<Outbox>()) { Audit = () => _audit.Head };
        _heartbeat = new Heartbeat(_time, logs.CreateLogger<Heartbeat>()) { Audit = () => _audit.Head };
        TellBy(configuration);

        // Decides: everything that happens goes through the gatekeeper.
        var found = journal.Start;
        var fleet = FleetReconfiguration.Begin(configuration.Fleet, found.Pods, found.Freeze, found.LastNumber, found.UnknownPodsStartDisabled, found.Agenda);
        if (handed is not null) fleet = handed.Fleet.Resume(fleet);
        var affinity = configuration.Affinity;
        var hashing = new SlotHashing(affinity.Key ?? journal.Start.Key, affinity.Slots, affinity.IPv4Prefix, affinity.IPv6Prefix);
        _gatekeeper = new Gatekeeper(fleet, hashing, journal, _time, Chance.Id, logs.CreateLogger<Gatekeeper>(), LoadsOf(handed), _outbox);

        // Measures: reports and addresses go in, and what is wanted at once comes back.
        _measuring = new Measuring(_gatekeeper, configuration.StateDirectory, _time, logs);
        TellOf(journal);

        // Carries.
        _routing = new RelayedRouting(_gatekeeper);
        _pipeline = new ProxyPipeline(_routing, _gatekeeper, Ports.SettingsOf(configuration), _time, logs);
        _rates = new RecentRates(_pipeline.Traffic.Read, _time);
        _trend = new TrafficTrend(_pipeline.Traffic.Read, _time);
        _days = new TrafficDays(
            configuration.StateDirectory, _pipeline.Traffic.Read, _pipeline.Traffic.TakeSources, _time, logs.CreateLogger("PodGate.Statistics"));
        _duck = new LameDuck(_pipeline.InvokeAsync);
        _data = Ports.Data(data, configuration.Forwarding, _pipeline.Door, _duck.InvokeAsync, logs, _time);

        // Listens to people.
        _keeper = new ConfigurationKeeper(
            options.ConfigPath, configuration, new ConfigurationLoader(_time), options.Environment, InTrafficWithout, _time,
            logs.CreateLogger<ConfigurationKeeper>());
        _keeper.Applied = ApplyAsync;
        _certificates = new CertificateWatch(_time, logs.CreateLogger("PodGate"));
        _admin = Ports.Admin(admin, OperatorSourcesOf(), logs);
        _certificates.Watch([.. _data.Certificates, .. _admin.Certificates]);
        _file = new GateFile(configuration.StateDirectory);
    }

    /// <summary>Where client traffic comes in.</summary>
    public IReadOnlyList<string> DataUrls => _dataListeners.Urls;

    /// <summary>Where people come in.</summary>
    public string AdminUrl => _adminListeners.Urls[0];

    /// <summary>
    /// Starts a whole gate, or nothing and throws <see cref="ListenException"/>, <see cref="JournalException"/>, <see cref="TokenFileException"/> or
    /// <see cref="TakeoverException"/>, whose messages are for people.
    /// </summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="loaded">The configuration that was loaded from the file.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Gate> StartAsync(GateOptions options, LoadedConfiguration loaded, CancellationToken cancel)
    {
        var configuration = loaded.Configuration ?? throw new ArgumentException("There is no gate without a valid configuration.", nameof(loaded));
        var gate = await BuildAsync(options, configuration, cancel);
        try
        {
            foreach (var warning in loaded.Warnings) GateLog.Warning(gate._logger, ConfigurationText.Warning(warning));
            await gate.StartAsync(cancel);
            await gate.TakeOverAsync(options.Heir, cancel);
            gate._days.Open();
            gate.BeginToTell(isNew: options.Heir is null);
            return gate;
        }
        catch
        {
            await gate.StopAsync(new StoppingSettings { Deadline = TimeSpan.Zero });
            throw;
        }
    }

    /// <summary>How long a stop may take.</summary>
    public TimeSpan LongestStop => _keeper.Current.Stopping.Grace + _keeper.Current.Stopping.Deadline + RestOfAStop;

    /// <summary>Asks for the configuration file to be read again, as SIGHUP does.</summary>
    public void RequestReload() => _keeper.RequestReload(confirm: false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!await HasLeftAsync()) await StopAsync(_keeper.Current.Stopping);
    }

    /// <summary>Ports first, since they are what most often cannot be had; then the state directory; then everything that only needs memory.</summary>
    private static async Task<Gate> BuildAsync(GateOptions options, GateConfiguration configuration, CancellationToken cancel)
    {
        var log = new LogSetup(configuration.Log, options.LogOutput);
        Listeners? data = null, admin = null;
        PassableJournal? journal = null;
        try
        {
            data = Listeners.Bind(Ports.DataKey, configuration.Listen, options.Heir?.Sockets ?? options.Sockets);
            admin = Listeners.Bind(Ports.AdminKey, [configuration.Admin.Listen], options.Heir?.Sockets ?? options.Sockets);
            RequireClaimed(options.Sockets);
            var handed = options.Heir is null ? null : await options.Heir.AskAsync(Path.GetFullPath(configuration.StateDirectory), cancel);
            journal = await StateFiles.OpenAsync(options, configuration, handed, log.Factory.CreateLogger("PodGate.Journal"));
            OpenLocal(admin, configuration, options.Heir?.Sockets, log.Factory.CreateLogger("PodGate"));
            return new Gate(options, configuration, log, data, admin, journal, handed);
        }
        catch
        {
            admin?.Local?.Remove();
            if (journal is not null) await journal.DisposeAsync();
            admin?.Dispose();
            data?.Dispose();
            log.Dispose();
            throw;
        }
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        if (!_isHeir) _audit.Begin();
        _gatekeeper.Start();
        _measuring.Start(_initial.Fleet);
        await _data.StartAsync(cancel);
        await _admin.StartAsync(cancel);
        _dataListeners.KeepFromChildren();
        _adminListeners.KeepFromChildren();
        _watching = Task.WhenAll(_keeper.RunAsync(_stopping.Token), _certificates.RunAsync(_stopping.Token));
        _readiness.IsListening();
        GateLog.Listening(_logger, string.Join(", ", DataUrls), _adminListeners.Local is { } local ? $"{AdminUrl} and {local.Path}" : AdminUrl);
        GateLog.RequestsRunOn(_logger, InlineSockets.AreOn ? "the threads that hear from the sockets" : "the thread pool");
        WriteGateFile();
    }

    /// <summary>Puts a new configuration into force; the keeper has checked it. What needs a restart has not changed.</summary>
    private async Task ApplyAsync(GateConfiguration next, CancellationToken cancel)
    {
        await _gatekeeper.SubmitAsync(new Reconfigured(next.Fleet), cancel);
        await UntilInForceAsync(next.Fleet, cancel);
        _measuring.Apply(next.Fleet);
        _pipeline.Settings = Ports.SettingsOf(next);
        TellBy(next);
        _log.Apply(next.Log);
    }

    /// <summary>The gatekeeper takes its steps in milliseconds; whoever reloads is answered when his configuration is what the fleet goes by.</summary>
    private async Task UntilInForceAsync(FleetSettings settings, CancellationToken cancel)
    {
        var begin = _time.GetTimestamp();
        while (!ReferenceEquals(_gatekeeper.View.Fleet.Settings, settings))
        {
            if (_time.GetElapsedTime(begin) > ReloadPatience)
                throw new TimeoutException($"the gatekeeper did not take it within {ReloadPatience.TotalSeconds} s");
            await Task.Delay(TimeSpan.FromMilliseconds(1), _time, cancel);
        }
    }
}
