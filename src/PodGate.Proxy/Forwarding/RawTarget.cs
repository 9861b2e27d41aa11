using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PodGate.Proxy.Forwarding;

/// <summary>
/// The target of a request as it came. It goes on byte for byte, escapes and all, since what %2F means is the pod's to say. Only dot
/// segments are resolved here: a base path must not be left by them, whoever would resolve them later.
/// </summary>
internal static class RawTarget
{
    /// <summary>
    /// The target without dot segments: the same string when it has none. False when it is not in origin form and visible ASCII; then it
    /// has to be put together again from what Kestrel understood.
    /// </summary>
    public static bool TryClean(string raw, [NotNullWhen(true)] out string? clean)
    {
        clean = raw;
        if (raw.Length == 0 || raw[0] != '/' || raw.AsSpan().ContainsAnyExceptInRange('!', '~') || raw.AsSpan().ContainsAny('#', '\\')) return false;
        var query = raw.IndexOf('?');
        var path = query < 0 ? raw.AsSpan() : raw.AsSpan(0, query);
        if (HasDotSegment(path)) clean = Resolve(path) + raw[path.Length..];
        return true;
    }

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        if (path.IndexOf("/.") < 0 && path.IndexOf("/%2e", StringComparison.OrdinalIgnoreCase) < 0) return false;
        foreach (var range in path.Split('/'))
        {
            if (Dots(path[range]) > 0) return true;
        }

        return false;
    }

    private static string Resolve(ReadOnlySpan<char> path)
    {
        var kept = new StringBuilder(path.Length);
        var last = 0;
        foreach (var range in path[1..].Split('/'))
        {
            var segment = path[1..][range];
            last = Dots(segment);
            if (last == 0)
            {
                kept.Append('/').Append(segment);
            }
            else if (last == 2 && kept.Length > 0)
            {
                kept.Length = LastSlash(kept);
            }
        }

        // "/a/." and "/a/b/.." name the directory.
        if (last > 0) kept.Append('/');
        return kept.ToString();
    }

    private static int LastSlash(StringBuilder text)
    {
        var at = text.Length - 1;
        while (text[at] != '/') at--;
        return at;
    }

    /// <summary>1 or 2 when the segment is one or two dots, escaped or not; else 0.</summary>
    private static int Dots(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (!segment.IsEmpty)
        {
            var length = segment[0] == '.' ? 1 : segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (length == 0 || ++dots > 2) return 0;
            segment = segment[length..];
        }

        return dots;
    }
}
