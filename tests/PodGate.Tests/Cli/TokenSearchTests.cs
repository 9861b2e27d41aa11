using PodGate.Cli;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class TokenSearchTests : IDisposable
{
    private readonly CliRun _cli = new();

    public TokenSearchTests() => _cli.Variables.Clear();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Token_IsTakenFromTheFirstPlaceThatHasOne()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new FleetJson(Samples.Gate, [])));
        _cli.Write("state/operator.token", "from-state\n");
        (await Sent()).Should().Be("Bearer from-state");

        _cli.Write("config/podgate.json", """{ /* why */ "statedirectory": "../in-config", "Unknown": [1,2,], }""");
        _cli.Write("in-config/operator.token", "from-config-directory");
        (await Sent()).Should().Be("Bearer from-config-directory");

        _cli.Write("podgate.json", """{ "StateDirectory": "here" }""");
        _cli.Write("here/operator.token", "\uFEFFfrom-working-directory\r\n");
        (await Sent()).Should().Be("Bearer from-working-directory");

        _cli.Variables["PODGATE__StateDirectory"] = Path.GetDirectoryName(_cli.Write("var/operator.token", "from-environment-directory"))!;
        (await Sent()).Should().Be("Bearer from-environment-directory");
        _cli.Variables.Clear();

        _cli.Write("else/where.json", "{}");
        _cli.Write("else/state/operator.token", "from-named-configuration");
        (await Sent("--config", "else/where.json")).Should().Be("Bearer from-named-configuration");

        _cli.Write("my.token", "from-token-file\n");
        (await Sent("--config", "else/where.json", "--token-file", "my.token")).Should().Be("Bearer from-token-file");

        _cli.Variables["PODGATE_TOKEN"] = " from-variable ";
        (await Sent("--config", "else/where.json", "--token-file", "my.token")).Should().Be("Bearer from-variable");

        async Task<string?> Sent(params string[] args)
        {
            gate.Requests.Clear();
            var ended = await _cli.RunAsync(gate, ["status", .. args]);
            ended.Code.Should().Be(0, ended.Error);
            return gate.Only("GET").Authorization;
        }
    }

    [Fact]
    public async Task NoToken_TheHintNamesEveryPlaceThatWasTried()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Problem(401, "A token is needed."));
        _cli.Write("podgate.json", """{ "StateDirectory": "here" }""");
        _cli.Write("config/podgate.json", "not json");
        _cli.Write("state/operator.token", "two\nlines");
        var ended = await _cli.RunAsync(gate, "status");
        ended.Code.Should().Be(1);
        ended.Error.Should().Contain("refused: A token is needed. No token was sent.")
            .And.Contain("PODGATE_TOKEN (not set)").And.Contain("--token-file (not given)")
            .And.Contain(Path.Combine(_cli.Directory, "here", "operator.token") + " (is not there)")
            .And.Contain(Path.Combine(_cli.Directory, "config", "podgate.json") + " (is not JSON)")
            .And.Contain(Path.Combine(_cli.Directory, "state", "operator.token") + " (does not hold a token")
            .And.NotContain("lines;").And.NotContain("two");
        gate.Only("GET").Authorization.Should().BeNull();
    }

    [Theory]
    [InlineData(null, "is not there")]
    [InlineData("", "is empty")]
    [InlineData("hush hush", "does not hold a token")]
    [InlineData("hush\u0007", "does not hold a token")]
    public async Task TokenFile_ThatHoldsNone_EndsWith2(string? content, string why)
    {
        if (content is not null) _cli.Write("my.token", content);
        var ended = await _cli.RunAsync("status", "--token-file", "my.token");
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain(Path.Combine(_cli.Directory, "my.token")).And.Contain(why).And.NotContain("hush");
    }

    [Fact]
    public async Task Variable_ThatHoldsNone_EndsWith2AndIsNotRepeated()
    {
        _cli.Variables["PODGATE_TOKEN"] = "hush\r\nX-Evil: 1";
        var ended = await _cli.RunAsync("status");
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("PODGATE_TOKEN").And.NotContain("hush").And.NotContain("Evil");
    }

    [Fact]
    public void Token_OfThisMachine_IsNotSentToAnother()
    {
        _cli.Write("state/operator.token", "from-state");
        var search = new TokenSearch(new CliEnvironment(_ => null, _cli.Directory, TimeProvider.System));
        search.Find(null, null, overLoopback: true).Token.Should().Be("from-state");
        var remote = search.Find(null, null, overLoopback: false);
        remote.Token.Should().BeNull();
        remote.Tried.Should().Contain(place => place.Contains("not asked over loopback", StringComparison.Ordinal));
    }
}
