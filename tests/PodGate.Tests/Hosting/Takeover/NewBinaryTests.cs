using PodGate.Control.Takeover;
using PodGate.Hosting.Takeover;

namespace PodGate.Tests.Hosting.Takeover;

/// <summary>Which program may take over, and how it is called.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class NewBinaryTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly string[] Arguments = ["serve", "--config", "/etc/podgate.json"];
    private readonly string _directory = Directory.CreateTempSubdirectory("podgate-new-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void TheSameProgram_IsCalledAsBefore()
    {
        var own = File("podgate", Executable);
        Called(null, own, [own, .. Arguments]).Should().Be($"{own} serve --config /etc/podgate.json");
        Called(null, own + " (deleted)", ["podgate", .. Arguments]).Should().Be($"{own} serve --config /etc/podgate.json", "what has taken its place is meant");
        var platform = File("dotnet", Executable);
        Called(null, platform, ["dotnet", "exec", "--fx-version", "10.0.0", "/opt/podgate.dll", .. Arguments])
            .Should().Be($"{platform} exec --fx-version 10.0.0 /opt/podgate.dll serve --config /etc/podgate.json");
    }

    [Fact]
    public void AnotherProgram_IsCalledWithTheSameArguments()
    {
        var other = File("podgate-2", Executable);
        Called(other, "/usr/bin/dotnet", ["dotnet", "podgate.dll", .. Arguments]).Should().Be($"{other} serve --config /etc/podgate.json");
        var assembly = File("podgate-2.dll", UnixFileMode.UserRead);
        Called(assembly, "/usr/bin/dotnet", ["dotnet", "podgate.dll", .. Arguments]).Should().Be($"/usr/bin/dotnet exec {assembly} serve --config /etc/podgate.json");
    }

    [Fact]
    public void ALink_IsFollowed()
    {
        var real = File("podgate-2", Executable);
        var link = Path.Combine(_directory, "current");
        System.IO.File.CreateSymbolicLink(link, real);
        Called(link, "/opt/podgate", ["podgate", .. Arguments]).Should().StartWith(link);
        System.IO.File.SetUnixFileMode(real, Executable | UnixFileMode.OtherWrite);
        Refused(link).Should().Contain(real).And.Contain("can be written by others");
    }

    [Fact]
    public void TheSameName_MeansWhatALinkOnTheWayLeadsToNow()
    {
        foreach (var version in new[] { "5", "6" }) Directory.CreateDirectory(Path.Combine(_directory, version), Executable);
        var (five, six) = (File("5/podgate", Executable), File("6/podgate", Executable));
        var current = Path.Combine(_directory, "current");
        Directory.CreateSymbolicLink(current, "6");
        var called = Path.Combine(current, "podgate");
        Called(null, five, [called, .. Arguments]).Should().Be($"{called} serve --config /etc/podgate.json");
        System.IO.File.SetUnixFileMode(six, Executable | UnixFileMode.OtherWrite);
        var start = () => NewBinary.Start(null, five, [called, .. Arguments], Arguments);
        start.Should().Throw<TakeoverException>().Which.Message.Should().Contain(six).And.Contain("can be written by others");
        Directory.Delete(current);
        Called(null, five, [called, .. Arguments]).Should().StartWith(five);
    }

    [Fact]
    public void ALinkToADirectoryThatOthersCouldWrite_IsRefused()
    {
        var open = Directory.CreateDirectory(Path.Combine(_directory, "open")).FullName;
        File("open/podgate", Executable);
        System.IO.File.SetUnixFileMode(open, Executable | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        Directory.CreateSymbolicLink(Path.Combine(_directory, "current"), open);
        Refused(Path.Combine(_directory, "current", "podgate")).Should().Contain(open).And.Contain("can be written by others");
        Directory.CreateSymbolicLink(Path.Combine(_directory, "circle"), "circle");
        Refused(Path.Combine(_directory, "circle", "podgate")).Should().Contain("links");
    }

    [Theory]
    [InlineData("podgate-2", "full path")]
    [InlineData("/nowhere/podgate", "is not there")]
    [InlineData("/", "is not a file")]
    [InlineData("/dev/null", "is not a file")]
    public void APathThatIsNone_IsRefused(string path, string says) => Refused(path).Should().Contain(says);

    [Fact]
    public void AFileThatOthersCouldWrite_OrNobodyCouldRun_IsRefused()
    {
        Refused(File("not-executable", UnixFileMode.UserRead)).Should().Contain("not executable");
        Refused(File("of-the-group", Executable | UnixFileMode.GroupWrite)).Should().Contain("can be written by others");
        Refused(File("of-all", Executable | UnixFileMode.OtherWrite)).Should().Contain("chmod go-w");
        Refused(File("assembly.dll", UnixFileMode.UserRead), "/opt/podgate").Should().Contain("needs the dotnet command");
    }

    [Fact]
    public void AFileThatOthersCouldExchange_IsRefused()
    {
        var path = File("podgate-2", Executable);
        System.IO.File.SetUnixFileMode(_directory, Executable | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        Refused(path).Should().Contain(_directory).And.Contain("can be written by others");
        System.IO.File.SetUnixFileMode(_directory, Executable | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute | UnixFileMode.StickyBit);
        Called(path, "/opt/podgate", ["podgate", .. Arguments]).Should().StartWith(path, "with the sticky bit only owners exchange files, as in /tmp");
    }

    private static string Called(string? path, string program, string[] commandLine)
    {
        var start = NewBinary.Start(path, program, commandLine, Arguments);
        start.UseShellExecute.Should().BeFalse();
        return string.Join(' ', start.ArgumentList.Prepend(start.FileName));
    }

    private static string Refused(string path, string program = "/usr/bin/dotnet")
    {
        var start = () => NewBinary.Start(path, program, ["dotnet", "podgate.dll", .. Arguments], Arguments);
        return start.Should().Throw<TakeoverException>().Which.Message;
    }

    private string File(string name, UnixFileMode mode)
    {
        var path = Path.Combine(_directory, name);
        System.IO.File.WriteAllText(path, "#!/bin/sh\n");
        System.IO.File.SetUnixFileMode(path, mode);
        return path;
    }
}
