using PodGate.Tidy.Scanning;

namespace PodGate.Tidy;

/// <summary>How the rules are proved: a bad snippet must be found, a good one must not.</summary>
internal static class Snippet
{
    public const string Anywhere = "src/PodGate.Control/Probing/Snippet.cs";

    public static void ShouldFind(this Func<SourceFile, IEnumerable<Finding>> rule, string code, string path = Anywhere, int line = 1) =>
        rule(new SourceFile(path, code)).Should().ContainSingle("the rule has to see: {0}", code).Which.Line.Should().Be(line);

    public static void ShouldAccept(this Func<SourceFile, IEnumerable<Finding>> rule, string code, string path = Anywhere) =>
        rule(new SourceFile(path, code)).Should().BeEmpty("the rule has nothing against: {0}", code);
}
