using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace PodGate.Operator;

/// <summary>
/// Why a request is not answered as asked: becomes problem+json (RFC 9457). Thrown by whoever notices, written in one place.
/// </summary>
/// <param name="status">The HTTP status.</param>
/// <param name="type">A stable word for programs; the type is <c>/problems/</c> and this word.</param>
/// <param name="title">The same for people, in a few words.</param>
/// <param name="detail">What is wrong with this request and what would be right, in a sentence.</param>
internal sealed class ApiProblem(int status, string type, string title, string detail) : Exception(detail)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>A stable word for programs.</summary>
    public string Type { get; } = type;

    /// <summary>The same for people.</summary>
    public string Title { get; } = title;

    /// <summary>The kind of a refusal, for programs; null for everything else.</summary>
    public string? Kind { get; init; }

    /// <summary>All that is wrong with a configuration; null for everything else.</summary>
    public IReadOnlyList<string>? Errors { get; init; }

    /// <summary>After how many seconds to ask again; null: that is not said.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>While another process takes over, what would change something is answered by neither of both.</summary>
    public static ApiProblem HandsOver() => new(
        StatusCodes.Status503ServiceUnavailable, "unavailable", "The gate takes no commands now",
        "Another process is taking over from this one; ask again in a moment, on a new connection.") { Kind = "Unavailable", RetryAfter = 1 };

    /// <summary>The same with another status.</summary>
    /// <param name="status">It.</param>
    public ApiProblem As(int status) => new(status, Type, Title, Message) { Kind = Kind, Errors = Errors, RetryAfter = RetryAfter };

    /// <summary>The request cannot be understood.</summary>
    /// <param name="detail">What is wrong and what would be right.</param>
    public static ApiProblem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, "bad-request", "The request cannot be understood", detail);

    /// <summary>What there is stands in the way of what somebody wants.</summary>
    /// <param name="type">The problem's type.</param>
    /// <param name="title">In a few words.</param>
    /// <param name="kind">The kind, for programs.</param>
    /// <param name="message">What it is, and what to do.</param>
    public static ApiProblem Conflict(string type, string title, string kind, string message) =>
        new(StatusCodes.Status409Conflict, type, title, message) { Kind = kind };

    /// <summary>The problem of a status that nobody explained further.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="request">The request it answers.</param>
    public static ApiProblem Of(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status404NotFound =>
            new(status, "not-found", "There is nothing here", $"There is nothing at {request.Path}; the operator API is under /api/v1."),
        StatusCodes.Status405MethodNotAllowed =>
            new(status, "method-not-allowed", "The method does not fit",
                $"{request.Path} does not take {request.Method}; the Allow header says what it takes."),
        StatusCodes.Status413PayloadTooLarge =>
            new(status, "too-large", "The request is too large", $"A request's body may have at most {AdminLimits.LargestBody} bytes."),
        StatusCodes.Status415UnsupportedMediaType =>
            new(status, "unsupported-media-type", "The body's type does not fit", "The body must be JSON in UTF-8, sent with Content-Type: application/json."),
        StatusCodes.Status500InternalServerError => new(status, "internal", "The gate made a mistake", "The gate made a mistake; its log says more."),
        _ => new(status, "bad-request", "The request cannot be understood", "The request is not valid HTTP as this gate takes it."),
    };

    /// <summary>Writes it as the answer, which must not have begun.</summary>
    /// <param name="context">The request.</param>
    public async Task WriteAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "/problems/" + Type);
            json.WriteString("title", Title);
            json.WriteNumber("status", Status);
            json.WriteString("detail", Message);
            json.WriteString("instance", context.Request.Path.Value);
            if (Kind is not null) json.WriteString("kind", Kind);
            if (Errors is not null)
            {
                // A refused reload is a problem and a ReloadJson at once.
                json.WriteBoolean("applied", false);
                json.WriteString("sentence", Message);
                json.WriteStartArray("errors");
                foreach (var error in Errors) json.WriteStringValue(error);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        context.Response.StatusCode = Status;
        if (RetryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = buffer.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await context.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
    }
}

/// <summary>The limits of the admin port.</summary>
internal static class AdminLimits
{
    /// <summary>The largest request body in bytes.</summary>
    public const int LargestBody = 64 * 1024;

    /// <summary>The most connections at a time: a few people, a few scrapers, a page or two.</summary>
    public const int MostConnections = 1000;

    /// <summary>The longest reason of a command.</summary>
    public const int LongestReason = 500;

    /// <summary>The most events of one answer.</summary>
    public const int MostEvents = 1000;

    /// <summary>The most running requests and connections of one answer.</summary>
    public const int MostListed = 10_000;

    /// <summary>The longest command of a roll, in characters.</summary>
    public const int LongestRollCommand = 4000;

    /// <summary>The most good probes that a roll may wait for: no more reports are told.</summary>
    public const int MostRollRise = 20;

    /// <summary>How long a roll's lease lasts without being renewed.</summary>
    public static readonly TimeSpan RollLease = TimeSpan.FromSeconds(15);

    /// <summary>How often its command line renews it.</summary>
    public static readonly TimeSpan RollRenewal = TimeSpan.FromSeconds(5);

    /// <summary>The longest deadline or freeze.</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromHours(24);

    /// <summary>How long a person's command may wait for its answer.</summary>
    public static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);
}
