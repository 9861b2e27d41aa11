using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class SizesTests
{
    private static readonly Func<SourceFile, IEnumerable<Finding>> Files = Sizes.CheckFile;
    private static readonly Func<SourceFile, IEnumerable<Finding>> Methods = Sizes.CheckMethods;
    private static readonly Func<SourceFile, IEnumerable<Finding>> Lines = Sizes.CheckLines;

    [Fact]
    public void Tree_HasNoLongFile() => Repository.Sources("src").SelectMany(Files).ShouldBeNone();

    [Fact]
    public void Tree_HasNoLongMethod() => Repository.Sources("src").SelectMany(Methods).ShouldBeNone();

    [Fact]
    public void Tree_HasNoLongLine() => Repository.Sources("src", "tests").SelectMany(Lines).ShouldBeNone();

    [Fact]
    public void CheckFile_CountsLines()
    {
        Files.ShouldFind(Repeat("// a\n", Sizes.LongestFile + 1), line: 0);
        Files.ShouldAccept(Repeat("// a\n", Sizes.LongestFile));
    }

    [Fact]
    public void CheckMethods_CountsFromSignatureToBrace()
    {
        Methods.ShouldFind(Method(Sizes.LongestMethod + 1), line: 3);
        Methods.ShouldAccept(Method(Sizes.LongestMethod));
    }

    [Fact]
    public void CheckLines_CountsCharacters()
    {
        Lines.ShouldFind("\n" + new string('x', Sizes.LongestLine + 1), line: 2);
        Lines.ShouldAccept(new string('x', Sizes.LongestLine) + "\r\n");
    }

    private static string Method(int lines) => "class A\n{\n    void F()\n    {\n" + Repeat("        G(\"}\");\n", lines - 3) + "    }\n}\n";

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
