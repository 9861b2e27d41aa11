using System.Collections.Immutable;
using System.Text;
using PodGate.Core.Health.Formats;

namespace PodGate.Core.Health;

/// <summary>
/// Reads the answer of a pod's health address over HTTP. Pure, bounded, and never throws, whatever the bytes.
/// <para>
/// The formats are those of <see cref="HealthFormat"/>, recognised by content type and shape unless the settings say which it is. The worse of
/// status code and document wins, so a 503 with "Healthy" is not healthy, and neither is a 200 with "Unhealthy".
/// </para>
/// <list type="table">
/// <item><term>2xx</term><description>well</description></item>
/// <item><term>429</term><description>degraded</description></item>
/// <item><term>503</term><description>overloaded without a document that says why, unhealthy with one; the pod's own wish with one that asks for
/// it</description></item>
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

    /// <summary>The most bytes of memory that reading one answer takes, whatever it is; a test measures it.</summary>
    public const int MemoryLimit = 2 * 1024 * 1024;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads an answer.</summary>
    /// <param name="statusCode">The HTTP status code.</param>
    /// <param name="contentType">The Content-Type header, or null when there was none.</param>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="truncated">There was more of the body than <paramref name="body"/>.</param>
    /// <param name="settings">What the format is, and which fields are to be found; null: everything is recognised, and only the common fields are
    /// known.</param>
    /// <param name="identityHeader">The value of the header that <see cref="IdentitySettings.Header"/> names; null when it was not there.</param>
    public static HealthReading Read(
        int statusCode, string? contentType, ReadOnlySpan<byte> body, bool truncated, HealthSettings? settings = null, string? identityHeader = null)
    {
        var reading = Read(statusCode, Find(statusCode, contentType, body, truncated, settings));
        var owner = CleanText.Of(identityHeader, HealthFields.NameLimit);
        return owner.Length == 0 ? reading : reading with { HeaderIdentity = owner };
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

    private static HealthReading Read(int statusCode, HealthFinding? finding)
    {
        var byStatus = OfStatus(statusCode);
        if (finding is null) return Reading(byStatus, $"health answered {statusCode}{Explain(statusCode)}", HealthFinding.Of(byStatus));
        if (finding.Word == ProbeResult.Unreadable)
            return Reading(HealthWords.Worse(byStatus, ProbeResult.Unreadable), $"health answered {statusCode} with {finding.Trouble}", finding);

        // With a document that could be read, a 503 is no longer explained by overload: the pod had the time to write what is wrong. Or what it
        // wishes: Actuator sends OUT_OF_SERVICE with 503.
        if (statusCode == 503) byStatus = finding.Word == ProbeResult.Leaving ? ProbeResult.Leaving : ProbeResult.Unhealthy;
        var result = HealthWords.Worse(byStatus, finding.Word);
        var ending = result != finding.Word ? $"although its document says {finding.Word}"
            : result == ProbeResult.Leaving ? "and asks to be drained"
            : $"{result}";
        return Reading(result, $"health answered {statusCode} {ending}", finding);
    }

    private static HealthReading Reading(ProbeResult result, string headline, HealthFinding finding) =>
        new(result, CleanText.Of(headline + HealthWording.Unwell(finding.Components), SentenceLimit), finding.Components)
        {
            Headline = headline,
            Unlisted = finding.Unlisted,
            ObservedAt = finding.Fields.ObservedAt,
            SaysWhenItLooked = finding.Fields.SaysWhenItLooked,
            Sequence = finding.Fields.Sequence,
            Uptime = finding.Fields.Uptime,
            Identity = finding.Fields.Identity,
            Version = finding.Fields.Version,
            FreshnessMark = finding.Fields.FreshnessMark,
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

    /// <summary>What the body says; null when the status code alone decides.</summary>
    private static HealthFinding? Find(int statusCode, string? contentType, ReadOnlySpan<byte> body, bool truncated, HealthSettings? settings)
    {
        var format = settings?.Format ?? HealthFormat.Auto;
        if (format == HealthFormat.Status) return null;
        if (truncated || body.Length > BodyLimit) return HealthFinding.Unreadable($"a body of more than {BodyLimit / 1024} KiB");
        if (body.StartsWith(ByteOrderMark)) body = body[ByteOrderMark.Length..];
        body = body.Trim(" \t\r\n\0"u8);
        var mediaType = MediaType(contentType);
        // An error described as a problem (RFC 9457) is no health document: its "status" is a number, and the status code says it already.
        if (mediaType.Equals("application/problem+json", StringComparison.OrdinalIgnoreCase) && statusCode >= 400) return null;
        return format == HealthFormat.Auto
            ? Recognise(statusCode, mediaType, body, settings)
            : Expect(format, statusCode, mediaType, body, settings);
    }

    private static HealthFinding? Recognise(int statusCode, ReadOnlySpan<char> mediaType, ReadOnlySpan<byte> body, HealthSettings? settings)
    {
        if (IsJson(mediaType))
        {
            if (body.IsEmpty) return statusCode == 204 ? null : HealthFinding.Unreadable("an empty body where JSON was announced");
            return JsonAnswer.Read(body, mediaType, HealthFormat.Auto, settings) ?? HealthFinding.Unreadable("JSON that has no status");
        }

        if (body.IsEmpty) return null;
        if (TextFormat.Read(body) is { } word) return word;
        // Reports written by hand often do not say that they are JSON.
        return body[0] == (byte)'{' && JsonAnswer.Read(body, mediaType, HealthFormat.Auto, settings) is { Trouble: not JsonAnswer.DoesNotParse } unannounced
            ? unannounced
            : null;
    }

    /// <summary>Of a format that is known nothing else will do, whatever the answer says it is; but an error may come without a document.</summary>
    private static HealthFinding? Expect(HealthFormat format, int statusCode, ReadOnlySpan<char> mediaType, ReadOnlySpan<byte> body, HealthSettings? settings)
    {
        if (body.IsEmpty) return statusCode >= 400 ? null : HealthFinding.Unreadable("an empty body where a health document was expected");
        if (format == HealthFormat.AspNet && TextFormat.Read(body) is { } word) return word;
        return JsonAnswer.Read(body, mediaType, format, settings) ?? HealthFinding.Unreadable("JSON that has no status");
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
}
