using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>An answer of HTTP, as far as it was read.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The body, or its beginning.</param>
/// <param name="Truncated">There was more of it.</param>
/// <param name="AskedAt">When the connection was made and the request about to be sent.</param>
/// <param name="HeadAt">When the answer's head was there.</param>
internal sealed record HttpAnswer(int Status, byte[] Body, bool Truncated, DateTimeOffset AskedAt, DateTimeOffset HeadAt)
{
    /// <summary>The answer's headers, those of the content too, as they were sent: the platform's parsed ones are null for what it finds malformed.</summary>
    internal required Func<string, string?> Header { get; init; }

    /// <summary>The trailers, the same way; none when the body was not read to its end.</summary>
    internal required Func<string, string?> Trailer { get; init; }

    /// <summary>The name of a compression that was not asked for, or null.</summary>
    internal string? Encoding => Header("Content-Encoding")?.Trim().ToUpperInvariant() switch
    {
        null or "" or "IDENTITY" => null,
        "GZIP" => "gzip",
        "DEFLATE" => "deflate",
        "BR" => "br",
        "ZSTD" => "zstd",
        // Sentences carry no words of a pod's own.
        _ => "in a way that has no common name",
    };
}

/// <summary>
/// One request on a connection of its own, so that each also proves that connecting works. Follows nothing, remembers nothing, repeats nothing, and sends
/// no trace headers.
/// </summary>
internal static class HttpExchange
{
    /// <summary>The most headers of an answer, in KiB.</summary>
    internal const int HeaderLimitKilobytes = 32;

    /// <summary>Headers that the connection needs for itself; settings cannot send them.</summary>
    private static readonly ImmutableHashSet<string> OwnHeaders = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase, "Connection", "Content-Length", "Expect", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade");

    private static readonly string Agent = "PodGate/" + (typeof(HttpExchange).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>A request of the gate's own.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">Where to.</param>
    /// <param name="accept">What is wanted.</param>
    /// <param name="headers">More headers; they replace the gate's own.</param>
    /// <param name="body">The body, or null.</param>
    internal static HttpRequestMessage NewRequest(
        string method, Uri address, string accept, IEnumerable<KeyValuePair<string, string>> headers, HttpContent? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), address)
            { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = body };
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("Cache-Control", "no-cache");
        request.Headers.ConnectionClose = true;
        foreach (var (name, value) in headers.Where(header => !OwnHeaders.Contains(header.Key)))
        {
            if (request.Headers.NonValidated.Contains(name)) request.Headers.Remove(name);
            if (request.Headers.TryAddWithoutValidation(name, value)) continue;
            // What the platform calls a header of the content needs a content.
            request.Content ??= new ByteArrayContent([]);
            if (request.Content.Headers.NonValidated.Contains(name)) request.Content.Headers.Remove(name);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        // The platform repeats a request without content on its own; the methods that change something never.
        if (request.Content is null && request.Method != HttpMethod.Get && request.Method != HttpMethod.Head && request.Method != HttpMethod.Options)
            request.Content = new ByteArrayContent([]);
        return request;
    }

    /// <summary>Sends a request and reads the answer. Exactly one of the two results is not null.</summary>
    /// <param name="request">The request.</param>
    /// <param name="endpoints">Where its host is; not empty.</param>
    /// <param name="bodyLimit">The most bytes of the body that are read; 0: none, and its end is not waited for.</param>
    /// <param name="deadline">The probe's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="certificateCheck">Replaces the check of the certificate; null: the platform's.</param>
    /// <exception cref="OperationCanceledException">Somebody gave up on the probe.</exception>
    internal static async Task<(HttpAnswer? Answer, ProbeFinding? Failure)> SendAsync(
        HttpRequestMessage request, ImmutableArray<IPEndPoint> endpoints, int bodyLimit, ProbeDeadline deadline, TimeProvider time,
        RemoteCertificateValidationCallback? certificateCheck = null)
    {
        var (socket, failure) = await ProbeConnection.ConnectAsync(endpoints, deadline, time).ConfigureAwait(false);
        if (socket is null) return (null, failure);

        var where = $"{request.RequestUri!.IdnHost}:{request.RequestUri.Port}";
        // The handler would repeat a GET by itself on another connection when the pod closes this one; then this one is what counts.
        var connections = 0;
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        using var handler = NewHandler((_, _) => Interlocked.Increment(ref connections) == 1
            ? new ValueTask<Stream>(stream)
            : throw new HttpIOException(HttpRequestError.ResponseEnded, "closed before an answer"));
        try
        {
            if (request.RequestUri.Scheme == Uri.UriSchemeHttps)
            {
                // The handler takes a stream of this type for one that is secure already.
                var secure = new SslStream(new HoppingStream(stream));
                stream = secure;
                await SecureAsync(secure, request, certificateCheck, deadline.Token).ConfigureAwait(false);
            }

            return (await SendAsync(request, handler, bodyLimit, deadline, time).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (deadline.Passed)
        {
            return (null, TooLate());
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException or AuthenticationException)
        {
            // When the time is up the handler sometimes reports the connection that this broke instead.
            return (null, deadline.Passed ? TooLate() : ProbeFailure.OfAnswer(error, where));
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }

        ProbeFinding TooLate() => new(ProbeResult.TimedOut, $"{where} took the connection and gave no whole answer {deadline.Within}");
    }

    /// <summary>
    /// TLS with the host's own name, as clients' requests to a pod have it. The platform would take the name for the handshake and for the certificate from a
    /// header Host, which is there for what runs on the pod and is no name of the pod.
    /// </summary>
    private static async Task SecureAsync(
        SslStream stream, HttpRequestMessage request, RemoteCertificateValidationCallback? certificateCheck, CancellationToken cancel)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = request.RequestUri!.IdnHost,
            ApplicationProtocols = request.Version == HttpVersion.Version20 ? [SslApplicationProtocol.Http2] : null,
            RemoteCertificateValidationCallback = certificateCheck,
        };
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancel).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new HttpIOException(HttpRequestError.SecureConnectionError, error.Message, error);
        }
    }

    private static async Task<HttpAnswer> SendAsync(
        HttpRequestMessage request, SocketsHttpHandler handler, int bodyLimit, ProbeDeadline deadline, TimeProvider time)
    {
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        var askedAt = time.GetUtcNow();
        using var response = await invoker.SendAsync(request, deadline.Token).ConfigureAwait(false);
        var headAt = time.GetUtcNow();
        // Where sockets complete inline this is a thread of the data plane: reading a document belongs on the pool.
        await default(PoolHop);

        var (headers, contentHeaders) = (response.Headers.NonValidated, response.Content.Headers.NonValidated);
        var body = bodyLimit == 0 ? [] : await ReadAsync(response.Content, bodyLimit + 1, deadline.Token).ConfigureAwait(false);
        var trailers = response.TrailingHeaders.NonValidated;
        var truncated = body.Length > bodyLimit;
        return new HttpAnswer((int)response.StatusCode, truncated ? body[..bodyLimit] : body, truncated, askedAt, headAt)
        {
            Header = name => ValueOf(headers, name) ?? ValueOf(contentHeaders, name),
            Trailer = name => ValueOf(trailers, name),
        };
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, int most, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            var length = await stream.ReadAtLeastAsync(buffer.AsMemory(0, most), most, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
            await default(PoolHop);
            return buffer[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string? ValueOf(HttpHeadersNonValidated headers, string name) => headers.TryGetValues(name, out var values) ? values.ToString() : null;

    private static SocketsHttpHandler NewHandler(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect) => new()
    {
        ConnectCallback = connect,
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        // Nothing is kept, so that the handler needs no timer to clean up what it keeps. (With a limit of connections it would have one all the same.)
        PooledConnectionIdleTimeout = TimeSpan.Zero,
        MaxResponseHeadersLength = HeaderLimitKilobytes,
        MaxResponseDrainSize = 0,
        // The probe's own deadline bounds everything.
        ConnectTimeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The age that a cache gave the answer; null when it gave none, or one that is no number.</summary>
    /// <param name="answer">The answer.</param>
    internal static TimeSpan? AgeOf(HttpAnswer answer)
    {
        const NumberStyles Number = NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
        return long.TryParse(answer.Header("Age")?.Split(',')[0], Number, CultureInfo.InvariantCulture, out var age)
            ? TimeSpan.FromSeconds(Math.Clamp(age, 0, int.MaxValue))
            : null;
    }

    /// <summary>
    /// How far the clock that wrote the answer's Date is ahead of the gate's. The header has whole seconds and was written at some moment between question and
    /// answer; a difference that this explains is none.
    /// </summary>
    /// <param name="answer">The answer.</param>
    internal static TimeSpan? SkewOf(HttpAnswer answer)
    {
        if (!DateTimeOffset.TryParseExact(answer.Header("Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)) return null;
        var roundTrip = answer.HeadAt - answer.AskedAt;
        var skew = date + TimeSpan.FromMilliseconds(500) - (answer.AskedAt + (roundTrip / 2));
        return skew.Duration() <= TimeSpan.FromSeconds(1) + roundTrip ? TimeSpan.Zero : skew;
    }
}
