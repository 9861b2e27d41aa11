using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>
/// One GET to a pod's health address, on a connection of its own every time, so that each probe also proves that connecting works.
/// Follows nothing, remembers nothing, and sends no trace headers. When the health address is another port or host than the pod's
/// address, the latter is connected to as well, and the worse result counts: a health port that is well while nobody can reach the product is no health.
/// Safe for any number of probes at a time.
/// </summary>
public sealed class HttpProbe
{
    /// <summary>The most headers of an answer, in KiB.</summary>
    internal const int HeaderLimitKilobytes = 32;

    private const int ExcerptLimit = 500;
    private static readonly string Agent = "PodGate/" + (typeof(HttpProbe).Assembly.GetName().Version?.ToString(3) ?? "0");

    private readonly TimeProvider _time;
    private readonly Func<string, ImmutableArray<IPAddress>> _addressesOf;

    /// <summary>Makes a probe.</summary>
    /// <param name="time">The clock, also of the timeout.</param>
    /// <param name="addressesOf">The known addresses of a host name, empty while there are none: needed for health addresses on another
    /// host (<see cref="AddressBook.AddressesOf"/>).</param>
    public HttpProbe(TimeProvider time, Func<string, ImmutableArray<IPAddress>> addressesOf)
    {
        _time = time;
        _addressesOf = addressesOf;
    }

    /// <summary>Probes a pod once.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="dataEndpoints">What its address resolved to; empty while it is not known.</param>
    /// <param name="timeout">How long it may take in all, the body included.</param>
    /// <param name="cancel">Gives up; then there is no report.</param>
    /// <returns>What was found; every failure of the network is a report and not an exception.</returns>
    public async Task<ProbeReport> ProbeAsync(PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, TimeSpan timeout, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var sentAt = _time.GetUtcNow();
        using var deadline = new ProbeDeadline(timeout, _time, cancel);
        var health = AskAsync(pod, dataEndpoints, deadline);
        var finding = IsSamePort(pod.Health.Url, pod.Address)
            ? await health.ConfigureAwait(false)
            : await WithDataPortAsync(pod, dataEndpoints, health, deadline).ConfigureAwait(false);
        return new ProbeReport(pod.Name, sentAt, _time.GetUtcNow(), finding.Result, CleanText.Of(finding.Sentence, HealthDocument.SentenceLimit), finding.Body);
    }

    private async Task<ProbeFinding> WithDataPortAsync(
        PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, Task<ProbeFinding> health, ProbeDeadline deadline)
    {
        var data = ConnectOnlyAsync(pod, dataEndpoints, deadline);
        var findings = await Task.WhenAll(health, data).ConfigureAwait(false);
        var worse = ProbeFinding.Worse(findings[0], findings[1]);
        return ReferenceEquals(worse, findings[1])
            ? worse with { Sentence = $"data port: {worse.Sentence} ({findings[0].Sentence})", Body = findings[0].Body }
            : worse;
    }

    private async Task<ProbeFinding> ConnectOnlyAsync(PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, ProbeDeadline deadline)
    {
        var endpoints = EndpointsOf(pod.Address, pod, dataEndpoints);
        if (endpoints.IsEmpty) return Unknown(pod.Address);
        var (socket, failure) = await ProbeConnection.ConnectAsync(endpoints, deadline, _time).ConfigureAwait(false);
        socket?.Dispose();
        return failure ?? new ProbeFinding(ProbeResult.Healthy, "connected");
    }

    private async Task<ProbeFinding> AskAsync(PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints, ProbeDeadline deadline)
    {
        var endpoints = EndpointsOf(pod.Health.Url, pod, dataEndpoints);
        if (endpoints.IsEmpty) return Unknown(pod.Health.Url);
        var (socket, failure) = await ProbeConnection.ConnectAsync(endpoints, deadline, _time).ConfigureAwait(false);
        if (socket is null) return failure!;

        var where = $"{pod.Health.Url.IdnHost}:{pod.Health.Url.Port}";
        // The handler would repeat a GET by itself on another connection when the pod closes this one; then this one is what counts.
        var connections = 0;
        using var handler = NewHandler((_, _) => Interlocked.Increment(ref connections) == 1
            ? new ValueTask<Stream>(new NetworkStream(socket, ownsSocket: true))
            : throw new HttpIOException(HttpRequestError.ResponseEnded, "closed before an answer"));
        try
        {
            return await AskAsync(pod.Health.Url, handler, where, deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.Passed)
        {
            return new ProbeFinding(ProbeResult.TimedOut, $"{where} took the connection and gave no whole answer {deadline.Within}");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            // When the time is up the handler sometimes reports the connection that this broke instead.
            return deadline.Passed
                ? new ProbeFinding(ProbeResult.TimedOut, $"{where} took the connection and gave no whole answer {deadline.Within}")
                : ProbeFailure.OfAnswer(error, where);
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static async Task<ProbeFinding> AskAsync(Uri address, SocketsHttpHandler handler, string where, ProbeDeadline deadline)
    {
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = NewRequest(address);
        using var response = await invoker.SendAsync(request, deadline.Token).ConfigureAwait(false);
        // Where sockets complete inline this is a thread of the data plane: reading a document belongs on the pool.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        var buffer = ArrayPool<byte>.Shared.Rent(HealthDocument.BodyLimit + 1);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            var length = await stream.ReadAtLeastAsync(
                buffer.AsMemory(0, HealthDocument.BodyLimit + 1), HealthDocument.BodyLimit + 1, throwOnEndOfStream: false, deadline.Token)
                    .ConfigureAwait(false);
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return Read(response, buffer.AsSpan(0, length), where);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ProbeFinding Read(HttpResponseMessage response, ReadOnlySpan<byte> body, string where)
    {
        var encoding = response.Content.Headers.ContentEncoding.FirstOrDefault(word => !word.Equals("identity", StringComparison.OrdinalIgnoreCase));
        if (encoding is not null && body.Length > 0 && response.IsSuccessStatusCode)
            return new ProbeFinding(ProbeResult.Unreadable, $"{where} compressed its answer ({encoding}) although it was not asked to");
        var truncated = body.Length > HealthDocument.BodyLimit;
        // As it was sent: the parsed header is null for what the platform finds malformed.
        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;
        var reading = HealthDocument.Read((int)response.StatusCode, type, truncated ? body[..HealthDocument.BodyLimit] : body, truncated);
        return new ProbeFinding(reading.Result, reading.Sentence, HealthDocument.Excerpt(body, ExcerptLimit));
    }

    private static SocketsHttpHandler NewHandler(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect) => new()
    {
        ConnectCallback = connect,
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = 1,
        MaxResponseHeadersLength = HeaderLimitKilobytes,
        MaxResponseDrainSize = 0,
        // The probe's own deadline bounds everything.
        ConnectTimeout = Timeout.InfiniteTimeSpan,
    };

    private static HttpRequestMessage NewRequest(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address)
            { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/plain;q=0.9, */*;q=0.1");
        request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        request.Headers.ConnectionClose = true;
        return request;
    }

    private ImmutableArray<IPEndPoint> EndpointsOf(Uri address, PodSettings pod, ImmutableArray<IPEndPoint> dataEndpoints)
    {
        if (IPAddress.TryParse(address.IdnHost, out var literal)) return [new IPEndPoint(literal, address.Port)];
        if (IsSameHost(address, pod.Address))
            return dataEndpoints.IsDefaultOrEmpty ? [] : [.. dataEndpoints.Select(endpoint => new IPEndPoint(endpoint.Address, address.Port))];
        return [.. _addressesOf(address.IdnHost).Select(ip => new IPEndPoint(ip, address.Port))];
    }

    private static ProbeFinding Unknown(Uri address) => new(ProbeResult.Inconclusive, $"no address is known yet for {address.IdnHost}");

    private static bool IsSameHost(Uri one, Uri other) => one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static bool IsSamePort(Uri one, Uri other) => one.Port == other.Port && IsSameHost(one, other);
}
