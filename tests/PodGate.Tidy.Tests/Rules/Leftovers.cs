using System.Text.RegularExpressions;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>What is not done is an issue, not a remark in the code.</summary>
internal static partial class Leftovers
{
    public static IEnumerable<Finding> Check(SourceFile file) =>
        Remark().Matches(file.Comments).Concat(Remark().Matches(file.Code))
            .Select(match => file.Finding(match.Index, $"'{match.Value}': do it, or open an issue and take the remark out."))
            .Concat(Stub().Matches(file.Code).Select(match => file.Finding(match.Index, $"'{match.Value}': nothing that throws this may be released.")));

    [GeneratedRegex(@"\b(?:TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\bNotImplementedException\b")]
    private static partial Regex Stub();
}
