using System.Text.RegularExpressions;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>One word, one meaning: words that say nothing, or that mean something else to everybody, are not used.</summary>
internal static partial class Words
{
    /// <summary>Types that we declare; a framework's own names are not declared here, so they need no exception.</summary>
    public static IEnumerable<Finding> CheckTypeNames(SourceFile file) =>
        from match in TypeName().Matches(file.Code)
        let name = match.Groups["name"].Value
        where EmptySuffix().IsMatch(name)
        select file.Finding(match.Index, $"'{name}': say what it does (a prober probes, a keeper keeps); {EmptySuffix().Match(name).Value} says nothing.");

    /// <summary>Folders are names too.</summary>
    public static IEnumerable<Finding> CheckFolders(SourceFile file) =>
        from folder in file.Path.Split('/')[..^1]
        where EmptySuffix().IsMatch(folder.TrimEnd('s')) || folder is "Common" or "Misc" or "Shared"
        select new Finding(file.Path, 0, $"folder '{folder}': name it after what is in it.");

    /// <summary>Words of other systems; the request path's own room may quote YARP.</summary>
    public static IEnumerable<Finding> CheckForeignWords(SourceFile file) =>
        file.IsUnder("src/PodGate.Proxy/Forwarding/") ? [] :
        from match in ForeignWord().Matches(file.Text)
        select file.Finding(match.Index, $"'{match.Value}': the word is pod (YARP's own words belong in src/PodGate.Proxy/Forwarding).");

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+(?!class\b|struct\b)(?<name>[A-Za-z_]\w*)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(?:Manager|Helper|Util|Utility|Utilitie|Service|Processor)s?$")]
    private static partial Regex EmptySuffix();

    [GeneratedRegex(@"upstream|backend", RegexOptions.IgnoreCase)]
    private static partial Regex ForeignWord();
}
