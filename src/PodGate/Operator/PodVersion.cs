using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PodGate.Operator;

/// <summary>
/// A pod's version as an entity tag (RFC 9110, section 8.8.3): <c>GET /api/v1/pods/{name}</c> gives it, and a command with <c>If-Match</c> is carried out only
/// while it is still the same, so that two people cannot overwrite each other. The body's <c>version</c> says the same in another place.
/// </summary>
internal static class PodVersion
{
    /// <summary>The tag of a version.</summary>
    /// <param name="version">It.</param>
    public static string TagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The version that a command is for; null: whichever it is at.</summary>
    /// <param name="context">The request.</param>
    /// <param name="inBody">What the body says.</param>
    public static long? Wanted(HttpContext context, long? inBody)
    {
        if (inBody < 0) throw ApiProblem.BadRequest("version is negative; it must be the version that GET /api/v1/pods showed.");
        if (context.Request.Headers.IfMatch is not { Count: > 0 } tags || tags.ToString() == "*") return inBody;
        var text = tags.ToString();
        var isTag = text.Length > 2 && text[0] == '"' && text[^1] == '"';
        if (!isTag || !long.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw ApiProblem.BadRequest($"If-Match is {RequestReading.Shown(text)}; it must be the ETag that GET /api/v1/pods/{{name}} gave, such as \"17\", or *.");
        if (inBody is { } other && other != version)
            throw ApiProblem.BadRequest($"If-Match is for version {version}, and the body for version {other}; say one, or the same twice.");
        return version;
    }
}
