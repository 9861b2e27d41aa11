using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>What does not fit on a few screens is two things.</summary>
internal static class Sizes
{
    public const int LongestFile = 300;
    public const int LongestMethod = 70;
    public const int LongestLine = 160;

    // Test data and names that are sentences may be longer.
    public const int LongestLineInTests = 200;

    public static IEnumerable<Finding> CheckFile(SourceFile file)
    {
        var lines = file.Text.AsSpan().TrimEnd().Count('\n') + 1;
        return lines > LongestFile ? [new Finding(file.Path, 0, $"{lines} lines; at most {LongestFile}: split it by what it is about.")] : [];
    }

    public static IEnumerable<Finding> CheckMethods(SourceFile file) =>
        from member in MemberReader.Read(file)
        where member.Lines > LongestMethod
        select file.Finding(member.Position, $"'{member.Name}' has {member.Lines} lines; at most {LongestMethod}: give a part of it a name.");

    public static IEnumerable<Finding> CheckLines(SourceFile file) =>
        from line in file.Text.Split('\n').Index()
        let length = line.Item.TrimEnd('\r').Length
        let longest = file.Path.StartsWith("tests/", StringComparison.Ordinal) ? LongestLineInTests : LongestLine
        where length > longest
        select new Finding(file.Path, line.Index + 1, $"{length} characters; at most {longest}.");
}
