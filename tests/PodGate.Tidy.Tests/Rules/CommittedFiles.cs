using System.Text.RegularExpressions;

namespace PodGate.Tidy.Rules;

/// <summary>What is committed works on every machine, and can be read and compared.</summary>
internal static partial class CommittedFiles
{
    public const int LargestScreenshot = 150_000;

    // How a PNG file begins.
    private static readonly byte[] Png = [0x89, .. "PNG"u8];

    // Written in two parts, so that this file does not break its own rule.
    private static readonly Regex MachinePath = new("(?<![\\w.~})-])/(?:root|home" + "|work)/");

    private static readonly Regex Registry = new(
        string.Join('|', new[] { "nuget", "npmjs", "pypi", "crates", "rubygems", "pythonhosted" }.Select(name => $"\\b{name}\\.(?:org|com|io)\\b"))
        + "|\\bpkgs\\.dev\\." + "azure\\.com|\\bnuget\\.pkg\\." + "github\\.com|\\bdeb\\." + "debian\\.org|/v3/index\\." + "json|\\bartifactory\\b",
        RegexOptions.IgnoreCase);

    /// <summary>No path of the machine somebody happened to work on, and no address of a place that packages come from.</summary>
    public static IEnumerable<Finding> CheckText(string path, string text)
    {
        foreach (var (index, line) in text.Split('\n').Index())
        {
            if (MachinePath.Match(line) is { Success: true } machine)
            {
                yield return new Finding(path, index + 1, $"'{machine.Value}' is a path of one machine; use a relative or a temporary one.");
            }

            if (Registry.Match(line) is { Success: true } registry)
            {
                yield return new Finding(path, index + 1, $"'{registry.Value}' is a package registry's address; each machine brings its own configuration.");
            }
        }
    }

    public static bool IsBinary(byte[] content) => content.AsSpan().Contains((byte)0);

    /// <summary>Text; but for what the browser tests show of the page, which is small.</summary>
    public static IEnumerable<Finding> CheckContent(string path, byte[] content)
    {
        if (!IsBinary(content)) return [];
        if (!path.StartsWith("docs/screenshots/", StringComparison.Ordinal) || !content.AsSpan().StartsWith(Png))
            return [new Finding(path, 0, "is binary (it has a NUL byte); commit what it is made from, pictures as text or SVG.")];
        return content.Length > LargestScreenshot
            ? [new Finding(path, 0, $"has {content.Length} bytes; a screenshot may have {LargestScreenshot} at most: show less of the page.")]
            : [];
    }
}
