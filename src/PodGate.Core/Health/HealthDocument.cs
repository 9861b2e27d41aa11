using System.Collections.Immutable;
using System.Text;

namespace PodGate.Core.Health;

/// <summary>
/// Reads the answer of a pod's health address. Pure, bounded, and never throws, whatever the bytes.
/// <para>
/// Formats: a plain status code; ASP.NET Core's text (<c>Healthy</c>, <c>Degraded</c>, <c>Unhealthy</c>); its JSON report.
/// The worse of status code and document wins, so a 503 with "Healthy" is not healthy, and neither is a 200 with "Unhealthy".
/// </para>
/// <list type="table">
/// <item><term>2xx</term><description>well</description></item>
/// <item><term>429</term><description>degraded</description></item>
/// <item><term>503</term><description>overloaded without a document that says why, unhealthy with one</description></item>
/// <item><term>other 4xx, 5xx</term><description>unhealthy</description></item>
/// <item><term>anything else</term><description>unreadable</description></item>
/// </list>
/// A document that was announced and cannot be understood is unreadable: it counts to fall, never to rise. Text that announces
/// nothing and says nothing known leaves the status code to decide.
/// </summary>
public static class HealthDocument
{
    /// <summary>The most bytes of a body that are read; a longer one is unreadable.</summary>
    public const int BodyLimit = 64 * 1024;

    /// <summary>The deepest nesting of a JSON document.</summary>
    public const int DepthLimit = 32;

    /// <summary>The most components that are listed.</summary>
    public const int ComponentLimit = 100;

    /// <summary>The most characters of a sentence.</summary>
    public const int SentenceLimit = 300;

    private const int LongestWord = 32;
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads an answer.</summary>
    /// <param name="statusCode">The HTTP status code.</param>
    /// <param name="contentType">The Content-Type header, or null when there was none.</param>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="truncated">There was more of the body than <paramref name="body"/>.</param>
    public static HealthReading Read(int statusCode, string? contentType, ReadOnlySpan<byte> body, bool truncated)
    {
        var byStatus = OfStatus(statusCode);
        var finding = Find(statusCode, contentType, body, truncated);
        if (finding is null) return Reading(byStatus, $"health answered {statusCode}{Explain(statusCode)}", []);
        if (finding.Word == ProbeResult.Unreadable)
            return Reading(Worse(byStatus, ProbeResult.Unreadable), $"health answered {statusCode} with {finding.Trouble}", finding.Components);

        // With a document that could be read, a 503 is no longer explained by overload: the pod had the time to write what is wrong.
        if (statusCode == 503) byStatus = ProbeResult.Unhealthy;
        var result = Worse(byStatus, finding.Word);
        var contradicts = result != finding.Word;
        var sentence = contradicts
            ? $"health answered {statusCode} although its document says {finding.Word}"
            : $"health answered {statusCode} {finding.Word}";
        return Reading(result, sentence + InBrackets(finding.Components), finding.Components);
    }

    /// <summary>The text of a body for people: one line, cleaned, cut; null when it is empty.</summary>
    /// <param name="body">The body.</param>
    /// <param name="most">The most characters.</param>
    public static string? Excerpt(ReadOnlySpan<byte> body, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        // A character is at most four bytes of UTF-8; a little more than fits is decoded, so that the cut is seen.
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, (8 * most) + 256)]);
        var clean = CleanText.Of(text, most);
        return clean.Length == 0 ? null : clean;
    }

    /// <summary>The word of a status, or Unreadable for one that is none of ASP.NET Core's.</summary>
    /// <param name="word">Such as "healthy".</param>
    internal static ProbeResult OfWord(ReadOnlySpan<char> word) => word.Trim() switch
    {
        var w when w.Equals("Healthy", StringComparison.OrdinalIgnoreCase) => ProbeResult.Healthy,
        var w when w.Equals("Degraded", StringComparison.OrdinalIgnoreCase) => ProbeResult.Degraded,
        var w when w.Equals("Unhealthy", StringComparison.OrdinalIgnoreCase) => ProbeResult.Unhealthy,
        _ => ProbeResult.Unreadable,
    };

    /// <summary>
    /// The worse of two readings. 503 stays "overload would explain it" even when its body is garbage, so Overloaded is worse than
    /// Unreadable.
    /// </summary>
    /// <param name="one">One.</param>
    /// <param name="other">The other.</param>
    internal static ProbeResult Worse(ProbeResult one, ProbeResult other) => Rank(one) >= Rank(other) ? one : other;

    private static int Rank(ProbeResult result) => result switch
    {
        ProbeResult.Healthy => 0,
        ProbeResult.Degraded => 1,
        ProbeResult.Unreadable => 2,
        ProbeResult.Overloaded => 3,
        _ => 4,
    };

    private static ProbeResult OfStatus(int statusCode) => statusCode switch
    {
        >= 200 and <= 299 => ProbeResult.Healthy,
        429 => ProbeResult.Degraded,
        503 => ProbeResult.Overloaded,
        >= 400 and <= 599 => ProbeResult.Unhealthy,
        _ => ProbeResult.Unreadable,
    };

    private static string Explain(int statusCode) => statusCode switch
    {
        >= 300 and <= 399 => ", a redirect, which is not followed: configure the address that answers itself",
        429 => ": too many requests",
        503 => " without a document that says why",
        < 200 or > 599 => ", which is no final status code of HTTP",
        _ => "",
    };

    private static HealthFinding? Find(int statusCode, string? contentType, ReadOnlySpan<byte> body, bool truncated)
    {
        if (truncated || body.Length > BodyLimit) return HealthFinding.Unreadable($"a body of more than {BodyLimit / 1024} KiB");
        if (body.StartsWith(ByteOrderMark)) body = body[ByteOrderMark.Length..];
        body = body.Trim(" \t\r\n\0"u8);
        var mediaType = MediaType(contentType);
        // An error described as a problem (RFC 9457) is no health document: its "status" is a number, and the status code says it already.
        if (mediaType.Equals("application/problem+json", StringComparison.OrdinalIgnoreCase) && statusCode >= 400) return null;
        if (IsJson(mediaType))
        {
            if (body.IsEmpty) return statusCode == 204 ? null : HealthFinding.Unreadable("an empty body where JSON was announced");
            return HealthJson.Read(body) ?? HealthFinding.Unreadable("JSON that has no status");
        }

        if (body.IsEmpty) return null;
        if (body.Length <= LongestWord)
        {
            var word = OfWord(Encoding.UTF8.GetString(body));
            if (word != ProbeResult.Unreadable) return HealthFinding.Of(word, []);
        }

        // Reports written by hand often do not say that they are JSON.
        return body[0] == (byte)'{' && HealthJson.Read(body) is { Trouble: not HealthJson.DoesNotParse } unannounced ? unannounced : null;
    }

    private static ReadOnlySpan<char> MediaType(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        return (end < 0 ? type : type[..end]).Trim();
    }

    private static bool IsJson(ReadOnlySpan<char> mediaType) =>
        mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        || mediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase);

    private static HealthReading Reading(ProbeResult result, string sentence, ImmutableArray<HealthComponent> components) =>
        new(result, CleanText.Of(sentence, SentenceLimit), components);

    /// <summary>
    /// " (database: Unhealthy; alarms: Degraded; and 3 more)": the components that are not well, the worst first, as many as fit. What the pod says about
    /// them stays out: sentences go to viewers and alerts, and health documents carry exceptions and connection strings.
    /// </summary>
    private static string InBrackets(ImmutableArray<HealthComponent> components)
    {
        var unwell = components.Where(component => component.Result != ProbeResult.Healthy)
            .OrderByDescending(component => Rank(component.Result)).ToList();
        if (unwell.Count == 0) return "";
        var text = new StringBuilder(" (");
        var shown = 0;
        foreach (var component in unwell)
        {
            var one = $"{NameOf(component)}: {component.Result}";
            // 80 characters are kept for the beginning of the sentence and "and N more".
            if (shown > 0 && text.Length + one.Length > SentenceLimit - 80) break;
            if (shown > 0) text.Append("; ");
            text.Append(one);
            shown++;
        }

        if (shown < unwell.Count) text.Append("; and ").Append(unwell.Count - shown).Append(" more");
        return text.Append(')').ToString();
    }

    /// <summary>Its name if that is a plain one, so that nothing else gets into sentences in its place.</summary>
    private static string NameOf(HealthComponent component) =>
        component.Name.Length is > 0 and <= 40 && component.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ' ')
            ? component.Name
            : "a component";
}
