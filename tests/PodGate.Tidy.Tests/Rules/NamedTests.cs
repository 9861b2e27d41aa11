using System.Text.RegularExpressions;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>A page that says "this is tested" names the test, and there is such a test.</summary>
internal static partial class NamedTests
{
    /// <summary>Each row of the page's tables, but for headings in bold, names a test as <c>`Class.Method`</c> in its last column, and each is there.</summary>
    /// <param name="page">The page's path.</param>
    /// <param name="text">What it says.</param>
    /// <param name="isThere">Whether a class has a test of that name.</param>
    public static IEnumerable<Finding> Check(string page, string text, Func<string, string, bool> isThere)
    {
        foreach (var (index, line) in text.Split('\n').Index())
        {
            if (!line.StartsWith('|') || line.StartsWith("|---", StringComparison.Ordinal)) continue;
            var cells = line.Trim().Trim('|').Split('|');
            if (cells[^1].Trim() == "test" || IsHeading(cells[0])) continue;
            var named = Named().Matches(cells[^1]);
            if (named.Count == 0) yield return new Finding(page, index + 1, "names no test; write `Class.Method` in the last column.");
            foreach (Match match in named)
            {
                var (type, method) = (match.Groups["type"].Value, match.Groups["method"].Value);
                if (!isThere(type, method)) yield return new Finding(page, index + 1, $"names the test {type}.{method}, which does not exist.");
            }
        }
    }

    /// <summary>Whether a file has a test of that name in a class of that name.</summary>
    /// <param name="file">The file.</param>
    /// <param name="type">The class.</param>
    /// <param name="method">The test.</param>
    public static bool Has(SourceFile file, string type, string method)
    {
        if (!Regex.IsMatch(file.Text, $@"\bclass {type}\b")) return false;
        var lines = file.Text.Split('\n');
        var at = Array.FindIndex(lines, line => Regex.IsMatch(line, $@"^\s*public .*\b(?:void|Task) {method}\("));
        return at > 0 && lines[..at].Reverse().TakeWhile(IsAttribute).Any(line => line.Contains("[Fact", StringComparison.Ordinal) || line.Contains("[Theory", StringComparison.Ordinal));
    }

    private static bool IsAttribute(string line) => line.TrimStart().StartsWith('[');

    private static bool IsHeading(string cell) => cell.Trim().StartsWith("**", StringComparison.Ordinal);

    [GeneratedRegex(@"`(?<type>\w+)\.(?<method>\w+)`")]
    private static partial Regex Named();
}
