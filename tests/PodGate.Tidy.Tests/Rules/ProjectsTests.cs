namespace PodGate.Tidy.Rules;

public sealed class ProjectsTests
{
    [Fact]
    public void Tree_HasTheReferencesOfTheDesign() =>
        Repository.Projects("src").SelectMany(path => Projects.CheckReferences(path, Repository.Read(path))).ShouldBeNone();

    [Fact]
    public void Tree_GivesNoReferenceBehindAProjectsBack() =>
        Repository.Files.Where(path => Path.GetFileName(path) is "Directory.Build.props" or "Directory.Build.targets")
            .Where(path => !path.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(path => Projects.CheckShared(path, Repository.Read(path))).ShouldBeNone();

    [Fact]
    public void Tree_HasEveryProjectInTheSolution() =>
        Projects.CheckSolution(Repository.Read("PodGate.sln"), Repository.Projects("src", "tests", "samples", "bench").ToHashSet()).ShouldBeNone();

    [Theory]
    [InlineData(0, "PodGate.Core", "")]
    [InlineData(1, "PodGate.Core", "<PackageReference Include='A' />")]
    [InlineData(1, "PodGate.Core", "<FrameworkReference Include='Microsoft.AspNetCore.App' />")]
    [InlineData(1, "PodGate.Core", "<ProjectReference Include='../PodGate.Control/PodGate.Control.csproj' />")]
    [InlineData(0, "PodGate.Proxy", "<ProjectReference Include='../PodGate.Core/PodGate.Core.csproj' /><PackageReference Include='Yarp.ReverseProxy' />")]
    [InlineData(1, "PodGate.Proxy", "")]
    [InlineData(2, "PodGate.Proxy", "<ProjectReference Include='..\\PodGate.Control\\PodGate.Control.csproj' />")]
    [InlineData(1, "PodGate.Control", "<ProjectReference Include='../PodGate.Core/PodGate.Core.csproj' /><PackageReference Include='Serilog.Sinks.File' />")]
    [InlineData(1, "PodGate.Control", "<ProjectReference Include='../PodGate.Core/PodGate.Core.csproj' /><PackageReference Include='Yarp.ReverseProxy' />")]
    [InlineData(2, "PodGate", "<ProjectReference Include='../../tests/A/PodGate.TestKit.csproj' /><ProjectReference Include='../B/PodGate.Proxy.csproj' />")]
    [InlineData(1, "PodGate.More", "")]
    public void CheckReferences_AgainstTheDesign(int findings, string name, string items) =>
        Projects.CheckReferences($"src/{name}/{name}.csproj", $"<Project><ItemGroup>{items}</ItemGroup></Project>").Should().HaveCount(findings);

    [Fact]
    public void CheckShared_OfAReferenceForAll_FindsIt()
    {
        Projects.CheckShared("Directory.Build.props", "<Project><ItemGroup><PackageReference Include='A' /></ItemGroup></Project>").Should().ContainSingle();
        Projects.CheckShared("Directory.Build.props", "<Project><ItemGroup><PrunePackageReference Include='A' /></ItemGroup></Project>").Should().BeEmpty();
    }

    [Fact]
    public void CheckSolution_OfAMissingProject_FindsIt()
    {
        const string Solution = """
            Project("{FAE0}") = "A", "src\A\A.csproj", "{11}"
            EndProject
                {11}.Release|Any CPU.Build.0 = Release|Any CPU
            """;
        Projects.CheckSolution(Solution, ["src/A/A.csproj"]).Should().BeEmpty();
        Projects.CheckSolution(Solution, ["src/A/A.csproj", "bench/B/B.csproj"]).Should().ContainSingle().Which.Path.Should().Be("bench/B/B.csproj");
        Projects.CheckSolution(Solution, []).Should().ContainSingle().Which.Message.Should().Contain("does not exist");
        Projects.CheckSolution(Solution.Replace("Build.0", "ActiveCfg", StringComparison.Ordinal), ["src/A/A.csproj"])
            .Should().ContainSingle().Which.Message.Should().Contain("does not build");
    }
}
