using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace PodGate.Operator.Page;

/// <summary>The page's files, which are part of the executable.</summary>
internal sealed class PageAssets
{
    private const string Prefix = "PodGate.Page.";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, (byte[] Content, string Type, string Tag)> _files = Read().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>GET /page/{file}.</summary>
    /// <param name="context">The request.</param>
    public Task GetAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["file"]!;
        if (!_files.TryGetValue(name, out var file)) throw ApiProblem.Of(StatusCodes.Status404NotFound, context.Request);
        var headers = context.Response.Headers;
        headers.ETag = file.Tag;

        // Asked for anew each time, and seldom sent: an upgrade of the gate is an upgrade of its page.
        headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == file.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        return OperatorApi.WriteAsync(context, file.Type, file.Content);
    }

    private static IEnumerable<KeyValuePair<string, (byte[] Content, string Type, string Tag)>> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var file = name[Prefix.Length..];
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"").ToString();
            yield return KeyValuePair.Create(file, (content, Types[Path.GetExtension(file)], tag));
        }
    }
}
