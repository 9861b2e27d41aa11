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

    // The text of a message is searched for as a whole, and test data is compared as a whole: a line that a long string makes long stays one line.
    private const int LongString = 60;

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
        where length > longest && !HasLongString(line.Item)
        select new Finding(file.Path, line.Index + 1, $"{length} characters; at most {longest}.");

    private static bool HasLongString(string line) =>
        line.Contains("\"\"\"", StringComparison.Ordinal) || line.Split('"').Where((_, index) => index % 2 == 1).Any(text => text.Length > LongString);
}
