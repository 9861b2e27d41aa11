using System.Text.RegularExpressions;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>Something that must not stand in code, and what to write instead.</summary>
internal sealed record Ban(string Pattern, string Instead)
{
    public IEnumerable<Finding> Check(SourceFile file) =>
        Regex.Matches(file.Code, Pattern).Select(match => file.Finding(match.Index, $"'{match.Value.Trim()}': {Instead}"));
}
