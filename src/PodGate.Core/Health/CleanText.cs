using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PodGate.Core.Health;

/// <summary>
/// Makes text from a pod fit to be shown. Health documents are untrusted: they could steer a terminal, forge lines of a log, turn
/// the direction of writing, and they carry exceptions with connection strings.
/// </summary>
public static partial class CleanText
{
    /// <summary>The text on one line, without control, format and unpaired surrogate characters, without what looks like a secret, cut to a length.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="most">The most characters of the result; at least 1.</param>
    public static string Of(string? text, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (string.IsNullOrEmpty(text)) return "";
        // Cut before the work, so that the work is bounded; cut again afterwards, since a mask may be longer than what it hides.
        var window = text.AsSpan(0, Math.Min(text.Length, (2 * most) + 64));
        var plain = Secrets().Replace(OneLine(window), "$1$2***");
        plain = UserInfo().Replace(plain, "://***@");
        return Cut(plain.Trim(), most, text.Length > window.Length);
    }

    private static string OneLine(ReadOnlySpan<char> text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (Rune.IsWhiteSpace(rune)) line.Append(' ');
            else if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                line.Append('\uFFFD');
            else line.Append(rune.ToString());
        }

        return line.ToString();
    }

    private static string Cut(string text, int most, bool more)
    {
        if (text.Length <= most && !more) return text;
        var length = Math.Min(text.Length, most - 1);
        // Half a surrogate pair would be an invalid character of its own.
        if (length > 0 && char.IsHighSurrogate(text[length - 1])) length--;
        return string.Concat(text.AsSpan(0, length), "…");
    }

    [GeneratedRegex("""\b((?:[a-z_-]{0,20})(?:password|passwd|pwd|secret|token|api[-_ ]?key|account[-_ ]?key|access[-_ ]?key)["']?)(\s{0,4}[=:]\s{0,4})("[^"]*"?|'[^']*'?|[^;,\s"'&]+)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"://[^/\s@]{1,200}@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}
