using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Audit;

/// <summary>The trail, for who looks at it, and its head, for who keeps that elsewhere.</summary>
internal sealed class AuditEndpoints(OperatorSources sources)
{
    private const int UsualMost = 100;

    /// <summary>GET /api/v1/audit.</summary>
    /// <param name="context">The request.</param>
    public Task ListAsync(HttpContext context)
    {
        var before = RequestReading.Number(context, "before", fallback: long.MaxValue, least: 1, most: long.MaxValue);
        var most = RequestReading.Number(context, "most", fallback: UsualMost, least: 1, most: AuditLimits.MostEntries);
        var filter = AuditFilter.Of(context);
        return OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, Read(sources, before, (int)most, filter), ApiJson.Default.AuditPageJson);
    }

    /// <summary>A part of the trail, the newest entry first.</summary>
    /// <param name="sources">Where it is.</param>
    /// <param name="before">Only entries with a smaller number.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="filter">Which.</param>
    /// <exception cref="ApiProblem">The disk does not give it.</exception>
    public static AuditPageJson Read(OperatorSources sources, long before, int most, AuditFilter filter)
    {
        try
        {
            return AuditSearch.Read(sources.Audit.Files, before, most, filter);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(exception.Message);
        }
    }

    /// <summary>GET /api/v1/audit/head.</summary>
    /// <param name="context">The request.</param>
    public Task HeadAsync(HttpContext context) => sources.Audit.Head is { } head
        ? OperatorApi.AnswerAsync(context, StatusCodes.Status200OK, head, ApiJson.Default.AuditHead)
        : throw Unreadable("where it ends is not known yet");

    private static ApiProblem Unreadable(string why) => new(
        StatusCodes.Status503ServiceUnavailable, "audit-unreadable", "The audit trail cannot be read", $"The audit trail cannot be read: {why}. Look at the state directory's disk.");
}
