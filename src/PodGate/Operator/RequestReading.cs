using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace PodGate.Operator;

/// <summary>Reads what a request carries, strictly; what does not fit becomes an <see cref="ApiProblem"/> that says what would.</summary>
internal static class RequestReading
{
    /// <summary>Reads a JSON body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">How the body becomes an object.</param>
    /// <param name="members">What the body may have, in words for people.</param>
    public static async Task<T> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> type, string members)
        where T : class
    {
        if (!IsJson(context.Request.ContentType)) throw ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, context.Request);
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw ApiProblem.BadRequest($"The body is null; it must be a JSON object with {members}.");
        }
        catch (JsonException exception)
        {
            var where = string.IsNullOrEmpty(exception.Path) || exception.Path == "$" ? "" : $" (at {Shown(exception.Path)})";
            throw ApiProblem.BadRequest($"The body is not the JSON object that this takes{where}; it must have {members}, and nothing else.");
        }
    }

    /// <summary>Checks the reason of a command.</summary>
    /// <param name="reason">What the body says.</param>
    /// <param name="name">What it is called there.</param>
    public static string Reason(string? reason, string name = "reason")
    {
        if (string.IsNullOrWhiteSpace(reason)) throw ApiProblem.BadRequest(name == "reason"
            ? "The reason is missing; say in a few words why, for whoever reads it later."
            : $"The {name} is missing; say in a few words what the others are to know.");
        if (reason.Length > AdminLimits.LongestReason)
            throw ApiProblem.BadRequest($"The {name} has {reason.Length} characters; it may have at most {AdminLimits.LongestReason}.");
        if (reason.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029'))
            throw ApiProblem.BadRequest($"The {name} has control characters (such as a line break); it must be one line of text.");
        return reason.Trim();
    }

    /// <summary>Checks a duration.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="value">What the body says.</param>
    public static TimeSpan Duration(string name, TimeSpan value)
    {
        if (value < TimeSpan.Zero || value > AdminLimits.LongestDuration)
            throw ApiProblem.BadRequest($"{name} is {value:c}; it must be between 00:00:00 and 1.00:00:00 (24 hours).");
        return value;
    }

    /// <summary>Checks a moment.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="text">What the body says.</param>
    public static WrittenMoment Moment(string name, string? text) =>
        MomentText.Read(name, text, out var moment) is { } wrong ? throw ApiProblem.BadRequest(wrong + ".") : moment;

    /// <summary>Reads a whole number of the query, or its default.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="fallback">What it is when it is missing.</param>
    /// <param name="least">The least it may be.</param>
    /// <param name="most">The most it may be.</param>
    public static long Number(HttpContext context, string name, long fallback, long least, long most)
    {
        var values = context.Request.Query[name];
        if (values.Count == 0) return fallback;
        var isNumber = long.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (values.Count == 1 && isNumber && number >= least && number <= most) return number;
        throw ApiProblem.BadRequest($"{name} must be one whole number from {least} to {most}.");
    }

    /// <summary>Reads a duration of the query; missing is null.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The parameter's name.</param>
    public static TimeSpan? OptionalDuration(HttpContext context, string name)
    {
        var values = context.Request.Query[name];
        if (values.Count == 0) return null;
        if (values.Count == 1 && TimeSpan.TryParseExact(values[0], "c", CultureInfo.InvariantCulture, out var duration)) return Duration(name, duration);
        throw ApiProblem.BadRequest($"{name} must be one duration such as 00:15:00.");
    }

    /// <summary>Whether a scraper would rather have OpenMetrics 1.0 than the classic format, which is what one gets that says nothing.</summary>
    /// <param name="request">The request.</param>
    public static bool PrefersOpenMetrics(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return false;
        double open = 0, classic = 0;
        foreach (var type in accepted)
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType == "application/openmetrics-text" && type.Parameters.All(one => one.Name != "version" || one.Value == "1.0.0"))
                open = Math.Max(open, quality);
            else if (type.MediaType == "text/plain" || type.MatchesAllTypes) classic = Math.Max(classic, quality);
        }

        return open > 0 && open >= classic;
    }

    /// <summary>Reads a yes or no of the query; missing is no.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The parameter's name.</param>
    public static bool Flag(HttpContext context, string name) => context.Request.Query[name] switch
    {
        { Count: 0 } => false,
        { Count: 1 } values when values[0] is "true" => true,
        { Count: 1 } values when values[0] is "false" => false,
        _ => throw ApiProblem.BadRequest($"{name} must be true or false."),
    };

    /// <summary>Text of the request, made fit to be shown: short, and without control characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">How much of it is shown.</param>
    public static string Shown(string text, int longest = 100)
    {
        var clean = new string([.. text.Take(longest).Select(character => char.IsControl(character) ? '?' : character)]);
        return text.Length > longest ? clean + "..." : clean;
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
