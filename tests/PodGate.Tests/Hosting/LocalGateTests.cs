using System.Text.Json;
using PodGate.Cli;
using PodGate.Hosting;
using PodGate.Operator;
using PodGate.Tests.Cli;

namespace PodGate.Tests.Hosting;

/// <summary>A whole gate with its local socket: the command line needs no token, and the first token ends.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LocalGateTests : IAsyncLifetime, IDisposable
{
    private readonly CliRun _cli = new();
    private GateRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await GateRig.CreateAsync();
        _cli.Variables.Clear();
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Gate_Started_ListensAtItsSocket_AndTheCommandLineFindsIt()
    {
        var gate = await StartAsync("");
        var socket = Path.Combine(_rig.State, "podgate.sock");
        JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_rig.State, GateFile.Name))).RootElement.GetProperty("socket").GetString().Should().Be(socket);
        File.GetUnixFileMode(socket).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _rig.Log.ToString().Should().Contain($"admin port on {gate.AdminUrl} and {socket}");

        // Neither a token nor the port would lead there.
        File.Delete(Path.Combine(_rig.State, TokenStore.OperatorTokenFile));
        var added = await _cli.RunAsync("token", "add", "anna", "--role", "operator", "--config", _rig.ConfigPath, "--json");
        added.Code.Should().Be(0, added.Error);
        (await _cli.RunAsync("token", "list", "--url", $"unix:{socket}")).Output.Should().Contain("anna");
        (await _cli.RunAsync("token", "add", "otto@local", "--role", "viewer", "--config", _rig.ConfigPath)).Error.Should().Contain("not ending in @local");

        await gate.DisposeAsync();
        File.Exists(socket).Should().BeFalse();
    }

    [Fact]
    public async Task FirstToken_Ends_AndMayBeRevokedAlthoughItIsTheLast()
    {
        await StartAsync("");
        _rig.Log.ToString().Should().Contain("that token ends in 24 h").And.Contain("podgate token add");
        var token = TokenStore.Open(_rig.State, TimeProvider.System).Tokens.Single();
        token.Expires.Should().BeCloseTo(DateTimeOffset.UtcNow.AddDays(1), TimeSpan.FromMinutes(2));
        (await _cli.RunAsync("token", "revoke", TokenStore.InitialName, "--config", _rig.ConfigPath)).Code.Should().Be(0);

        // It starts without any, since root and the gate's user come in; without the socket it would be nobody's.
        await _rig.Gate!.DisposeAsync();
        await _rig.StartAsync(init: false);
        await _rig.Gate!.DisposeAsync();
        Configure(", \"Socket\": null");
        var start = () => _rig.StartAsync(init: false);
        await start.Should().ThrowAsync<TokenFileException>().WithMessage("*no administrator*Admin.Socket*");
    }

    [Fact]
    public async Task WithoutASocket_TheFirstTokenStays_AndTheLastAdministratorToo()
    {
        await StartAsync(", \"Socket\": null");
        File.Exists(Path.Combine(_rig.State, "podgate.sock")).Should().BeFalse();
        TokenStore.Open(_rig.State, TimeProvider.System).Tokens.Single().Expires.Should().BeNull();
        var file = Path.Combine(_rig.State, TokenStore.OperatorTokenFile);
        var revoked = await _cli.RunAsync("token", "revoke", TokenStore.InitialName, "--url", _rig.Gate!.AdminUrl, "--token-file", file);
        revoked.Code.Should().Be(1);
        revoked.Error.Should().Contain("last administrator");
    }

    [Fact]
    public async Task SocketTakenAwayLater_WhenOnlyATokenThatEndsIsLeft_IsWarnedOf()
    {
        await (await StartAsync("")).DisposeAsync();
        Configure(", \"Socket\": null");
        await _rig.StartAsync(init: false);
        _rig.Log.ToString().Should().Contain("no administrator's token that does not expire");
    }

    [Fact]
    public async Task SomethingElseInThePlaceOfTheSocket_KeepsTheGateFromStarting()
    {
        var place = Path.Combine(_rig.Directory, "taken");
        await File.WriteAllTextAsync(place, "precious");
        var start = () => StartAsync($", \"Socket\": \"{place}\"");
        await start.Should().ThrowAsync<ListenException>().WithMessage($"Admin.Socket: {place} is there and is no socket*");
        (await File.ReadAllTextAsync(place)).Should().Be("precious");
    }

    private void Configure(string more) =>
        _rig.Configure("\"http://127.0.0.1:0\"", "\"pod-a\": { \"Address\": \"http://127.0.0.1:9\" }", admin: "\"http://127.0.0.1:0\"" + more);

    private Task<Gate> StartAsync(string more)
    {
        Configure(more);
        return _rig.StartAsync();
    }
}
