using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class GateAnswerTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Refusal_EndsWith1AndItsSentence(int status)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Problem(status, "The guard forbids it: pod-b would be the last."));
        foreach (var command in Commands())
        {
            var ended = await _cli.RunAsync(gate, command);
            ended.Code.Should().Be(1, string.Join(' ', command));
            ended.Error.Should().StartWith("refused: The guard forbids it: pod-b would be the last.");
            ended.Output.Should().BeEmpty();
        }
    }

    [Fact]
    public async Task Refusal_WithJson_IsOneDocumentToo()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Problem(409, "Somebody else was first."));
        var ended = await _cli.RunAsync(gate, "status", "--json");
        ended.Code.Should().Be(1);
        using var document = JsonDocument.Parse(ended.Output);
        document.RootElement.GetProperty("detail").GetString().Should().Be("Somebody else was first.");
        ended.Error.Should().Contain("Somebody else was first.");
    }

    [Fact]
    public async Task Unauthorized_SaysWhereTheTokenCameFromAndNeverTheToken()
    {
        await using var gate = await FakeGate.StartAsync(_ => new Told(401, null, ""));
        var ended = await _cli.RunAsync(gate, "status");
        ended.Code.Should().Be(1);
        ended.Error.Should().Contain("The token sent came from PODGATE_TOKEN").And.NotContain(CliRun.Secret);
    }

    [Fact]
    public async Task NobodyThere_EndsWith3()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        foreach (var command in Commands())
        {
            var ended = await _cli.RunAsync([.. command, "--url", $"http://127.0.0.1:{port}"]);
            ended.Code.Should().Be(3, string.Join(' ', command));
            ended.Error.Should().Contain($"http://127.0.0.1:{port}/ cannot be reached").And.Contain("--url").And.NotContain(CliRun.Secret);
            ended.Output.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData(200, "text/html", "<html>hello</html>")]
    [InlineData(200, "application/json", "{ not json")]
    [InlineData(200, "application/json", "{} {}")]
    [InlineData(200, "application/json", "null")]
    [InlineData(200, "application/json", "{}")]
    [InlineData(200, "application/json", """{"gate":null,"pods":null}""")]
    [InlineData(200, "application/json", """{"gate":{"mode":7},"pods":[]}""")]
    [InlineData(200, null, "")]
    [InlineData(302, "text/plain", "")]
    [InlineData(404, "text/plain", "not found")]
    [InlineData(502, "text/html", "<h1>Bad gateway</h1>")]
    [InlineData(404, "application/json", "{}")]
    public async Task NotAGate_EndsWith3(int status, string? type, string body)
    {
        await using var gate = await FakeGate.StartAsync(_ => new Told(status, type, body));
        var ended = await _cli.RunAsync(gate, "status");
        ended.Code.Should().Be(3, ended.Error);
        ended.Error.Should().Contain("is not a gate's operator API").And.NotContain(CliRun.Secret);
        gate.Requests.Should().ContainSingle("no redirect is followed");
    }

    [Fact]
    public async Task NotHttp_EndsWith3()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var talking = Task.Run(async () =>
        {
            using var client = await other.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("220 mail ready\r\n"u8.ToArray());
            await client.GetStream().ReadExactlyAsync(new byte[1]);
        });
        var ended = await _cli.RunAsync("status", "--url", $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}");
        ended.Code.Should().Be(3, ended.Error);
        await talking;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Command_WhoseAnswerIsLost_SaysThatItMayHaveBeenDone(bool silent)
    {
        await using var gate = await FakeGate.StartAsync(asked =>
            asked.Method == "GET" ? Told.Json(Samples.Pod()) : silent ? Told.Silence : new Told(500, null, ""));
        var ended = await _cli.RunAsync(gate, "drain", "pod-a", "--reason", "why");
        ended.Code.Should().Be(3);
        ended.Error.Should().Contain("Whether the command was carried out is not known");
        gate.Requests.Count(asked => asked.Method == "POST").Should().Be(1, "a command is never repeated by itself");
    }

    [Fact]
    public async Task Reload_Refused_PrintsAllErrors()
    {
        var said = new ReloadJson(false, "The file is not valid; the old configuration goes on.", ["Pods.pod-c: a", "Probing.Fall: b"]);
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(said, 409));
        var ended = await _cli.RunAsync(gate, "reload");
        ended.Code.Should().Be(1);
        ended.Error.Should().Contain("the old configuration goes on").And.Contain("  - Pods.pod-c: a").And.Contain("  - Probing.Fall: b");
        gate.Only("POST").Target.Should().Be("/api/v1/reload");
    }

    [Fact]
    public async Task Reload_Confirmed_SaysSo()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new ReloadJson(true, "Applied: pod-c removed.", [])));
        var ended = await _cli.RunAsync(gate, "reload", "--confirm");
        ended.Code.Should().Be(0);
        ended.Output.Should().Be("Applied: pod-c removed." + Environment.NewLine);
        gate.Only("POST").Target.Should().Be("/api/v1/reload?confirm=true");
    }

    [Theory]
    [InlineData("--for 30m", "00:30:00")]
    [InlineData("--end", "00:00:00")]
    public async Task Freeze_SendsHowLong(string flags, string expected)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(Samples.Outcome(null, "Automation is frozen.")));
        var ended = await _cli.RunAsync(gate, ["freeze", "--reason", "switch", .. flags.Split(' ')]);
        ended.Code.Should().Be(0, ended.Error);
        ended.Output.Should().Be("Automation is frozen." + Environment.NewLine);
        gate.Only("POST").Target.Should().Be("/api/v1/freeze");
        gate.Only("POST").Body.Should().Be($$"""{"reason":"switch","for":"{{expected}}"}""");
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001%3Adb8%3A%3A7")]
    public async Task WhereIs_AsksForTheAddress(string address, string escaped)
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new WhereIsJson(address, 4711, "pod-a", null)));
        var ended = await _cli.RunAsync(gate, "whereis", address);
        ended.Output.Should().Be($"{address} is in slot 4711, on pod-a; a retry would go to no other pod." + Environment.NewLine);
        gate.Only("GET").Target.Should().BeOneOf("/api/v1/whereis/" + escaped, "/api/v1/whereis/" + address);
    }

    [Fact]
    public async Task Tokens_AreAddedListedAndRevoked()
    {
        IReadOnlyList<TokenJson> list =
        [
            new TokenJson("ci@build", "viewer", Samples.Now),
            new TokenJson("anna", "operator", Samples.Now) { Expires = Samples.Now.AddDays(90), LastUsed = Samples.Now.AddHours(1), LastFrom = "192.0.2.7" },
        ];
        await using var gate = await FakeGate.StartAsync(Samples.Answer(
            ("GET /api/v1/tokens", Told.Json(list)),
            ("POST /api/v1/tokens", Told.Json(new NewTokenJson("ci@build", "viewer", "pg_new") { Expires = Samples.Now.AddDays(90) }, 201)),
            ("DELETE /api/v1/tokens/ci", new Told(204, null, ""))));
        var added = await _cli.RunAsync(gate, "token", "add", "ci@build", "--role", "viewer", "--expires", "90d");
        (added.Code, added.Output).Should().Be((0, "pg_new" + Environment.NewLine), "a shell puts the output into a file");
        added.Error.Should().Contain("never again").And.Contain("until 2027-02-20").And.NotContain("pg_new");
        gate.Only("POST").Body.Should().Be("""{"name":"ci@build","role":"viewer","lasts":"90.00:00:00"}""");

        var listed = await _cli.RunAsync(gate, "token", "list");
        listed.Output.Split('\n')[1].Should().MatchRegex(@"^ci@build +viewer +2026-11-22 14:10:00Z +never +never *$");
        listed.Output.Split('\n')[2].Should().MatchRegex("^anna +operator +2026-11-22 14:10:00Z +2027-02-20 14:10:00Z +2026-11-22 15:10:00Z from 192.0.2.7 *$");

        var revoked = await _cli.RunAsync(gate, "token", "revoke", "ci@build");
        (revoked.Code, revoked.Output).Should().Be((0, "The token of ci@build is revoked." + Environment.NewLine));
        gate.Only("DELETE").Target.Should().BeOneOf("/api/v1/tokens/ci%40build", "/api/v1/tokens/ci@build");
    }

    private static string[][] Commands() =>
    [
        ["status"], ["status", "pod-a"], ["drain", "pod-a", "--reason", "why"], ["enable", "pod-a", "--reason", "why"],
        ["disable", "pod-a", "--reason", "why"], ["freeze", "--for", "5m", "--reason", "why"], ["events"], ["events", "--follow"],
        ["whereis", "192.0.2.7"], ["reload"], ["token", "list"], ["token", "add", "ci", "--role", "viewer"], ["token", "revoke", "ci"],
    ];
}
