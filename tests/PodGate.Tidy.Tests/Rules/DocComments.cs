using System.Text.RegularExpressions;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>A doc comment that is there because the compiler wants one is worse than none: it looks as if somebody had said something.</summary>
internal static partial class DocComments
{
    public static IEnumerable<Finding> Check(SourceFile file)
    {
        foreach (Match match in Element().Matches(file.Comments))
        {
            var words = Plain(match.Groups["text"].Value);
            var what = match.Groups["what"].Value;
            if (words.Length == 0 || Placeholder().IsMatch(words))
            {
                yield return file.Finding(match.Index, $"empty <{what}>: say what one cannot see, or make the member private.");
            }
            else if (what == "summary" && Letters(words) == Letters(DeclaredAfter(file, match.Index + match.Length)))
            {
                yield return file.Finding(match.Index, "this <summary> only repeats the name: say what one cannot see.");
            }
        }
    }

    /// <summary>A reference such as see cref counts as a word.</summary>
    private static string Plain(string text) => Tag().Replace(text, "$1").Replace("///", " ", StringComparison.Ordinal).Trim();

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    private static string DeclaredAfter(SourceFile file, int at)
    {
        var match = Declared().Match(file.Code, at);
        return match.Success ? match.Groups[1].Value : "";
    }

    [GeneratedRegex(@"<(?<what>summary|param|typeparam|returns|value|remarks)\b[^>/]*>(?<text>.*?)</\k<what>>", RegexOptions.Singleline)]
    private static partial Regex Element();

    [GeneratedRegex(@"<(?:see|seealso|paramref|typeparamref)\s+\w+=""([^""]*)""\s*/>|<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"^(?:to ?do|tbd|n/?a|none|summary|description|placeholder|fill in|xxx|\W+)\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\G[^{};=(]*?\b([A-Za-z_]\w*)\s*(?:<[^()]*?>)?\s*[{};=(]")]
    private static partial Regex Declared();
}
