using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>Asks for a health document over HTTP: one GET.</summary>
internal static class HttpQuestion
{
    /// <summary>Asks once.</summary>
    /// <param name="health">What is asked, and how.</param>
    /// <param name="endpoints">Where it is; not empty.</param>
    /// <param name="deadline">The probe's.</param>
    /// <param name="time">The clock.</param>
    internal static async Task<ProbeFinding> AskAsync(
        HealthSettings health, ImmutableArray<IPEndPoint> endpoints, ProbeDeadline deadline, TimeProvider time)
    {
        using var request = HttpExchange.NewRequest("GET", health.Url, "application/json, text/plain;q=0.9, */*;q=0.1", health.Headers);
        var (answer, failure) = await HttpExchange.SendAsync(request, endpoints, HealthDocument.BodyLimit, deadline, time).ConfigureAwait(false);
        return answer is null ? failure! : Read(answer, health);
    }

    private static ProbeFinding Read(HttpAnswer answer, HealthSettings health)
    {
        if (answer.Encoding is { } encoding && answer.Body.Length > 0 && answer.Status is >= 200 and <= 299)
        {
            var where = $"{health.Url.IdnHost}:{health.Url.Port}";
            return new ProbeFinding(ProbeResult.Unreadable, $"{where} compressed its answer ({encoding}) although it was not asked to");
        }

        var identity = health.Identity?.Header is { } header ? answer.Header(header) : null;
        var reading = HealthDocument.Read(answer.Status, answer.Header("Content-Type"), answer.Body, answer.Truncated, health, identity);
        return new ProbeFinding(reading.Result, reading.Sentence, HealthDocument.Excerpt(answer.Body, ProbeFinding.ExcerptLimit))
        {
            Document = reading,
            CacheAge = HttpExchange.AgeOf(answer),
            ClockSkew = HttpExchange.SkewOf(answer),
        };
    }
}
