using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class LeftoversTests
{
    private static readonly Func<SourceFile, IEnumerable<Finding>> Rule = Leftovers.Check;

    [Fact]
    public void Tree_IsDone() => Repository.Sources("src", "tests", "samples", "bench").SelectMany(Rule).ShouldBeNone();

    [Theory]
    [InlineData("// TODO: more")]
    [InlineData("/* FIXME */")]
    [InlineData("/// HACK")]
    [InlineData("throw new NotImplementedException();")]
    [InlineData("void F() => throw new System.NotImplementedException(\"later\");")]
    public void Check_OfUnfinishedWork_FindsIt(string code) => Rule.ShouldFind(code);

    [Theory]
    [InlineData("var a = \"TODO\";")]
    [InlineData("// Hackers, todos and methods")]
    [InlineData("throw new NotSupportedException();")]
    public void Check_OfFinishedWork_FindsNothing(string code) => Rule.ShouldAccept(code);
}
