using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.History;
using PodGate.Control.Probing;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;
using PodGate.Hosting;
using PodGate.Metrics;
using PodGate.Operator;
using PodGate.Operator.Accounts;
using PodGate.Operator.Audit;
using PodGate.Operator.Page;
using PodGate.Proxy.Connections;
using PodGate.Statistics;
using PodGate.TestKit;

namespace PodGate.Tests.Operator;

/// <summary>A real admin port on a port of the system's choice, with a real gatekeeper of three healthy pods behind it; nobody probes.</summary>
internal sealed class AdminRig : IAsyncDisposable
{
    private static readonly ImmutableSortedDictionary<string, CheckSettings> Login =
        ImmutableSortedDictionary.Create<string, CheckSettings>(StringComparer.Ordinal).Add("login", new CheckSettings("login") { Rise = 1, Steps = [new CheckStep()] });

    private readonly List<ProbeReport> _reports = [];
    private readonly Gatekeeper _gatekeeper;
    private readonly GateClock _time = new(TimeProvider.System);
    private readonly WebPort _port;
    private readonly TrafficTrend _trend;
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-admin-").FullName;

    private AdminRig(TimeProvider? leases, UnixFileMode? local, TimeProvider? wall)
    {
        var time = _time;
        Rolls = RollLease.Open(_directory, leases ?? time, NullLogger.Instance);
        var pods = new[] { "pod-a", "pod-b", "pod-c" }.ToImmutableSortedDictionary(name => name, name => new PodSettings(
            name, new Uri($"http://user:secret@127.0.0.1:9/{name}"), new HealthSettings(new Uri("http://127.0.0.1:9/health")), ImmutableSortedDictionary<string, string>.Empty)
        {
            Checks = name == "pod-b" ? Login : ImmutableSortedDictionary.Create<string, CheckSettings>(StringComparer.Ordinal),
        }, StringComparer.Ordinal);
        var fleet = FleetReconfiguration.Begin(new FleetSettings { Pods = pods, RampDuration = TimeSpan.Zero }, new Dictionary<string, PodRecord>(), null, 0);
        Outbox = new Outbox("gate-1", Journal, time, () => 0.5, NullLogger<Outbox>.Instance);
        _gatekeeper = new Gatekeeper(fleet, new SlotHashing(new Key128(1, 2)), Journal, time, Guid.NewGuid, NullLogger<Gatekeeper>.Instance, outbox: Outbox);
        _gatekeeper.Start();
        TokenStore.Initialise(_directory, time);
        Tokens = TokenStore.Open(_directory, time);
        Users = UserStore.Open(_directory, Tokens, time);
        People = new People(Users, time, wall ?? TimeProvider.System, NullLogger.Instance, iterations: 1);
        Administrator = File.ReadAllText(Path.Combine(_directory, TokenStore.OperatorTokenFile)).Trim();
        Tokens.Add("vera", TokenRole.Viewer, out var viewer);
        Tokens.Add("otto", TokenRole.Operator, out var @operator);
        Audit = new AuditTrail(_directory, () => Settings, time, NullLogger.Instance);
        Audit.Begin();
        Viewer = viewer!;
        Operator = @operator!;
        var metrics = new MetricsPage(new MetricsSources
        {
            View = () => _gatekeeper.View,
            Traffic = () => [],
            NoPod = () => 0,
            Connections = () => Connections,
            Probes = ReadProbes,
            Self = () => new SelfReading(TimeSpan.FromSeconds(0.5), 2, TimeSpan.FromMilliseconds(3), TimeSpan.Zero),
            LoopRestarts = () => 1,
            Transitions = () => _gatekeeper.TransitionCounts,
            Journal = Journal,
            Reload = () => new ReloadStatus(true, time.GetUtcNow()),
            Alerts = () => new AlertCounts(1, 2, 3, 4),
            AlertChannels = () => [new ChannelReading("ops", 1, 2, 3, 4, time.GetUtcNow().AddMinutes(-6), "it answered 503")],
            HistoryDropped = () => 17,
            LogDropped = () => 4,
            Certificates = () => [new CertificateReading("Admin.Listen https://127.0.0.1:9090", DateTimeOffset.UnixEpoch.AddDays(1), "it is another's")],
            Audit = () => Audit.Reading,
            Slots = () => Slots,
        }, time);
        var listeners = Listeners.Bind(Ports.AdminKey, [new ListenSettings(new Uri("http://127.0.0.1:0"))]);
        Url = new Uri(listeners.Bound[0].Url);
        if (local is { } mode && OperatingSystem.IsLinux())
        {
            // Whoever the file lets in must be able to get there.
            File.SetUnixFileMode(_directory, File.GetUnixFileMode(_directory) | UnixFileMode.OtherExecute);
            listeners.AddLocal(SocketPath, mode, null);
        }

        var sources = new OperatorSources
        {
            View = () => _gatekeeper.View,
            Rates = () => Rates,
            Trend = _trend = new TrafficTrend(() => Traffic, TrendTime),

            Trail = (client, _) => HistoryProblem is { } wrong
                ? Task.FromException<ClientTrail>(new HistoryException(wrong))
                : Task.FromResult(ClientTrail.Of(History, _gatekeeper.Current.Hashing, client)),
            Slots = () => Slots,
            Days = (days, _) => DaysProblem is { } wrong
                ? Task.FromException<IReadOnlyList<DayTraffic>>(wrong)
                : Task.FromResult<IReadOnlyList<DayTraffic>>([.. Days.Where(day => day.Day > Today.AddDays(-days))]),
            Execute = (command, cancel) => Execute?.Invoke(command, cancel) ?? _gatekeeper.ExecuteAsync(command, cancel),
            Events = _gatekeeper.Events,
            NextEvent = () => _gatekeeper.NextEvent,
            EventsForgotten = () => Forgotten ?? _gatekeeper.EventsForgotten,
            Connections = () => Connections,
            Reload = (confirmed, _) => Task.FromResult(Reload(confirmed)),
            LastReload = () => null,
            Upgrading = Upgrading,
            Settings = () => Settings,
            Journal = Journal,
            Tokens = Tokens,
            People = People,
            Sessions = new SessionStore(new SessionFile(_directory, NullLogger.Instance), Tokens, Users, time),
            Rolls = Rolls,
            Audit = Audit,
            Outbox = Outbox,
            Readiness = Readiness,
            Metrics = metrics,
            Time = time,
        };
        Map = application => new OperatorApi(sources, NullLogger.Instance).Map(application);
        _port = Ports.Admin(listeners, sources, NullLoggerFactory.Instance);
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(20) };
        Time = time;
    }

    public Uri Url { get; }

    public string SocketPath => Path.Combine(_directory, "podgate.sock");

    /// <summary>Maps the API's routes in another application.</summary>
    public Action<WebApplication> Map { get; }

    public HttpClient Client { get; }

    public MemoryJournal Journal { get; } = new();

    public Readiness Readiness { get; } = new();

    public ToldUpgrading Upgrading { get; } = new();

    public TokenStore Tokens { get; }

    public UserStore Users { get; }

    public People People { get; }

    public RollLease Rolls { get; }

    public AuditTrail Audit { get; }

    /// <summary>What people are told: nobody, unless a test names channels.</summary>
    public Outbox Outbox { get; }

    public TimeProvider Time { get; }

    public AdminSettings Settings { get; set; } = new();

    public string Administrator { get; }

    public string Operator { get; }

    public string Viewer { get; }

    public IReadOnlyList<OpenConnection> Connections { get; set; } = [];

    public Dictionary<string, double> Rates { get; } = [];

    /// <summary>What was forwarded, for the charts; they look at it when <see cref="TrendTime"/> is moved on.</summary>
    public IReadOnlyList<Proxy.Signals.PodTraffic> Traffic { get; set; } = [];

    public ManualTime TrendTime { get; } = new(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(2));
    public SlotsSeen Slots { get; set; } = SlotsSeen.None;

    public IReadOnlyList<DayTraffic> Days { get; set; } = [];

    public Exception? DaysProblem { get; set; }

    public DateOnly Today => DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);

    /// <summary>What is written down of the routing.</summary>
    public List<RoutingEntry> History { get; } = [];

    /// <summary>Why that cannot be read; null: it can.</summary>
    public string? HistoryProblem { get; set; }

    /// <summary>Up to which event the gate has forgotten; null: as it is.</summary>
    public long? Forgotten { get; set; }

    /// <summary>The clients that were seen lately: each uses a slot.</summary>
    public void Sees(IPAddress client)
    {
        var snapshot = _gatekeeper.Current;
        snapshot.Use.Touch(snapshot.Hashing.SlotOf(client), _time.GetTimestamp());
    }

    public Func<bool, ReloadOutcome> Reload { get; set; } = _ => new ReloadOutcome(true, "the configuration is in force", []);

    public Func<Command, CancellationToken, Task<CommandOutcome>?>? Execute { get; set; }

    public FleetView View => _gatekeeper.View;

    /// <param name="leases">The clock of leases, where a test sets it.</param>
    /// <param name="local">Who may connect to a local socket besides; null: there is none.</param>
    /// <param name="wall">The clock of one-time codes, where a test sets it.</param>
    public static async Task<AdminRig> StartAsync(TimeProvider? leases = null, UnixFileMode? local = null, TimeProvider? wall = null)
    {
        var rig = new AdminRig(leases, local, wall);
        await rig._port.StartAsync(CancellationToken.None);
        for (var round = 0; round < 3; round++)
        {
            foreach (var pod in rig.View.Fleet.Pods.Keys.ToArray()) await rig.ProbeAsync(pod, ProbeResult.Healthy);
        }

        return rig;
    }

    /// <summary>What a prober's meter would say.</summary>
    private IReadOnlyList<PodProbes> ReadProbes()
    {
        lock (_reports)
        {
            return
            [
                .. _reports.GroupBy(report => (report.Pod, report.Check)).OrderBy(track => track.Key.Pod, StringComparer.Ordinal).Select(track => new PodProbes(
                    track.Key.Pod,
                    [.. Enum.GetValues<ProbeResult>().Select(result => track.LongCount(report => report.Result == result))],
                    [track.Count(), .. new long[ProbeMeter.Bounds.Length]],
                    track.Sum(report => report.Duration.TotalSeconds),
                    track.Max(report => report.FinishedAt),
                    0) { Check = track.Key.Check }),
                new PodProbes(
                    "pod-a", [.. Enum.GetValues<ProbeResult>().Select(result => result == ProbeResult.TooSlow ? 1L : 0)],
                    [.. new long[ProbeMeter.Bounds.Length], 1], 20, Time.GetUtcNow(), 0) { Check = "login" },
            ];
        }
    }

    /// <summary>What a prober would report.</summary>
    public async Task ProbeAsync(string pod, ProbeResult result, Func<ProbeReport, ProbeReport>? more = null)
    {
        var sent = Time.GetUtcNow();
        var report = new ProbeReport(pod, sent, sent + TimeSpan.FromMilliseconds(3), result, $"health answered {result} (secret: connection string)");
        report = more?.Invoke(report) ?? report;
        lock (_reports) _reports.Add(report);
        await SubmitAsync(new ProbeEnded(report));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (View.Find(pod)!.Health.Tracks.All(track => track.Last?.SentAt != sent)) await Task.Delay(1, limit.Token);
    }

    /// <summary>Anything else that can happen to a fleet.</summary>
    public ValueTask SubmitAsync(FleetInput input) => _gatekeeper.SubmitAsync(input, CancellationToken.None);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, string? body = null, string type = "application/json",
        Action<HttpRequestMessage>? more = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        }

        more?.Invoke(request);
        return await Client.SendAsync(request);
    }

    /// <summary>Sends bytes as they are and returns all that comes back.</summary>
    public async Task<string> RawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Url.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await reader.ReadToEndAsync(limit.Token);
    }

    /// <summary>Puts a directory where the audit trail is to be written, before its first entry.</summary>
    public void BlockAudit() => Directory.CreateDirectory(Audit.Files.PathOf(1));

    public void UnblockAudit() => Directory.Delete(Audit.Files.PathOf(1));

    /// <summary>The audit trail, the newest first.</summary>
    public IReadOnlyList<AuditEntry> Audited() => AuditSearch.Read(Audit.Files, long.MaxValue, int.MaxValue, new AuditFilter(null, null, null)).Entries;

    /// <summary>Puts a directory where the sessions are to be written.</summary>
    public void BlockSessions() => Directory.CreateDirectory(Path.Combine(_directory, SessionFile.Name));

    /// <summary>Everything that a command could have changed, to compare.</summary>
    public string Durable() => string.Join('\n', View.Fleet.Pods.Values.Select(pod => $"{pod.Name} {pod.Record} {pod.State}"))
        + $"\n{View.Fleet.Freeze} {Rolls.Last?.Id}\n{string.Join('\n', View.Fleet.Agenda.Plans)}\n" + string.Join('\n', Tokens.Tokens.Select(token => $"{token.Name} {token.Role}"))
        + "\n" + string.Join('\n', Users.Accounts);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _trend.Dispose();
        await _port.StopAsync(TimeSpan.FromSeconds(5));
        await _port.DisposeAsync();
        await _gatekeeper.DisposeAsync();
        Audit.Dispose();
        await Outbox.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
