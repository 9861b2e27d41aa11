using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Tests.Cli;

public sealed class WhyTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Why_ShowsTheRuleTheNumbersTheReportsAndWhatEnableWouldSay()
    {
        await using var gate = await FakeGate.StartAsync(Samples.Answer(("GET /api/v1/pods/pod-b/why", Told.Json(Sample()))));
        var ended = await _cli.RunAsync(gate, "why", "pod-b");
        ended.Code.Should().Be(0, ended.Error);
        foreach (var line in new[]
        {
            "pod-b is Latched since 2026-11-22 14:05:00Z (5m 0s), health Healthy",
            "DECIDED BY", "  Latch Refused, since 2026-11-22 14:05:00Z", "    rule: it refused Fall probes in a row", "    seen: because it was so",
            "NUMBERS NOW: probes", "  failures in a row that count          3  Fall 3", "NUMBERS NOW: check login",
            "EVIDENCE OF THE LATCH, as it was at 2026-11-22 14:05:00Z", "  14:04:59 connection refused",
            "LAST REPORTS: health address", "  14:09:59.000 TimedOut      1000 ms  silent (a witness answered)", "LAST REPORTS: check login",
            "    body: <html>Sign in", "    body: <html>Sorry",
            "LAST DOCUMENT, 10s ago: judged Unhealthy", "  identity      mallory", "  clock         2.5 s behind the gate's", "  database Unhealthy (rule: Condemn): no connection",
            "THE BEGINNING OF THE LAST BODY (the pod's own words)", "  {\"status\":\"x\"}", "THE GUARD", "  it would hold", "ENABLE", "  no: not verified to be well",
        })
        {
            ended.Output.Split('\n').Should().Contain(line);
        }

        ended.Output.Split("<html>Sorry").Should().HaveCount(2, "the same body is told once");
    }

    [Fact]
    public async Task Why_WithJson_PrintsWhatTheGateSaid()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(Sample()));
        var ended = await _cli.RunAsync(gate, "why", "pod-b", "--json");
        using var document = JsonDocument.Parse(ended.Output);
        document.RootElement.GetProperty("enable").GetProperty("allowed").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public async Task Why_OfAnUnknownPod_IsRefusedWithTheGatesSentence()
    {
        await using var gate = await FakeGate.StartAsync(_ => Told.Problem(404, "There is no pod named pod-z."));
        var ended = await _cli.RunAsync(gate, "why", "pod-z");
        ended.Code.Should().Be(1);
        ended.Error.Should().Contain("There is no pod named pod-z.");
        (await _cli.RunAsync(gate, "why")).Code.Should().Be(2);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(80)]
    public async Task TricksOfAPod_ArePrintedAsPlainText(int? width)
    {
        const string Hostile = "[red]x[/] \u001b[2J\u0007 a\r\nfake line\u009b31m\u202egnp\u2028z";
        _cli.TerminalWidth = width;
        _cli.Variables["NO_COLOR"] = "1";
        var sample = Sample();
        var why = sample with
        {
            Body = Hostile, Guard = [Hostile], Enable = new PreflightJson(false, Hostile),
            Rulings = [sample.Rulings[0] with { Sentence = Hostile, Rule = Hostile }],
            Numbers = [new ComparisonJson(Hostile, Hostile, Hostile, Hostile)],
            Reports = [sample.Reports[0] with { Sentence = Hostile, Check = Hostile, Body = Hostile }],
            Document = sample.Document! with { Identity = Hostile, Version = Hostile, Components = [new ComponentJson(Hostile, Hostile, Hostile, Hostile)] },
        };
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(why));
        var ended = await _cli.RunAsync(gate, "why", "pod-b");
        var text = ended.Output.Replace(Environment.NewLine, "\n", StringComparison.Ordinal);
        if (width is not null) text = text.Replace("\u001b[1m", "", StringComparison.Ordinal).Replace("\u001b[0m", "", StringComparison.Ordinal);
        text.Should().NotContainAny("\u001b", "\u0007", "\r", "\u009b", "\u202e", "\u2028");
        text.Should().Contain("[red]x[/]");
        text.Split('\n').Should().NotContain(line => line.StartsWith("fake", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OnAPhone_NoLineIsWiderThan80Columns_AndNoWordIsLost()
    {
        _cli.TerminalWidth = 80;
        _cli.Variables["NO_COLOR"] = "1";
        var sentence = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"word{i}"));
        var sample = Sample();
        var why = sample with { Guard = [sentence], Enable = new PreflightJson(true, sentence), Reports = [sample.Reports[0] with { Sentence = sentence }] };
        await using var gate = await FakeGate.StartAsync(_ => Told.Json(why));
        var lines = (await _cli.RunAsync(gate, "why", "pod-b")).Output.Replace("\u001b[1m", "").Replace("\u001b[0m", "").Split('\n');
        lines.Should().OnlyContain(line => line.TrimEnd().Length <= 80);
        string.Join(' ', lines).Split(' ').Count(word => word == "word37").Should().Be(3);
    }

    private static WhyJson Sample() => new(
        Samples.Now,
        Samples.Latched(),
        [new RulingJson("Latch", "Refused", "it refused Fall probes in a row", "because it was so", Samples.Now.AddMinutes(-5))],
        [new ComparisonJson("probes", "failures in a row that count", "3", "Fall 3"), new ComparisonJson("check login", "level", "Healthy", "")],
        [
            new ReportJson(null, Samples.Now.AddSeconds(-1), "TimedOut", 1000, "silent", true),
            new ReportJson("login", Samples.Now.AddSeconds(-4), "Healthy", 12.5, "fine", false, "<html>Sign in"),
            new ReportJson("login", Samples.Now.AddSeconds(-3), "Unhealthy", 12.5, "answered 500", false, "<html>Sorry"),
            new ReportJson("login", Samples.Now.AddSeconds(-2), "Unhealthy", 12.5, "answered 500", false, "<html>Sorry"),
            new ReportJson("login", Samples.Now.AddSeconds(-1), "TimedOut", 12.5, "silent", false),
        ],
        new DocumentJson(Samples.Now.AddSeconds(-10), "Unhealthy", null, 7, null, "mallory", "26.2", null, -2.5, [new ComponentJson("database", "Unhealthy", "Condemn", "no connection")]),
        ["it would hold"],
        new PreflightJson(false, "not verified to be well"),
        "{\"status\":\"x\"}");
}
