using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PodGate.Tidy.Rules;

/// <summary>Who may reference whom. That a request cannot change a pod's state is a fact of the compiler only as long as this holds.</summary>
internal static partial class Projects
{
    private static readonly Dictionary<string, string[]> References = new()
    {
        ["PodGate.Core"] = [],
        ["PodGate.Control"] = ["PodGate.Core"],
        ["PodGate.Proxy"] = ["PodGate.Core"],
        ["PodGate"] = ["PodGate.Control", "PodGate.Proxy"],
    };

    private static readonly (string Package, string Project)[] Packages =
    [
        ("Yarp", "PodGate.Proxy"),
        ("Serilog", "PodGate"),
        ("System.CommandLine", "PodGate"),
        ("Spectre.Console", "PodGate"),
        ("Microsoft.Data.Sqlite", "PodGate.Control"),
        ("Npgsql", "PodGate.Control"),
    ];

    /// <summary>A project file of src against the table above.</summary>
    public static IEnumerable<Finding> CheckReferences(string path, string xml)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (!References.TryGetValue(name, out var allowed))
        {
            yield return new Finding(path, 0, "a project that the design does not know: add it to the table in Projects.cs and to ARCHITECTURE.md.");
            yield break;
        }

        var actual = Included(xml, "ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'))).ToList();
        foreach (var stray in actual.Except(allowed))
        {
            yield return new Finding(path, 0, $"references {stray}; {name} references {Words(allowed)}.");
        }

        foreach (var missing in allowed.Except(actual))
        {
            yield return new Finding(path, 0, $"does not reference {missing}; {name} references {Words(allowed)}.");
        }

        var packages = Included(xml, "PackageReference").ToList();
        if (name == "PodGate.Core")
        {
            foreach (var foreign in packages.Concat(Included(xml, "FrameworkReference")).Concat(Included(xml, "Reference")))
            {
                yield return new Finding(path, 0, $"references {foreign}; Core references nothing but the base class library.");
            }
        }

        foreach (var (package, owner) in Packages.Where(rule => rule.Project != name && packages.Any(IsOf(rule.Package))))
        {
            yield return new Finding(path, 0, $"references {package}, which only {owner} knows.");
        }
    }

    /// <summary>Shared build files give no project a reference behind its back; test projects' own shared file is not asked.</summary>
    public static IEnumerable<Finding> CheckShared(string path, string xml) =>
        from element in new[] { "ProjectReference", "PackageReference", "FrameworkReference", "Reference" }
        from reference in Included(xml, element)
        select new Finding(path, 0, $"gives every project a reference to {reference}; references stand in the project that needs them.");

    /// <summary>Every project is in the solution and built by it, so that eng/test builds it; nothing in the solution is missing.</summary>
    public static IEnumerable<Finding> CheckSolution(string solution, IReadOnlyCollection<string> projects)
    {
        var listed = SolutionProject().Matches(solution)
            .ToDictionary(match => match.Groups["path"].Value.Replace('\\', '/'), match => match.Groups["id"].Value);
        foreach (var path in projects.Where(path => !listed.ContainsKey(path)))
        {
            yield return new Finding(path, 0, $"is not in PodGate.sln: dotnet sln add {path}");
        }

        foreach (var (path, id) in listed)
        {
            if (!projects.Contains(path))
            {
                yield return new Finding("PodGate.sln", 0, $"lists {path}, which does not exist.");
            }
            else if (!solution.Contains($"{id}.Release|Any CPU.Build.0", StringComparison.OrdinalIgnoreCase))
            {
                yield return new Finding("PodGate.sln", 0, $"does not build {path} in Release.");
            }
        }
    }

    private static IEnumerable<string> Included(string xml, string element) =>
        XDocument.Parse(xml).Descendants().Where(found => found.Name.LocalName == element)
            .Select(found => found.Attribute("Include")?.Value).OfType<string>();

    private static Func<string, bool> IsOf(string package) =>
        reference => reference == package || reference.StartsWith(package + ".", StringComparison.Ordinal);

    private static string Words(string[] names) => names.Length == 0 ? "nothing" : string.Join(" and ", names) + " only";

    [GeneratedRegex(@"^Project\([^)]*\) = ""[^""]*"", ""(?<path>[^""]*\.csproj)"", ""(?<id>[^""]*)""", RegexOptions.Multiline)]
    private static partial Regex SolutionProject();
}
