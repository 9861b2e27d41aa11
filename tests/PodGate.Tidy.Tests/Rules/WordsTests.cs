using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

public sealed class WordsTests
{
    private static readonly Func<SourceFile, IEnumerable<Finding>> Types = Words.CheckTypeNames;
    private static readonly Func<SourceFile, IEnumerable<Finding>> Folders = Words.CheckFolders;
    private static readonly Func<SourceFile, IEnumerable<Finding>> Foreign = Words.CheckForeignWords;

    [Fact]
    public void Tree_HasTypesThatSayWhatTheyDo() => Repository.Sources("src").SelectMany(Types).ShouldBeNone();

    [Fact]
    public void Tree_HasFoldersThatSayWhatIsInThem() => Repository.Sources("src").SelectMany(Folders).ShouldBeNone();

    [Fact]
    public void Tree_SaysPod() => Repository.Sources("src").SelectMany(Foreign).ShouldBeNone();

    [Theory]
    [InlineData("internal sealed class PodManager")]
    [InlineData("static class TimeHelpers")]
    [InlineData("class StringUtil")]
    [InlineData("record ProbeService(int A);")]
    [InlineData("readonly record struct FleetProcessor(int A);")]
    [InlineData("interface IPodService")]
    [InlineData("class GateService : BackgroundService")]
    public void CheckTypeNames_OfAnEmptyName_FindsIt(string code) => Types.ShouldFind(code);

    [Theory]
    [InlineData("class ProbeLoop : BackgroundService { IServiceProvider a; IServiceCollection b; }")]
    [InlineData("class ServiceAddress")]
    [InlineData("// class PodManager")]
    public void CheckTypeNames_OfASpeakingName_FindsNothing(string code) => Types.ShouldAccept(code);

    [Fact]
    public void CheckFolders_OfAnEmptyName_FindsIt()
    {
        Folders.ShouldFind("", "src/PodGate/Helpers/A.cs", line: 0);
        Folders.ShouldFind("", "src/PodGate/Common/A.cs", line: 0);
        Folders.ShouldAccept("", "src/PodGate/Hosting/A.cs");
    }

    [Fact]
    public void CheckForeignWords_OfAnotherSystemsWord_FindsIt()
    {
        Foreign.ShouldFind("// the upstream answers");
        Foreign.ShouldFind("var a = \"Backend\";");
        Foreign.ShouldAccept("// the pod answers");
        Foreign.ShouldAccept("// YARP's upstream", "src/PodGate.Proxy/Forwarding/A.cs");
    }
}
