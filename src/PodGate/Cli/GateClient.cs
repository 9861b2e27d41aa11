using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>An answer of the gate.</summary>
/// <param name="Status">Its status code, 200 to 299.</param>
/// <param name="Value">What it says.</param>
/// <param name="Document">The same as it came, for <c>--json</c>: with what a newer gate says and this command line does not know yet.</param>
internal sealed record GateAnswer<T>(int Status, T Value, JsonElement Document);

/// <summary>
/// Asks one gate over its operator API. Goes straight to the address it was given: no redirect is followed and no proxy of the
/// system is used, so that the token reaches nobody else.
/// </summary>
internal sealed class GateClient : IDisposable
{
    /// <summary>How long a question may take.</summary>
    public static readonly TimeSpan QuestionTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a command may take: the gate answers when it is durable, and a slow disk is no reason to give up.</summary>
    public static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    private const int LargestAnswer = 64 * 1024 * 1024;

    /// <summary>Answers are read strictly: what is missing or null where it may not be makes the answer none of a gate's.</summary>
    private static readonly ApiJson Answers = new(
        new JsonSerializerOptions(ApiJson.Default.Options) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true });

    private readonly HttpClient _http;
    private readonly GateAddress _address;
    private readonly TokenFound _token;
    private readonly TimeProvider _time;

    /// <summary>Prepares to ask; connects on the first question.</summary>
    /// <param name="address">The gate.</param>
    /// <param name="token">The token, if one was found.</param>
    /// <param name="time">The clock of the timeouts.</param>
    /// <exception cref="WrongUsage">A file that the address names cannot be used.</exception>
    public GateClient(GateAddress address, TokenFound token, TimeProvider time)
    {
        (_address, _token, _time) = (address, token, time);
        _http = new HttpClient(address.Handler())
        {
            BaseAddress = address.Url, Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswer,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("podgate", typeof(GateClient).Assembly.GetName().Version?.ToString(3)));
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(MediaTypeNames.Application.Json));
        if (token.Token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
    }

    /// <summary>How an answer of a type is read.</summary>
    /// <typeparam name="T">One of the API's types.</typeparam>
    public static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Answers.Options.GetTypeInfo(typeof(T));

    /// <summary>Asks a question.</summary>
    /// <param name="path">Relative to the admin port, without a leading slash.</param>
    /// <param name="cancel">Gives up.</param>
    /// <typeparam name="T">The type of the answer.</typeparam>
    public Task<GateAnswer<T>> GetAsync<T>(string path, CancellationToken cancel) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), QuestionTimeout, cancel);

    /// <summary>Gives a command.</summary>
    /// <param name="path">Relative to the admin port, without a leading slash.</param>
    /// <param name="body">What it says.</param>
    /// <param name="cancel">Gives up waiting; the command may be carried out all the same.</param>
    /// <typeparam name="TBody">The type of the body.</typeparam>
    /// <typeparam name="T">The type of the answer.</typeparam>
    public Task<GateAnswer<T>> PostAsync<TBody, T>(string path, TBody body, CancellationToken cancel) =>
        PostAsync<TBody, T>(path, body, CommandTimeout, cancel);

    /// <summary>Gives a command that takes its time.</summary>
    /// <param name="path">Relative to the admin port, without a leading slash.</param>
    /// <param name="body">What it says.</param>
    /// <param name="within">How long the answer may take.</param>
    /// <param name="cancel">Gives up waiting; the command may be carried out all the same.</param>
    /// <typeparam name="TBody">The type of the body.</typeparam>
    /// <typeparam name="T">The type of the answer.</typeparam>
    public Task<GateAnswer<T>> PostAsync<TBody, T>(string path, TBody body, TimeSpan within, CancellationToken cancel) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Post, path) { Content = Body(body) }, within, cancel);

    /// <summary>Tells the gate how something is now; telling it again does no harm.</summary>
    /// <param name="path">Relative to the admin port, without a leading slash.</param>
    /// <param name="body">What it says.</param>
    /// <param name="cancel">Gives up waiting; it may have been taken all the same.</param>
    /// <typeparam name="TBody">The type of the body.</typeparam>
    /// <typeparam name="T">The type of the answer.</typeparam>
    public Task<GateAnswer<T>> PutAsync<TBody, T>(string path, TBody body, CancellationToken cancel) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Put, path) { Content = Body(body) }, QuestionTimeout, cancel);

    /// <summary>Gives a command that has no body.</summary>
    /// <param name="path">Relative to the admin port, without a leading slash.</param>
    /// <param name="cancel">Gives up waiting; the command may be carried out all the same.</param>
    /// <typeparam name="T">The type of the answer.</typeparam>
    public Task<GateAnswer<T>> PostAsync<T>(string path, CancellationToken cancel) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Post, path) { Content = Nothing() }, CommandTimeout, cancel);

    /// <summary>Removes something. The gate may answer with JSON or with nothing at all.</summary>
    /// <param name="path">Relative to the admin port, without a leading slash.</param>
    /// <param name="cancel">Gives up waiting; it may be removed all the same.</param>
    public Task<JsonElement?> DeleteAsync(string path, CancellationToken cancel) => SendAsync(
        new HttpRequestMessage(HttpMethod.Delete, path) { Content = Nothing() },
        CommandTimeout,
        (response, body) => response.IsSuccessStatusCode && body.Length == 0
            ? (JsonElement?)null
            : GateAnswers.Read(response, body, TypeOf<JsonElement>(), _address, _token).Document,
        cancel);

    /// <summary>Removes something, and says why.</summary>
    /// <param name="path">Relative to the admin port, without a leading slash.</param>
    /// <param name="body">What it says.</param>
    /// <param name="cancel">Gives up waiting; it may be removed all the same.</param>
    /// <typeparam name="TBody">The type of the body.</typeparam>
    /// <typeparam name="T">The type of the answer.</typeparam>
    public Task<GateAnswer<T>> DeleteAsync<TBody, T>(string path, TBody body, CancellationToken cancel) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Delete, path) { Content = Body(body) }, CommandTimeout, cancel);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static ByteArrayContent Body<T>(T body)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, TypeOf<T>()));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        return content;
    }

    // An empty body and none are not the same: a request without one is sent again by the platform, up to three times, when the
    // connection ends before the answer.
    private static ByteArrayContent Nothing() => new([]);

    private Task<GateAnswer<T>> SendAsync<T>(HttpRequestMessage request, TimeSpan timeout, CancellationToken cancel) =>
        SendAsync(request, timeout, (response, body) => GateAnswers.Read(response, body, TypeOf<T>(), _address, _token), cancel);

    private async Task<T> SendAsync<T>(HttpRequestMessage request, TimeSpan timeout, Func<HttpResponseMessage, byte[], T> read, CancellationToken cancel)
    {
        using var message = request;
        using var late = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return read(response, body);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new GateUnreachable($"The gate at {_address} did not answer within {PlainText.Span(timeout)}.{GateAnswers.Doubt(request)}");
        }
        catch (HttpRequestException e)
        {
            var doubt = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError ? "" : GateAnswers.Doubt(request);
            throw new GateUnreachable($"The gate at {_address} cannot be reached: {Why(e)}.{doubt}");
        }
    }

    private static string Why(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.ConnectionError => $"{Innermost(e)}. Is it running there? --url or --profile name another one",
        HttpRequestError.NameResolutionError => "its name does not resolve. --url or --profile name another one",
        HttpRequestError.SecureConnectionError => $"TLS failed: {Innermost(e)}. A profile's caFile names the authority of a gate's own certificate",
        HttpRequestError.ConfigurationLimitExceeded => $"its answer is larger than {LargestAnswer / 1024 / 1024} MiB",
        HttpRequestError.InvalidResponse => "what answers there does not speak HTTP/1.1",
        HttpRequestError.ResponseEnded => "the connection ended before the answer was complete",
        _ => Innermost(e),
    };

    private static string Innermost(Exception e) => e.GetBaseException().Message.TrimEnd('.');
}
