using System.Net;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PodGate.Cli;

/// <summary>
/// Tells apart what a gate can answer: what was asked for, a refusal with its sentence, and what no gate would say (another
/// program listens at that address, or something in between answered).
/// </summary>
internal static class GateAnswers
{
    private const string Problem = "application/problem+json";

    /// <summary>Reads an answer, or throws the refusal that it is.</summary>
    /// <param name="response">Status and headers.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="type">What is expected.</param>
    /// <param name="address">Who was asked, for messages.</param>
    /// <param name="token">With what, for messages about who may.</param>
    /// <typeparam name="T">The type of what is expected.</typeparam>
    public static GateAnswer<T> Read<T>(HttpResponseMessage response, byte[] body, JsonTypeInfo<T> type, GateAddress address, TokenFound token)
    {
        if (!response.IsSuccessStatusCode) throw Refusal(response, body, address, token);
        if (Json(response, body) is not { } document) throw NotAGate(response, address, "without JSON");
        try
        {
            var value = document.Deserialize(type);
            return value is not null ? new GateAnswer<T>((int)response.StatusCode, value, document) : throw NotAGate(response, address, "with null");
        }
        catch (JsonException e)
        {
            throw NotAGate(response, address, $"with JSON that is not the API's ({e.Message})");
        }
    }

    /// <summary>
    /// What to say of a command whose answer is lost: it may have been carried out, and saying less would invite a person to
    /// repeat it blindly. Nothing for a question.
    /// </summary>
    /// <param name="request">What was sent.</param>
    public static string Doubt(HttpRequestMessage request) => request.Method == HttpMethod.Get
        ? ""
        : " Whether the command was carried out is not known: look at `podgate status` and `podgate events` before you repeat it.";

    private static CliFailure Refusal(HttpResponseMessage response, byte[] body, GateAddress address, TokenFound token)
    {
        var status = (int)response.StatusCode;
        var document = Json(response, body);
        var sentence = document is { ValueKind: JsonValueKind.Object } said ? SentenceOf(said) : null;
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            return new GateRefused(status, $"{sentence ?? "The gate wants a token."} {TokenHint(token)}", [], document);
        }

        if (status is >= 300 and < 400) return NotAGate(response, address, "a redirect, which is not followed");
        return sentence is null ? NotAGate(response, address, "without a reason") : new GateRefused(status, sentence, ErrorsOf(document!.Value), document);
    }

    private static string TokenHint(TokenFound token) => token.Token is not null
        ? $"The token sent came from {token.Source}."
        : $"No token was sent. Looked for one in this order: {string.Join("; ", token.Tried)}.";

    private static GateUnreachable NotAGate(HttpResponseMessage response, GateAddress address, string how)
    {
        var status = (int)response.StatusCode;
        var doubt = status is < 300 or >= 500 && response.RequestMessage is { } request ? Doubt(request) : "";
        return new($"What answers at {address} is not a gate's operator API: status {status}, {how}. Is that the admin port?{doubt}");
    }

    private static JsonElement? Json(HttpResponseMessage response, byte[] body)
    {
        if (response.Content.Headers.ContentType?.MediaType is not (MediaTypeNames.Application.Json or Problem)) return null;
        try
        {
            // The element outlives the document, which is why it is cloned by way of ParseValue.
            var reader = new Utf8JsonReader(body);
            var element = JsonElement.ParseValue(ref reader);
            return reader.Read() ? null : element;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A refusal is problem+json, except that a refused reload says so in a document of its own.
    private static string? SentenceOf(JsonElement document)
    {
        foreach (var name in (ReadOnlySpan<string>)["detail", "sentence", "title"])
        {
            if (document.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } sentence)
                return sentence;
        }

        return null;
    }

    // A list of sentences, or lists of sentences by the key that they are about.
    private static IReadOnlyList<string> ErrorsOf(JsonElement document)
    {
        if (!document.TryGetProperty("errors", out var errors)) return [];
        return errors.ValueKind switch
        {
            JsonValueKind.Array => [.. Sentences(errors)],
            JsonValueKind.Object => [.. errors.EnumerateObject().SelectMany(key => Sentences(key.Value).Select(error => $"{key.Name}: {error}"))],
            _ => [],
        };
    }

    private static IEnumerable<string> Sentences(JsonElement list) => list.ValueKind != JsonValueKind.Array
        ? []
        : list.EnumerateArray().Where(error => error.ValueKind == JsonValueKind.String).Select(error => error.GetString()!);
}
