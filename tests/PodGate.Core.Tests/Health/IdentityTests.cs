using PodGate.Core.Health;

namespace PodGate.Core.Tests.Health;

/// <summary>The pod is pod-a; pod-b and pod-c are configured too.</summary>
public sealed class IdentityTests
{
    private static readonly IdentitySettings Given = new();
    private static readonly IdentitySettings Expects = new() { Expected = "host-17" };
    private static readonly IdentitySettings ByField = new() { Field = "name" };
    private static readonly IdentitySettings ByHeader = new() { Header = "X-Host" };
    private static readonly IdentitySettings ByBoth = new() { Field = "name", Header = "X-Host" };

    // settings, header, fields of the document -> whether it is another's, and the end of the sentence.
    public static TheoryData<IdentitySettings?, string?, string, string?> Rows => new()
    {
        { null,     null,     "",                     null },
        { null,     null,     "\"pod\":\"pod-a\"",    null },
        { null,     null,     "\"pod\":\"POD-A\"",    null },
        { null,     null,     "\"pod\":\"sturgeon\"", null },
        { null,     null,     "\"pod\":\"pod-b\"",    "but its document is that of pod-b" },
        { null,     null,     "\"podName\":\"Pod-C\"", "but its document is that of pod-c" },
        { null,     null,     "\"name\":\"pod-b\"",   null },
        { null,     "pod-b",  "",                     null },
        { Given,    null,     "\"pod\":\"pod-a\"",    null },
        { Given,    null,     "\"pod\":\"Pod-A\"",    null },
        { Given,    null,     "\"pod\":\"pod-b\"",    "but its document names pod-b; pod-a was expected" },
        { Given,    null,     "\"pod\":\"sturgeon\"", "but its document names something else; pod-a was expected" },
        { Given,    null,     "",                     "but its document does not say whose it is; pod-a was expected" },
        { Expects,  null,     "\"pod\":\"HOST-17\"",  null },
        { Expects,  null,     "\"pod\":\"pod-a\"",    "but its document names pod-a; host-17 was expected" },
        { ByField,  null,     "\"name\":\"pod-a\"",   null },
        { ByField,  null,     "\"pod\":\"pod-a\"",    "but its field name does not say whose it is; pod-a was expected" },
        { ByField,  null,     "\"name\":\"pod-c\"",   "but its field name names pod-c; pod-a was expected" },
        { ByHeader, "pod-a",  "",                     null },
        { ByHeader, "pod-a",  "\"pod\":\"sturgeon\"", null },
        { ByHeader, "pod-a",  "\"pod\":\"pod-b\"",    "but its document is that of pod-b" },
        { ByHeader, "pod-b",  "\"pod\":\"pod-a\"",    "but its header X-Host names pod-b; pod-a was expected" },
        { ByHeader, null,     "\"pod\":\"pod-a\"",    "but its header X-Host does not say whose it is; pod-a was expected" },
        { ByBoth,   "pod-a",  "\"name\":\"pod-a\"",   null },
        { ByBoth,   "pod-a",  "",                     "but its field name does not say whose it is; pod-a was expected" },
        { ByBoth,   "pod-b",  "\"name\":\"pod-a\"",   "but its header X-Host names pod-b; pod-a was expected" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Identity_Table(IdentitySettings? settings, string? header, string fields, string? trouble)
    {
        var rig = new DocumentRig(health => health with { Identity = settings });
        var judged = rig.Judge(0, $$"""{"status":"UP"{{(fields.Length > 0 ? "," : "")}}{{fields}}}""", header: header);
        judged.Result.Should().Be(trouble is null ? ProbeResult.Healthy : ProbeResult.WrongPod);
        judged.Sentence.Should().Be("health answered 200 Healthy" + (trouble is null ? "" : ", " + trouble));
    }

    // What says nothing of whose it is, is an error and not another pod: another pod is latched at once.
    [Theory]
    [InlineData(503, "", ProbeResult.Overloaded)]
    [InlineData(500, "<html>", ProbeResult.Unhealthy)]
    [InlineData(200, "{\"status\":\"DOWN\"}", ProbeResult.Unhealthy)]
    [InlineData(200, "{\"status\":\"green\"}", ProbeResult.Unreadable)]
    [InlineData(200, "{\"status\":\"DOWN\",\"pod\":\"pod-b\"}", ProbeResult.WrongPod)]
    [InlineData(503, "{\"status\":\"DOWN\",\"pod\":\"x\"}", ProbeResult.WrongPod)]
    [InlineData(200, "OK", ProbeResult.WrongPod)]
    [InlineData(200, "", ProbeResult.WrongPod)]
    [InlineData(429, "", ProbeResult.WrongPod)]
    public void Identity_MissingInAnError_IsOnlyAnError(int code, string body, ProbeResult expected) =>
        new DocumentRig(health => health with { Identity = Given }).Judge(0, body, code).Result.Should().Be(expected);

    [Fact]
    public void WrongPod_IsWorseThanAnythingElse()
    {
        var rig = new DocumentRig(health => health with { Freshness = new FreshnessSettings { Field = "n" }, Components = DocumentRig.Rules("*=Ignore") });
        rig.Judge(0, """{"status":"UP","pod":"pod-b"}""", age: 30).Result.Should().Be(ProbeResult.WrongPod, "and not stale");
        rig.Judge(1, """{"status":"DOWN","pod":"pod-b","components":{"db":"DOWN"}}""", 503).Result.Should().Be(ProbeResult.WrongPod, "and not healthy by a rule");
    }

    [Fact]
    public void WrongPod_IsNoPartOfTheStory()
    {
        var rig = new DocumentRig(health => health with { Components = DocumentRig.Rules("*=Degrade/10") });
        rig.Judge(0, """{"status":"DOWN","components":{"db":"DOWN"}}""");
        rig.Judge(5, """{"status":"UP","pod":"pod-b","components":{"db":"UP"}}""").Result.Should().Be(ProbeResult.WrongPod);
        rig.Judge(10, """{"status":"DOWN","components":{"db":"DOWN"}}""").Result.Should().Be(ProbeResult.Unhealthy);
    }

    [Fact]
    public void ReportThatIsNoAnswer_StaysWhatItIs_UnlessItsDocumentIsAnothers()
    {
        var rig = new DocumentRig();
        ProbeReport Refused(string body) => rig.Report(0, body) with { Result = ProbeResult.Refused, Sentence = "data port: refused" };
        rig.Judge(Refused("""{"status":"UP","pod":"pod-a"}""")).Should().Match<ProbeReport>(r => r.Result == ProbeResult.Refused && r.Sentence == "data port: refused");
        rig.Judge(Refused("""{"status":"UP","pod":"pod-b"}""")).Sentence.Should().Be("data port: refused, but its document is that of pod-b");
        var silent = Refused("") with { Document = null, Result = ProbeResult.TimedOut };
        rig.Judge(silent).Should().BeSameAs(silent);
    }
}
