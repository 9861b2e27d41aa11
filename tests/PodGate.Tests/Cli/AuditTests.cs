using PodGate.Cli;
using PodGate.Control.Alerts;
using PodGate.Hosting;
using PodGate.Operator.Audit;
using PodGate.Tests.Operator.Audit;

namespace PodGate.Tests.Cli;

public sealed class AuditTests : IDisposable
{
    private static readonly string Hash = new('a', 64);

    private readonly CliRun _cli = new();
    private readonly AuditRoom _room = new();

    public void Dispose()
    {
        _cli.Dispose();
        _room.Dispose();
    }

    [Fact]
    public async Task Show_PrintsTheNewestLast_AndGoesOnWhereASearchEnded()
    {
        await using var gate = await FakeGate.StartAsync(asked => Told.Json(asked.Target.Contains("before=5", StringComparison.Ordinal)
            ? new AuditPageJson([Entry(2) with { Act = "POST freeze", Target = null, Status = 409, Refusal = "guard", Omitted = 7 }], null, 0)
            : new AuditPageJson([Entry(9), Entry(8) with { Who = null, Role = null, Act = "GET pods", Status = 401, Refusal = "unauthorised", Target = null, Reason = null }], 5, 1)));
        var ended = await _cli.RunAsync(gate, "audit", "show", "--who", "anna", "--act", "POST pods.drain", "--target", "pod-a");
        ended.Code.Should().Be(0);
        ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
            "2026-11-22 14:05:00Z  #2  POST freeze  refused (guard), by anna (operator, token) from 192.0.2.7: new disk  (7 acts before it are not in the trail)",
            "2026-11-22 14:05:00Z  #8  GET pods  refused (unauthorised), by somebody unknown from 192.0.2.7",
            "2026-11-22 14:05:00Z  #9  POST pods.drain pod-a  done, by anna (operator, token) from 192.0.2.7: new disk  (event #17)");
        ended.Error.Should().Contain("podgate audit verify says which");
        gate.Requests.Select(asked => asked.Target).Should().Equal(
            "/api/v1/audit?most=50&who=anna&act=POST%20pods.drain&target=pod-a", "/api/v1/audit?most=48&before=5&who=anna&act=POST%20pods.drain&target=pod-a");
    }

    [Fact]
    public async Task Head_PrintsWhatVerifyTakes()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(new AuditHead(12, Hash)));
        (await _cli.RunAsync(gate, "audit", "head")).Output.Should().Be($"12:{Hash}\n");
        await _cli.RunAsync("audit", "verify", "--head", $"12:{Hash}", "--state", "state", "--config", "my.json");
        _cli.Verified.Single().Should().Be(new AuditAsked(Path.Combine(_cli.Directory, "my.json"), Path.Combine(_cli.Directory, "state"), new AuditHead(12, Hash)));
    }

    [Fact]
    public async Task Verify_SaysWhatIsWrongAndWhere()
    {
        _cli.Verdict = new AuditTold(1, null, new AuditVerdict(false, 1, 11, 2, new AuditHead(12, Hash), [new AuditFinding("00000002.jsonl, line 3", "is not what was written")], 4));
        var ended = await _cli.RunAsync("audit", "verify");
        ended.Code.Should().Be(1);
        ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
            "00000002.jsonl, line 3: is not what was written", "and 4 more", "NOT right: 11 entries from 1 to 12 in 2 files", $"head: 12:{Hash}");
        (await _cli.RunAsync("audit", "verify", "--json")).Output.Should().Contain("\"right\": false").And.Contain("\"where\": \"00000002.jsonl, line 3\"");
    }

    [Fact]
    public async Task Verify_OfARealTrail_EndsWith0OrWith1()
    {
        var trail = _room.Open();
        await _room.WriteAsync(trail, 3);
        AuditTold Run(AuditHead? head) => AuditRun.Run(new AuditAsked(null, _room.State, head), _cli.Directory, new Dictionary<string, string>());
        Run(null).Should().BeEquivalentTo(new { ExitCode = 0, Verdict = new { Right = true, Entries = 3L } });
        Run(trail.Head).ExitCode.Should().Be(0);
        Run(new AuditHead(4, Hash)).ExitCode.Should().Be(1, "entry 4 was noted");
        File.WriteAllText(_room.Segments.Single(), "");
        Run(trail.Head).ExitCode.Should().Be(1);
    }

    [Fact]
    public void Verify_OfNoStateDirectory_EndsWith2AndSaysHowToNameOne()
    {
        AuditTold Run(AuditAsked asked) => AuditRun.Run(asked, _cli.Directory, new Dictionary<string, string>());
        Run(new AuditAsked(null, null, null)).Should().BeEquivalentTo(new { ExitCode = 2, Verdict = (AuditVerdict?)null });
        Run(new AuditAsked(null, Path.Combine(_cli.Directory, "nowhere"), null)).Problem.Should().Contain("--state");
        Run(new AuditAsked(null, _room.State, null)).ExitCode.Should().Be(1, "a state directory without a trail is one whose trail is gone");
    }

    private static AuditEntry Entry(long number) => new(number, new DateTimeOffset(2026, 11, 22, 14, 5, 0, TimeSpan.Zero), "POST pods.drain", 200)
    {
        Who = "anna", Role = "operator", Proof = "token", From = "192.0.2.7", Target = "pod-a", Reason = "new disk", Previous = Hash, Hash = Hash,
        Transition = number == 9 ? 17 : null,
    };
}
