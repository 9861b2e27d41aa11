using System.Collections.Immutable;
using System.Net;
using System.Text;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control.Configuration;

/// <summary>A whole, valid configuration; immutable. Made by the loader only, and swapped as a whole.</summary>
public sealed record GateConfiguration
{
    /// <summary>The path of a pod's health document when the file names none.</summary>
    public const string DefaultHealth = "/health";

    /// <summary>Where client traffic comes in. <value>Default http://127.0.0.1:8080.</value></summary>
    public ImmutableArray<ListenSettings> Listen { get; init; } = [new ListenSettings(new Uri("http://127.0.0.1:8080"))];

    /// <summary>The admin port. <value>Default http://127.0.0.1:9090.</value></summary>
    public AdminSettings Admin { get; init; } = new();

    /// <summary>Full path of the directory of journal, tokens and key. <value>Default <c>state</c> beside the configuration file.</value></summary>
    public string StateDirectory { get; init; } = "state";

    /// <summary>Pods, probing, failover and ramp: what the deciders go by.</summary>
    public FleetSettings Fleet { get; init; } = new();

    /// <summary>
    /// The checks for all pods, by name. The pods of <see cref="Fleet"/> have them already, together with their own. <value>Default none; 16 at most.</value>
    /// </summary>
    public ImmutableSortedDictionary<string, CheckSettings> Checks { get; init; } =
        ImmutableSortedDictionary.Create<string, CheckSettings>(StringComparer.Ordinal);

    /// <summary>What pods say of checks themselves, by pod; those that say nothing are missing.</summary>
    public ImmutableSortedDictionary<string, PodChecks> PodChecks { get; init; } =
        ImmutableSortedDictionary.Create<string, PodChecks>(StringComparer.Ordinal);

    /// <summary>How clients are pinned to pods.</summary>
    public AffinitySettings Affinity { get; init; } = new();

    /// <summary>Timeouts and limits of forwarding.</summary>
    public ForwardingSettings Forwarding { get; init; } = new();

    /// <summary>How the gate itself stops.</summary>
    public StoppingSettings Stopping { get; init; } = new();

    /// <summary>Whom to tell.</summary>
    public AlertSettings Alerts { get; init; } = new();

    /// <summary>How the log looks.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>Networks of peers whose X-Forwarded-For or Forwarded is believed. <value>Default none.</value></summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>
    /// Full path of the local socket; null: there is none. A default one whose path would be too long is none, with a warning; a written one is an error.
    /// </summary>
    public string? SocketPath => FullSocketPath is { } path && Encoding.UTF8.GetByteCount(path) <= AdminSettings.LongestSocketPath ? path : null;

    internal string? FullSocketPath => Admin.Socket is { } socket ? Path.GetFullPath(Path.Combine(StateDirectory, socket)) : null;
}

/// <summary>What one pod says of checks.</summary>
/// <param name="Own">Its own, by name; each takes the place of one of the same name for all pods.</param>
/// <param name="Without">Names of checks for all pods that it goes without.</param>
public sealed record PodChecks(ImmutableSortedDictionary<string, CheckSettings> Own, ImmutableSortedSet<string> Without)
{
    /// <summary>Nothing.</summary>
    public static PodChecks None { get; } = new(
        ImmutableSortedDictionary.Create<string, CheckSettings>(StringComparer.Ordinal),
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal));

    /// <summary>The checks of the pod in the end.</summary>
    /// <param name="forAll">The checks for all pods.</param>
    public ImmutableSortedDictionary<string, CheckSettings> Over(ImmutableSortedDictionary<string, CheckSettings> forAll)
    {
        ArgumentNullException.ThrowIfNull(forAll);
        return forAll.RemoveRange(Without).SetItems(Own);
    }

    /// <summary>By value.</summary>
    public bool Equals(PodChecks? other) => other is not null && Own.SequenceEqual(other.Own) && Without.SetEquals(other.Without);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Own.Count, Without.Count);
}

/// <summary>Which versions of HTTP a listener speaks.</summary>
public enum ListenProtocols
{
    /// <summary>HTTP/1.1 only; the default of a cleartext listener.</summary>
    Http1,

    /// <summary>HTTP/2 only; on a cleartext listener with prior knowledge.</summary>
    Http2,

    /// <summary>Both, chosen by ALPN; the default of a TLS listener, and refused on a cleartext one.</summary>
    Http1AndHttp2,
}

/// <summary>One listener of the data port.</summary>
/// <param name="Url">http or https with an IP address, <c>localhost</c>, <c>*</c> or <c>[::]</c>, and a port (0: any).</param>
/// <param name="Certificate">Full path of a PEM certificate chain; required for https.</param>
/// <param name="CertificateKey">Full path of its PEM key; null when it is in the same file.</param>
/// <param name="Protocols">Versions of HTTP.</param>
public sealed record ListenSettings(Uri Url, string? Certificate = null, string? CertificateKey = null, ListenProtocols Protocols = ListenProtocols.Http1);

/// <summary>The admin port.</summary>
public sealed record AdminSettings
{
    /// <summary>The socket's path when the file names none.</summary>
    public const string DefaultSocket = "podgate.sock";

    /// <summary>The longest path of a Unix socket in bytes: the kernel's, less the zero at its end.</summary>
    public const int LongestSocketPath = 107;

    /// <summary>Where it listens; plain HTTP only on loopback. <value>Default http://127.0.0.1:9090.</value></summary>
    public ListenSettings Listen { get; init; } = new(new Uri("http://127.0.0.1:9090"));

    /// <summary>Host names besides the listener's own and localhost that requests may carry. <value>Default none.</value></summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>
    /// What people write into their browsers to come to the page, where that is not the listener's own address: alerts link to it.
    /// <value>Default null: no links.</value>
    /// </summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Whether /metrics, /healthz and /readyz demand a token too. <value>Default false.</value></summary>
    public bool ProtectMetrics { get; init; }

    /// <summary>
    /// Plain HTTP on other addresses than loopback, where tokens and passwords can be read on the way: for a network that encrypts by itself.
    /// <value>Default false.</value>
    /// </summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>
    /// The Unix socket for who is on this machine, relative to the state directory; null: none. Its full path has 107 bytes at most.
    /// <value>Default podgate.sock.</value>
    /// </summary>
    public string? Socket { get; init; } = DefaultSocket;

    /// <summary>Who may connect to it, as the file's permissions. <value>Default 0600: the gate's own user, and root.</value></summary>
    public UnixFileMode SocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The role of each user of this machine, or of "@" and a group, at the socket. The highest that fits counts; root and the gate's own user are
    /// administrators. <value>Default none; 64 at most.</value>
    /// </summary>
    public ImmutableSortedDictionary<string, string> SocketRoles { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Full path of the PEM file with the authorities whose client certificates count; null: no certificate does. <value>Default null.</value>
    /// </summary>
    public string? ClientCa { get; init; }

    /// <summary>
    /// Whose each client certificate is, by its common name, or the URI or e-mail address in its alternative names. One that is not named opens nothing.
    /// <value>Default none; 1000 at most.</value>
    /// </summary>
    public ImmutableSortedDictionary<string, CertificateOwner> Certificates { get; init; } =
        ImmutableSortedDictionary.Create<string, CertificateOwner>(StringComparer.Ordinal);

    /// <summary>For how long the audit trail keeps entries, or up to a sixteenth longer. <value>Default 400 days; 1 day to 10 years.</value></summary>
    public TimeSpan AuditKept { get; init; } = TimeSpan.FromDays(400);

    /// <summary>
    /// Bytes of the audit trail; beyond, the oldest entries go before their time, which is an alert.
    /// <value>Default 256 MiB, some 500,000 acts; 4 MiB to 4 GiB.</value>
    /// </summary>
    public long AuditMostBytes { get; init; } = 256L * 1024 * 1024;
}

/// <summary>Whose a client certificate is.</summary>
/// <param name="Name">Under which name it acts; the journal's word for it.</param>
/// <param name="Role">viewer, operator or administrator.</param>
public sealed record CertificateOwner(string Name, string Role);

/// <summary>How clients are pinned to pods. All but <see cref="ResponseHeader"/> need a restart.</summary>
public sealed record AffinitySettings
{
    /// <summary>Leading bits of an IPv4 address that count. <value>Default 32; 8 to 32.</value></summary>
    public int IPv4Prefix { get; init; } = 32;

    /// <summary>Leading bits of an IPv6 address that count. <value>Default 64; 16 to 128.</value></summary>
    public int IPv6Prefix { get; init; } = 64;

    /// <summary>Number of slots. <value>Default 65,536; a power of two, 256 to 4,194,304.</value></summary>
    public int Slots { get; init; } = SlotHashing.DefaultSlots;

    /// <summary>The hashing key, 32 hexadecimal digits; null: the one that --init made. Several gates need the same. <value>Default null.</value></summary>
    public Key128? Key { get; init; }

    /// <summary>The response header that names the pod; null or empty switches it off. <value>Default X-Pod.</value></summary>
    public string? ResponseHeader { get; init; } = "X-Pod";
}

/// <summary>How the gate itself stops.</summary>
public sealed record StoppingSettings
{
    /// <summary>
    /// How long it goes on as before, but for /readyz, which fails at once: whoever balances over several gates needs that long to see it. A gate that
    /// stands alone needs none.
    /// <value>Default 0 s; 0 to 10 min.</value>
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.Zero;

    /// <summary>How long what runs has after that, before it is closed. <value>Default 30 s; 0 to 1 h.</value></summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a gate that another process has taken over from (<c>podgate upgrade</c>) goes on with the connections that it has; idle ones are closed by
    /// themselves after 130 s. <value>Default 5 min; 0 to 1 h.</value>
    /// </summary>
    public TimeSpan TakeoverDeadline { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Timeouts and limits of forwarding.</summary>
public sealed record ForwardingSettings
{
    /// <summary>How long a new connection to a pod may take before another pod is tried. <value>Default 500 ms; 50 ms to 30 s.</value></summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a pod may take to send the first byte of an answer, counted from the last byte of the request.
    /// <value>Default 20 s; 100 ms to 1 h.</value></summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long an answer that has begun may stand still before it is cut off; event streams, gRPC and upgraded connections may for ever.
    /// <value>Default 60 s; 1 s to 24 h.</value></summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A safe request without a first byte after this is sent to a second pod as well, and the first answer counts; null: never.
    /// <value>Default null; 10 ms to 1 h.</value></summary>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>Status codes (among 500, 502, 503, 504) after which a safe request is repeated on another pod. <value>Default none.</value></summary>
    public ImmutableArray<int> RetryStatuses { get; init; } = [];

    /// <summary>
    /// How many safe requests may be sent to another pod (connection broken, pod left the traffic, <see cref="HedgeAfter"/>, <see cref="RetryStatuses"/>), in
    /// percent of all requests; ten a second always may, unless it is 0. <value>Default 20; 0 to 100.</value>
    /// </summary>
    public int RetryBudgetPercent { get; init; } = 20;

    /// <summary>The largest request body in bytes; 0: no limit. <value>Default 0.</value></summary>
    public long LargestRequestBody { get; init; }

    /// <summary>The most client connections at a time, upgraded ones included. <value>Default 20,000; 100 to 1,000,000. Needs a restart.</value></summary>
    public int MostConnections { get; init; } = 20_000;

    /// <summary>
    /// How many requests may run on one pod at a time, long-lived connections aside; what comes beyond that waits, and is refused with 503 when it cannot. A
    /// pod may have a number of its own. 0: as many as come, since only who knows the pods knows what they can do. <value>Default 0; 0 to 1,000,000.</value>
    /// </summary>
    public int MostRequestsPerPod { get; init; }

    /// <summary>How many requests may wait for each pod. <value>Default 100; 0 to 100,000; 0: none.</value></summary>
    public int QueueLength { get; init; } = 100;

    /// <summary>How long a request may wait, whichever pods for. <value>Default 1 s; 0 to 1 min.</value></summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many new client connections a second are let in, and as many at once after a quiet second; what comes beyond that waits, a second at most, or is
    /// closed. 0: as many as come. <value>Default 0; 0 to 1,000,000.</value>
    /// </summary>
    public int MostNewConnections { get; init; }

    /// <summary>
    /// How many TLS handshakes of clients are under way at a time; what comes beyond that waits, a second at most, and is closed then. 0: as many as come.
    /// <value>Default 0; 0 to 1,000,000.</value>
    /// </summary>
    public int MostHandshakes { get; init; }

    /// <summary>The base Retry-After of a 503, in seconds; up to as much again is added at random. <value>Default 5; 1 to 3600.</value></summary>
    public int RetryAfterSeconds { get; init; } = 5;
}

/// <summary>How the log looks.</summary>
public sealed record LogSettings
{
    /// <summary>The lowest level that is written: Debug, Information, Warning or Error. <value>Default Information.</value></summary>
    public string Level { get; init; } = "Information";

    /// <summary>One JSON object a line instead of text. <value>Default false.</value></summary>
    public bool Json { get; init; }
}
