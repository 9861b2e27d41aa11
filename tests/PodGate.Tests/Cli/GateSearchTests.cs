using PodGate.Cli;
using PodGate.Hosting.Takeover;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

/// <summary>Which gate a command asks: the one that is named, else the one of this machine, at its socket where that can be opened.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class GateSearchTests : IDisposable
{
    private readonly CliRun _cli = new();

    public GateSearchTests()
    {
        _cli.Variables.Clear();
        _cli.Variables["HOME"] = Path.Combine(_cli.Directory, "home");
    }

    public void Dispose() => _cli.Dispose();

    private string Socket => Path.Combine(_cli.Directory, "gate.sock");

    [Fact]
    public async Task Socket_ThatGateJsonNames_IsAsked_WithoutAToken()
    {
        await using var gate = await FakeGate.StartAsync(Fleet, socket: Socket);
        WriteGateJson();
        _cli.Write("state/operator.token", "from-state");
        var ended = await _cli.RunAsync("status");
        ended.Code.Should().Be(0, ended.Error);
        gate.Only("GET").Authorization.Should().BeNull("the user is known there");

        gate.Requests.Clear();
        (await _cli.RunAsync("status", "--url", $"unix:{Socket}")).Code.Should().Be(0);
        gate.Only("GET").Authorization.Should().BeNull();
    }

    [Fact]
    public async Task Socket_ForWhomTheGateHasNoRole_SaysWhyNoTokenWasSent()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Problem(401, "otto has no role here."), socket: Socket);
        WriteGateJson();
        var ended = await _cli.RunAsync("status");
        ended.Code.Should().Be(1);
        ended.Error.Should().Contain("otto has no role here.").And.Contain(Socket).And.Contain("--token-file");
    }

    [Fact]
    public void Socket_OfADeadGate_IsLeftForThePort_AndTheErrorWouldSaySo()
    {
        Descriptors.BoundTo(Socket).Dispose();
        WriteGateJson();
        _cli.Write("state/operator.token", "from-state");
        var (address, token) = Find();
        address.ToString().Should().Be("http://127.0.0.1:9090/");
        token.Token.Should().Be("from-state");
        new GateSearch(Environment()).Find(new GateAsked(null, null, null, "nowhere.json")).Token.Tried
            .Should().Contain($"the socket {Socket} (nobody answers)");
    }

    [Fact]
    public async Task Token_NamedExpressly_IsShownAtThePort()
    {
        await using var gate = await FakeGate.StartAsync(Fleet, socket: Socket);
        WriteGateJson();
        _cli.Variables["PODGATE_TOKEN"] = "from-variable";
        var (address, token) = Find();
        (address.Socket, token.Token).Should().Be((null, "from-variable"));
        (await _cli.RunAsync("status", "--url", $"unix:{Socket}")).Code.Should().Be(0);
        gate.Only("GET").Authorization.Should().Be("Bearer from-variable", "who names both means both");
    }

    [Fact]
    public async Task Profile_NamedOrDefault_IsAsked_WithItsOwnToken()
    {
        await using var prod = await FakeGate.StartAsync(Fleet);
        await using var lab = await FakeGate.StartAsync(Fleet);
        WriteProfiles($$"""
            { "default": "prod", // where most is done
              "profiles": { "prod": { "url": "{{prod.Url}}", "tokenFile": "prod.token" }, "lab": { "url": "{{lab.Url}}", "tokenFile": "~/lab.token", }, } }
            """);
        _cli.Write("home/.config/podgate/prod.token", "of-prod");
        _cli.Write("home/lab.token", "of-lab");
        _cli.Variables["PODGATE_TOKEN"] = "of-another-gate";
        (await _cli.RunAsync("status")).Code.Should().Be(0);
        prod.Only("GET").Authorization.Should().Be("Bearer of-prod");
        (await _cli.RunAsync("status", "--profile", "lab")).Code.Should().Be(0);
        lab.Only("GET").Authorization.Should().Be("Bearer of-lab");
        _cli.Variables["PODGATE_PROFILE"] = "lab";
        (await _cli.RunAsync("status")).Code.Should().Be(0);
        lab.Requests.Should().HaveCount(2);
        _cli.Variables["PODGATE_URL"] = prod.Url;
        (await _cli.RunAsync("status")).Code.Should().Be(0);
        prod.Requests.Last().Authorization.Should().Be("Bearer of-another-gate", "an address alone has no token of its own");
    }

    [Fact]
    public void Default_OfTheProfiles_IsNotMeantByWhoNamesAConfiguration()
    {
        WriteProfiles("""{ "default": "prod", "profiles": { "prod": { "url": "https://gate.example.com" } } }""");
        new GateSearch(Environment()).Find(new GateAsked(null, null, null, null)).Address.ToString().Should().Be("https://gate.example.com/");
        new GateSearch(Environment()).Find(new GateAsked(null, null, null, "podgate.json")).Address.ToString().Should().Be("http://127.0.0.1:9090/");
    }

    [Theory]
    [InlineData("{", "is not a file of profiles")]
    [InlineData("null", "is null")]
    [InlineData("""{ "profiles": { "prod": { } } }""", "is not a file of profiles")]
    [InlineData("""{ "profiles": { "prod": { "url": "https://a", "token": "hush" } } }""", "is not a file of profiles")]
    [InlineData("""{ "profiles": { "lab": { "url": "https://a" } } }""", "there is no profile prod")]
    [InlineData("""{ "profiles": { "prod": { "url": "http://gate.example.com" } } }""", "over http")]
    [InlineData("""{ "profiles": { "prod": { "url": "https://a:hush@b" } } }""", "is not the address of an admin port")]
    [InlineData("""{ "profiles": { "prod": { "url": "https://a", "tokenFile": "nowhere" } } }""", "is not there")]
    [InlineData("""{ "profiles": { "prod": { "url": "https://a", "caFile": "nowhere.pem" } } }""", "nowhere.pem cannot be used")]
    [InlineData("""{ "profiles": { "prod": { "url": "https://a", "certificateFile": "nowhere.pem" } } }""", "nowhere.pem cannot be used")]
    public async Task Profile_ThatCannotBeUsed_EndsWith2AndSaysWhy(string content, string why)
    {
        WriteProfiles(content);
        var ended = await _cli.RunAsync("status", "--profile", "prod");
        ended.Code.Should().Be(2, ended.Error);
        ended.Error.Should().Contain(why).And.NotContain("hush");
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task Profiles_ThatOthersMayRead_AreRefused(UnixFileMode mode)
    {
        var path = WriteProfiles("""{ "profiles": { "prod": { "url": "https://gate.example.com" } } }""");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        foreach (var args in new string[][] { ["status"], ["status", "--profile", "prod"], ["profile", "list"] })
        {
            var ended = await _cli.RunAsync(args);
            ended.Code.Should().Be(2);
            ended.Error.Should().Contain($"{path} may be read or written by others").And.Contain("chmod 600");
        }

        await using var gate = await FakeGate.StartAsync(Fleet);
        (await _cli.RunAsync(gate, "status")).Code.Should().Be(0, "who names an address needs no profile");
    }

    [Fact]
    public async Task List_ShowsProfiles_WithTheDefault()
    {
        (await _cli.RunAsync("profile", "list")).Output.Should().Contain("There are no profiles").And.Contain("profiles.json");
        WriteProfiles("""{ "default": "prod", "profiles": { "prod": { "url": "https://gate.example.com", "tokenFile": "prod.token" }, "lab": { "url": "unix:/run/lab.sock" } } }""");
        var listed = await _cli.RunAsync("profile", "list");
        listed.Code.Should().Be(0, listed.Error);
        listed.Output.Should().Contain("prod (default)").And.Contain("unix:/run/lab.sock").And.Contain("prod.token");
        (await _cli.RunAsync("profile", "list", "--json")).Output.Should().Contain("\"default\": \"prod\"");

        _cli.Variables["XDG_CONFIG_HOME"] = Path.Combine(_cli.Directory, "elsewhere");
        (await _cli.RunAsync("profile", "list")).Output.Should().Contain(Path.Combine(_cli.Directory, "elsewhere", "podgate", "profiles.json"));
    }

    [Fact]
    public async Task UrlAndProfile_Together_EndWith2()
    {
        var ended = await _cli.RunAsync("status", "--url", "https://gate.example.com", "--profile", "prod");
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("take one of them");
    }

    private static Told Fleet(Asked asked) => Told.Json(new FleetJson(Samples.Gate, []));

    private CliEnvironment Environment() => new(name => _cli.Variables.GetValueOrDefault(name), _cli.Directory, TimeProvider.System);

    private (GateAddress Address, TokenFound Token) Find() => new GateSearch(Environment()).Find(new GateAsked(null, null, null, null));

    private void WriteGateJson() => _cli.Write("state/gate.json", $$"""{ "pid": 1, "data": [], "admin": "http://127.0.0.1:1", "socket": "{{Socket}}" }""");

    private string WriteProfiles(string content)
    {
        var path = _cli.Write("home/.config/podgate/profiles.json", content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
