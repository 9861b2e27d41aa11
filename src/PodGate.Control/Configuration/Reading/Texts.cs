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

    /// <summary>The name of a header that somebody else sends.</summary>
    public static TextKind AnyHeaderName { get; } = new(
        "a header's name",
        "write a name such as \"X-Pod\", or null",
        text => IsHeaderName(text) ? null : "");

    /// <summary>A way into a document: names (and, in a list, numbers), joined by dots.</summary>
    public static TextKind FieldPath { get; } = new(
        "a path of names",
        "write a name, or names joined by dots, such as \"status.time\"",
        text => text.Length is > 0 and <= 200 && !text.Any(char.IsControl) && !text.Split('.').Contains("") ? null : "");

    /// <summary>Whether HTTP takes it for the name of a header.</summary>
    public static bool IsHeaderName(string text) => text.Length is > 0 and <= 64 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>Whether a pod or a check may be called so.</summary>
    public static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 63 && name[0] != '-' && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    /// <summary>A text of limited length.</summary>
    /// <param name="name">What it is, with its article.</param>
    /// <param name="example">What would be right, beginning with a verb.</param>
    /// <param name="longest">How many characters it may have.</param>
    /// <param name="mayBeEmpty">Whether it may have none.</param>
    /// <param name="mayHaveLines">Whether it may have line ends and other control characters.</param>
    /// <param name="hidden">Whether it may be a secret.</param>
    public static TextKind UpTo(
        string name, string example, int longest, bool mayBeEmpty = false, bool mayHaveLines = false, bool hidden = false) => new(
        name,
        example,
        text => text.Length > longest ? $"is longer than {longest} characters"
            : text.Length == 0 && !mayBeEmpty ? "is empty"
            : !mayHaveLines && text.Any(char.IsControl) ? "has a control character in it"
            : null)
    {
        Hidden = hidden,
    };

    private static string? WrongHeader(string text)
    {
        if (text.Length > 64 || text.AsSpan().ContainsAnyExcept(TokenCharacters))
            return "";
        return Taken.Contains(text) ? "is a header with a meaning of its own" : null;
    }

    private static string? WrongHost(string text) =>
        text.Length <= 253 && Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 ? null : "";
}
