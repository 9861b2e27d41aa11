using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PodGate.Metrics;

namespace PodGate.Operator;

/// <summary><c>GET /metrics</c>: the classic format or OpenMetrics, compressed for those who take that, as Prometheus does. Nothing on it is secret.</summary>
/// <param name="page">The page.</param>
internal sealed class MetricsEndpoint(MetricsPage page)
{
    private const string Gzip = "gzip";

    /// <summary>Answers with the page.</summary>
    /// <param name="context">The request.</param>
    public async Task GetAsync(HttpContext context)
    {
        using var writer = new ExpositionWriter(RequestReading.PrefersOpenMetrics(context.Request));
        page.Write(writer);
        writer.End();
        context.Response.Headers.Vary = "Accept, Accept-Encoding";
        if (!TakesGzip(context.Request))
        {
            await OperatorApi.WriteAsync(context, writer.ContentType, writer.Written);
            return;
        }

        context.Response.Headers.ContentEncoding = Gzip;
        using var compressed = Compressed(writer.Written);
        await OperatorApi.WriteAsync(context, writer.ContentType, compressed.GetBuffer().AsMemory(0, (int)compressed.Length));
    }

    /// <summary>The page as it goes over the network: most of it is said again and again, so that the fastest way of compressing is good enough.</summary>
    /// <param name="page">The page.</param>
    internal static MemoryStream Compressed(ReadOnlyMemory<byte> page)
    {
        var compressed = new MemoryStream((page.Length / 8) + 256);
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(page.Span);
        return compressed;
    }

    private static bool TakesGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings)
        && codings.Any(coding => coding.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase) && coding.Quality is not 0);
}
