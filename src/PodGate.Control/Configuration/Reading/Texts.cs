using System.Buffers;
using System.Collections.Frozen;

namespace PodGate.Control.Configuration.Reading;

/// <summary>Texts with rules of their own.</summary>
internal static class Texts
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Headers that mean something to HTTP: naming the pod in one of them would break answers.</summary>
    private static readonly FrozenSet<string> Taken = new[]
    {
        "Age", "Allow", "Alt-Svc", "Cache-Control", "Connection", "Content-Encoding", "Content-Language", "Content-Length", "Content-Location",
        "Content-Range", "Content-Security-Policy", "Content-Type", "Date", "ETag", "Expires", "Host", "Keep-Alive", "Last-Modified", "Link",
        "Location", "Proxy-Authenticate", "Proxy-Connection", "Retry-After", "Server", "Set-Cookie", "Strict-Transport-Security", "TE",
        "Trailer", "Transfer-Encoding", "Upgrade", "Vary", "Via", "WWW-Authenticate",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The name of a response header, or an empty text for none.</summary>
    public static TextKind HeaderName { get; } = new("a header's name", "write a name such as \"X-Pod\"", WrongHeader) { OrNull = true };

    /// <summary>A host name as it stands in a Host header, without a port.</summary>
    public static TextKind HostName { get; } = new(
        "a host name",
        "write a name without scheme and port, such as \"gate.example.com\"",
        WrongHost);

    private static string? WrongHeader(string text)
    {
        if (text.Length > 64 || text.AsSpan().ContainsAnyExcept(TokenCharacters))
            return "";
        return Taken.Contains(text) ? "is a header with a meaning of its own" : null;
    }

    private static string? WrongHost(string text) =>
        text.Length <= 253 && Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 ? null : "";
}
