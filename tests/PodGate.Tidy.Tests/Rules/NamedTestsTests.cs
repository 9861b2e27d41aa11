using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class NamedTestsTests
{
    private const string Page = "docs/operating/attempts.md";

    [Fact]
    public void TableOfAttempts_NamesTestsThatExist()
    {
        var files = Repository.Sources("tests").ToList();
        NamedTests.Check(Page, Repository.Read(Page), (type, method) => files.Any(file => NamedTests.Has(file, type, method))).ShouldBeNone();
    }

    [Fact]
    public void Check_OfARowWithoutATest_OrWithOneThatIsGone_FindsIt()
    {
        const string Text = "| what | comes | test |\n|---|---|---|\n| **Part** | | |\n| a | b | `There.Is` |\n| a | b | |\n| a | b | by hand |\n| a | b | `There.Is`, `There.Was` |";
        NamedTests.Check("a.md", Text, (type, method) => (type, method) == ("There", "Is")).Select(finding => finding.Line).Should().Equal(5, 6, 7);
    }

    [Fact]
    public void Has_FindsFactsAndTheories_AndNoOtherMethods()
    {
        var file = new SourceFile("tests/A.cs", """
            public sealed class ATests
            {
                [Fact]
                public async Task One_Is() => await Task.Yield();

                [Theory]
                [InlineData("x {0}")]
                public void Two_Are(string a) { }

                private static void Helps() { }
            }
            """);
        NamedTests.Has(file, "ATests", "One_Is").Should().BeTrue();
        NamedTests.Has(file, "ATests", "Two_Are").Should().BeTrue();
        NamedTests.Has(file, "ATests", "Helps").Should().BeFalse();
        NamedTests.Has(file, "BTests", "One_Is").Should().BeFalse();
    }
}
