using System.Text.RegularExpressions;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>No exception disappears without a reason, and nobody catches everything without saying so.</summary>
internal static partial class Catches
{
    private const int FewestWords = 3;

    public static IEnumerable<Finding> Check(SourceFile file)
    {
        foreach (Match match in Catch().Matches(file.Code))
        {
            var open = file.Code.IndexOf('{', AfterConditions(file, match.Index + match.Length));
            if (open < 0)
            {
                continue;
            }

            var close = file.Closing(open);
            var body = file.Code[(open + 1)..close];
            var isBare = file.Code[(match.Index + match.Length)..open].Trim().Length == 0;
            if (isBare && !Rethrow().IsMatch(body))
            {
                yield return file.Finding(match.Index, "a bare 'catch': name the exception type that is expected here.");
            }
            else if (body.Trim().Length == 0 && Word().Count(file.Comments[open..close]) < FewestWords)
            {
                yield return file.Finding(match.Index, "an empty 'catch': handle it, or say in a comment inside why nothing is to be done.");
            }
        }
    }

    /// <summary>Skips (Exception type) and when (condition), which may hold braces of their own.</summary>
    private static int AfterConditions(SourceFile file, int at)
    {
        while (true)
        {
            var next = Parenthesis().Match(file.Code, at);
            if (!next.Success)
            {
                return at;
            }

            at = file.Closing(next.Index + next.Length - 1) + 1;
        }
    }

    [GeneratedRegex(@"\bcatch\b")]
    private static partial Regex Catch();

    [GeneratedRegex(@"\G\s*(?:when\s*)?\(")]
    private static partial Regex Parenthesis();

    [GeneratedRegex(@"\bthrow\s*;")]
    private static partial Regex Rethrow();

    [GeneratedRegex(@"[A-Za-z]{2,}")]
    private static partial Regex Word();
}
