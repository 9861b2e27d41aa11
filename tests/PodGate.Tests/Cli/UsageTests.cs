namespace PodGate.Tests.Cli;

public sealed class UsageTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("", "Required command")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("status pod-a pod-b", "pod-b")]
    [InlineData("status --nonsense", "--nonsense")]
    [InlineData("status ..", "POD")]
    [InlineData("status a/b", "POD")]
    [InlineData("drain pod-a", "--reason")]
    [InlineData("drain --reason why", "POD")]
    [InlineData("enable pod-a", "--reason")]
    [InlineData("disable pod-a", "--reason")]
    [InlineData("drain pod-a --reason why --deadline 5", "--deadline")]
    [InlineData("drain pod-a --reason why --deadline soon", "1h30m")]
    [InlineData("drain pod-a --reason why --version abc", "--version wants a whole number")]
    [InlineData("drain pod-a --reason why --version -1", "--version")]
    [InlineData("enable pod-a --reason why --wait", "--wait")]
    [InlineData("enable --reason why", "name a pod, or say --all-well")]
    [InlineData("enable pod-a --all-well --reason why", "leave POD out")]
    [InlineData("enable --all-well", "--reason")]
    [InlineData("enable --all-well --reason why --force", "--force")]
    [InlineData("drain --all-well --reason why", "--all-well")]
    [InlineData("enable pod-a --reason why --ramp 5", "--ramp")]
    [InlineData("drain pod-a --reason why --ramp 0", "--ramp")]
    [InlineData("enable pod-a --reason why --hold 100", "--hold")]
    [InlineData("enable pod-a --reason why --hold half", "--hold")]
    [InlineData("note pod-a", "TEXT")]
    [InlineData("freeze --for 0 --reason why", "--for")]
    [InlineData("drain pod-a --reason why --until soon", "with its zone")]
    [InlineData("drain pod-a --reason why --until 2030-01-01T00:00:00", "says no zone")]
    [InlineData("drain pod-a --reason why --until 0s", "--until")]
    [InlineData("enable pod-a --reason why --until 4h", "--until")]
    [InlineData("enable pod-a --reason why --owner ops", "--owner")]
    [InlineData("maintenance", "Required command")]
    [InlineData("maintenance add --from 2030-01-01T00:00Z --until 2030-01-01T01:00Z --reason why", "POD")]
    [InlineData("maintenance add pod-a --until 2030-01-01T01:00Z --reason why", "--from")]
    [InlineData("maintenance add pod-a --from 2030-01-01T00:00Z --until 2030-01-01T01:00Z", "--reason")]
    [InlineData("maintenance add pod-a --from 2030-01-01T00:00 --until 2030-01-01T01:00Z --reason why", "2030-01-01T00:00Z for UTC")]
    [InlineData("maintenance add pod-a --from tomorrow --until 2030-01-01T01:00Z --reason why", "Europe/Berlin")]
    [InlineData("maintenance cancel --reason why", "ID")]
    [InlineData("maintenance cancel m-1", "--reason")]
    [InlineData("maintenance announce --language fr", "fr")]
    [InlineData("freeze --reason why", "--for DURATION or --end")]
    [InlineData("freeze --for 5m --end --reason why", "--for DURATION or --end")]
    [InlineData("freeze --for 0s --reason why", "--for")]
    [InlineData("freeze --for 5m", "--reason")]
    [InlineData("freeze --for soon --reason why", "--for wants a duration")]
    [InlineData("events --most x", "--most")]
    [InlineData("events --most 0", "--most")]
    [InlineData("events --after -3", "--after")]
    [InlineData("whereis", "ADDRESS")]
    [InlineData("whereis nowhere", "ADDRESS")]
    [InlineData("whereis 1", "ADDRESS")]
    [InlineData("token", "Required command")]
    [InlineData("token add ci", "--role")]
    [InlineData("token add ci --role emperor", "emperor")]
    [InlineData("token revoke", "NAME")]
    [InlineData("user", "Required command")]
    [InlineData("user add anna", "--role")]
    [InlineData("user add anna --role emperor", "emperor")]
    [InlineData("user reset", "NAME")]
    [InlineData("audit", "Required command")]
    [InlineData("audit show --most 0", "--most")]
    [InlineData("audit verify --head 12", "--head wants a number, a colon and a hash")]
    [InlineData("audit verify --head 12:AB", "--head wants")]
    [InlineData("serve", "--config")]
    [InlineData("check", "--config")]
    [InlineData("reload now", "now")]
    public async Task CommandLine_Wrong_EndsWith2AndSaysWhat(string line, string said)
    {
        var ended = await _cli.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        ended.Code.Should().Be(2, ended.Error);
        ended.Error.Should().Contain(said).And.Contain("--help");
        ended.Output.Should().BeEmpty();
        _cli.Served.Should().BeEmpty();
        _cli.Checked.Should().BeEmpty();
    }

    [Theory]
    [InlineData("  ")]
    [InlineData("two\nlines")]
    public async Task Reason_NotAReason_EndsWith2(string reason)
    {
        var ended = await _cli.RunAsync("drain", "pod-a", "--reason", reason);
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("--reason");
    }

    [Theory]
    [InlineData("gate")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://me:hush@127.0.0.1:9090")]
    [InlineData("http://127.0.0.1:9090/?q=hush")]
    [InlineData("http://192.0.2.1:9090")]
    [InlineData("http://gate.example:9090")]
    public async Task Url_NotOneATokenMayGoTo_EndsWith2(string url)
    {
        var ended = await _cli.RunAsync("status", "--url", url);
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("--url").And.NotContain("hush");
        _cli.Variables["PODGATE_URL"] = url;
        ended = await _cli.RunAsync("status");
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("PODGATE_URL").And.NotContain("hush");
    }

    [Fact]
    public async Task Token_OnTheCommandLine_IsRefusedAndNotRepeated()
    {
        var ended = await _cli.RunAsync("status", "--token", "very-secret");
        ended.Code.Should().Be(2);
        ended.Error.Should().Contain("PODGATE_TOKEN").And.NotContain("very-secret");
    }

    [Fact]
    public async Task Help_OfEveryCommand_EndsWith0()
    {
        string[] commands =
        [
            "", "serve", "check", "reload", "upgrade", "status", "why", "replay", "connections", "drain", "enable", "disable", "roll", "freeze", "events", "whereis",
            "maintenance", "maintenance add", "maintenance list", "maintenance cancel", "maintenance announce",
            "alerts", "alerts list", "alerts ack", "alerts test", "alerts silence", "alerts silence add", "alerts silence list", "alerts silence end",
            "token", "token add", "token list", "token revoke",
            "user", "user add", "user list", "user reset", "user remove", "user unlock",
            "audit", "audit show", "audit head", "audit verify",
        ];
        foreach (var command in commands)
        {
            var ended = await _cli.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
            ended.Code.Should().Be(0, command);
            ended.Output.Should().Contain("Usage").And.NotContain("--token ");
        }
    }

    [Fact]
    public async Task Version_OfTheProgram_IsNotTheVersionOfAPod()
    {
        var ended = await _cli.RunAsync("--version");
        ended.Code.Should().Be(0);
        ended.Output.Trim().Should().NotBeEmpty();
    }

    [Fact]
    public async Task Serve_PassesWhatItWasCalledWith()
    {
        (await _cli.RunAsync("serve", "--config", "my.json", "--init")).Code.Should().Be(0);
        (await _cli.RunAsync("--config", "my.json", "serve", "--recover")).Code.Should().Be(0);
        _cli.Served.Should().Equal(new PodGate.Cli.ServeOptions("my.json", true, false), new PodGate.Cli.ServeOptions("my.json", false, true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Check_ReturnsWhatTheCheckSaid(int code)
    {
        _cli.CheckResult = code;
        var ended = await _cli.RunAsync("check", "--config", "my.json");
        ended.Code.Should().Be(code);
        ended.Error.Should().Be(code == 0 ? "" : "Pods: must not be empty." + Environment.NewLine);
        _cli.Checked.Should().Equal("my.json");
    }
}
