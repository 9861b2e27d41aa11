namespace PodGate.Tidy.Rules;

public sealed class CommittedFilesTests
{
    [Fact]
    public void Tree_WorksOnEveryMachine() => Repository.Files.SelectMany(path => CommittedFiles.CheckText(path, Repository.Read(path))).ShouldBeNone();

    [Fact]
    public void Tree_IsText() =>
        Repository.Files.SelectMany(path => CommittedFiles.CheckContent(path, File.ReadAllBytes(Repository.FullPath(path)))).ShouldBeNone();

    // Written in two parts, so that this file does not break the rule itself.
    [Theory]
    [InlineData("cd /ro", "ot/project")]
    [InlineData("\"/ho", "me/someone/x\"")]
    [InlineData("file:///wo", "rk/x")]
    [InlineData("https://api.nuget", ".org/v3/")]
    [InlineData("source = https://feed.example/v3/index", ".json")]
    public void CheckText_OfOneMachine_FindsIt(string first, string second) =>
        CommittedFiles.CheckText("A.md", "\n" + first + second).Should().ContainSingle().Which.Line.Should().Be(2);

    [Theory]
    [InlineData("src/work/a, ~/work/a, $HOME/work/a, ${root}/work/a, ./home/a, example.com/home/a")]
    [InlineData("/var/lib/podgate and /etc/podgate")]
    [InlineData("nuget packages are pinned centrally")]
    public void CheckText_OfEveryMachine_FindsNothing(string text) => CommittedFiles.CheckText("A.md", text).Should().BeEmpty();

    [Fact]
    public void CheckContent_OfABinary_FindsIt()
    {
        CommittedFiles.CheckContent("a.bin", [1, 0, 2]).Should().ContainSingle();
        CommittedFiles.CheckContent("a.txt", "text, também"u8.ToArray()).Should().BeEmpty();
        byte[] picture = [0x89, .. "PNG"u8, 0];
        CommittedFiles.CheckContent("docs/screenshots/fleet.png", picture).Should().BeEmpty();
        CommittedFiles.CheckContent("docs/fleet.png", picture).Should().ContainSingle();
        CommittedFiles.CheckContent("docs/screenshots/fleet.png", [0, .. picture]).Should().ContainSingle();
        CommittedFiles.CheckContent("docs/screenshots/fleet.png", [.. picture, .. new byte[CommittedFiles.LargestScreenshot]]).Should().ContainSingle();
    }
}
