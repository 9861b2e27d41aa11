using System.Text.RegularExpressions;

namespace PodGate.Tidy.Rules;

/// <summary>Prose without a check rots: what pages say about the tree is compared with the tree.</summary>
internal static partial class Pages
{
    /// <summary>Paths in backticks that begin with one of our rooms; a star stands for anything, a line number is ignored.</summary>
    public static IEnumerable<Finding> CheckPaths(string page, string text, Func<string, bool> exists)
    {
        foreach (Match match in QuotedPath().Matches(text))
        {
            var path = match.Groups["path"].Value.TrimEnd('/', '.', ',', ':');
            if (!exists(path))
            {
                yield return new Finding(page, LineAt(text, match.Index), $"names {path}, which does not exist.");
            }
        }
    }

    /// <summary>Whether a path, perhaps with stars, is that of a file or of a folder.</summary>
    public static bool Exists(string path, IEnumerable<string> files)
    {
        var pattern = new Regex("^" + Regex.Escape(path).Replace(@"\*", "[^/]*", StringComparison.Ordinal) + "(/|$)");
        return files.Any(pattern.IsMatch);
    }

    public static IEnumerable<Finding> CheckChangelog(string text) =>
        Unreleased().IsMatch(text) ? [] : [new Finding("CHANGELOG.md", 0, "has no section '## [Unreleased]' for what is to be said of the next version.")];

    private static int LineAt(string text, int position) => text.AsSpan(0, position).Count('\n') + 1;

    [GeneratedRegex(@"`(?<path>(?:src|tests|samples|bench|docs|config|eng)/[^`\s<>]*?)(?::\d+)?(?:\s[^`\n]*)?`")]
    private static partial Regex QuotedPath();

    [GeneratedRegex(@"^## \[?Unreleased\]?", RegexOptions.Multiline)]
    private static partial Regex Unreleased();
}
