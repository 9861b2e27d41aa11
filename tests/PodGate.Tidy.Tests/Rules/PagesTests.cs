namespace PodGate.Tidy.Rules;

public sealed class PagesTests
{
    private static readonly string[] Files = ["src/PodGate.Core/Pods/Fleet.cs", "eng/test", "docs/pod-states.md"];

    [Fact]
    public void Tree_HasAnArchitecturePageWhosePathsExist()
    {
        Assert.True(Repository.Exists("ARCHITECTURE.md"), "ARCHITECTURE.md is missing: a newcomer reads it first, so write it.");
        Check("ARCHITECTURE.md").ShouldBeNone();
    }

    [Fact]
    public void Tree_HasPagesWhosePathsExist() =>
        Repository.Files.Where(path => path.EndsWith(".md", StringComparison.Ordinal) && path is not ("ARCHITECTURE.md" or "CHANGELOG.md"))
            .SelectMany(Check).ShouldBeNone();

    [Fact]
    public void Tree_HasAChangelogForTheNextVersion()
    {
        Assert.True(Repository.Exists("CHANGELOG.md"), "CHANGELOG.md is missing.");
        Pages.CheckChangelog(Repository.Read("CHANGELOG.md")).ShouldBeNone();
    }

    [Theory]
    [InlineData("See `src/PodGate.Core/Pods/Fleet.cs`.")]
    [InlineData("See `src/PodGate.Core/Pods/Fleet.cs:12`.")]
    [InlineData("See `src/PodGate.Core/Pods/` and `src/PodGate.Core`.")]
    [InlineData("See `src/PodGate.Core/Pods/*.cs`.")]
    [InlineData("Run `eng/test FILTER`.")]
    [InlineData("See src/Nothing/ without backticks, `other/Nothing` and `src/<project>/A.cs`.")]
    public void CheckPaths_OfWhatExists_FindsNothing(string text) => Pages.CheckPaths("A.md", text, path => Pages.Exists(path, Files)).Should().BeEmpty();

    [Theory]
    [InlineData("\nSee `src/PodGate.Core/Pods/Fleets.cs`.")]
    [InlineData("\nSee `src/PodGate.Core/Pod`.")]
    [InlineData("\nSee `src/PodGate.Core/*.cs`.")]
    [InlineData("\nRun `eng/tests FILTER`.")]
    [InlineData("\nSee `docs/pod-state.md`, too.")]
    public void CheckPaths_OfWhatDoesNotExist_FindsIt(string text) =>
        Pages.CheckPaths("A.md", text, path => Pages.Exists(path, Files)).Should().ContainSingle().Which.Line.Should().Be(2);

    [Theory]
    [InlineData(0, "# Changelog\n\n## [Unreleased]\n")]
    [InlineData(1, "# Changelog\n\n## [0.1.0]\nUnreleased\n")]
    public void CheckChangelog_WantsASectionForTheNextVersion(int findings, string text) => Pages.CheckChangelog(text).Should().HaveCount(findings);

    private static IEnumerable<Finding> Check(string page) =>
        Pages.CheckPaths(page, Repository.Read(page), path => Pages.Exists(path, Repository.Files));
}
