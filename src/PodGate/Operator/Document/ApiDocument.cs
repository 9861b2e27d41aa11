using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Document;

/// <summary>
/// The API's description, OpenAPI 3.1, at <c>/openapi/v1.json</c>. It is <c>docs/openapi.json</c>, which is part of the executable: a test makes it anew
/// from the routes and the types, by the platform's own generator, and compares. So a change is seen by whoever reviews it, and a gate that nobody asks
/// carries no generator.
/// </summary>
internal static class ApiDocument
{
    private const string Resource = "PodGate.openapi.json";

    private static readonly Lazy<byte[]> Content = new(Read);

    /// <summary>GET /openapi/v1.json.</summary>
    /// <param name="context">The request.</param>
    public static Task GetAsync(HttpContext context) => OperatorApi.WriteAsync(context, "application/json; charset=utf-8", Content.Value);

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
