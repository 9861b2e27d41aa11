using System.Text.Json;
using System.Text.RegularExpressions;
using PodGate.Control.Alerts;
using PodGate.Core.Health;
using PodGate.TestKit;
using PodGate.Tests.Operator;

namespace PodGate.Tests.Metrics;

/// <summary>What lies in <c>samples/monitoring</c>, judged by the tools of Prometheus and Alertmanager, and held against the metrics that there really are.</summary>
public sealed partial class MonitoringSampleTests : IAsyncLifetime
{
    private static readonly string Sample = Path.Combine(Built.Root, "samples", "monitoring");
    private static readonly string Runbooks = Path.Combine(Built.Root, "docs", "runbooks");

    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Theory]
    [InlineData("promtool", "check", "rules", "rules/podgate-recording.yml", "rules/podgate-alerts.yml")]
    [InlineData("promtool", "check", "config", "prometheus.yml")]
    [InlineData("promtool", "test", "rules", "rules/podgate-alerts.test.yml")]
    [InlineData("amtool", "check-config", "alertmanager.yml")]
    public async Task Tool_FindsNothingWrong(string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var paths = arguments.Select(argument => argument.EndsWith(".yml", StringComparison.Ordinal) ? Path.Combine(Sample, argument) : argument);
        var output = await ForeignProcess.RunAsync(program, paths, limit.Token);
        output.Should().Contain("SUCCESS");
    }

    [Fact]
    public async Task EveryMetric_InRulesAndDashboard_IsThere()
    {
        await _rig.ProbeAsync("pod-a", ProbeResult.Healthy, report => report with { ClockSkew = TimeSpan.FromSeconds(1) });
        var page = await (await _rig.SendAsync(HttpMethod.Get, "/metrics", null)).Content.ReadAsStringAsync();
        var families = Family().Matches(page).Select(match => match.Groups[1].Value).ToHashSet();
        var recorded = Recorded().Matches(await ReadAsync("rules/podgate-recording.yml")).Select(match => match.Groups[1].Value).ToHashSet();
        foreach (var file in new[] { "rules/podgate-recording.yml", "rules/podgate-alerts.yml", "grafana/podgate.json" })
        {
            var used = Used().Matches(await ReadAsync(file)).Select(match => match.Value).Where(name => !recorded.Contains(name)).ToHashSet();
            used.Should().NotBeEmpty();
            used.Select(name => name.EndsWith("_bucket", StringComparison.Ordinal) ? name[..^"_bucket".Length] : name)
                .Should().BeSubsetOf(families, "{0} goes by them", file);
        }
    }

    [Fact]
    public async Task EveryAlert_HasASeverityAndARunbook_AndEveryRunbookAnAlert()
    {
        var rules = await ReadAsync("rules/podgate-alerts.yml");
        var alerts = rules.Split("- alert: ")[1..];
        alerts.Should().HaveCountGreaterThan(20);
        var pages = new HashSet<string>();
        foreach (var alert in alerts)
        {
            var name = alert.Split('\n')[0];
            Severity().IsMatch(alert).Should().BeTrue(name);
            var page = Runbook().Match(alert).Groups[1].Value;
            File.Exists(Path.Combine(Runbooks, page)).Should().BeTrue("{0} leads to {1}", name, page);
            pages.Add(page);
        }

        var index = await File.ReadAllTextAsync(Path.Combine(Runbooks, "README.md"));
        Link().Matches(index).Select(match => match.Groups[1].Value).Where(link => !link.StartsWith("..", StringComparison.Ordinal))
            .Should().OnlyContain(link => File.Exists(Path.Combine(Runbooks, link)));
        foreach (var kind in AlertKinds.All.Where(kind => kind != AlertKinds.HeldBack))
        {
            var page = Path.GetFileName(Control.Alerts.Runbooks.Of(new Alert("1", kind, AlertSeverity.Page, null, null, "x", DateTimeOffset.UnixEpoch)));
            page.Should().NotBe("README.md", "{0} has a page of its own", kind);
            index.Should().MatchRegex($@"\| [^|]*`{kind}`[^|]* \| \[[^]]+\]\({Regex.Escape(page)}\) \|", "the table has what the gate says");
            pages.Add(page);
        }

        Directory.GetFiles(Runbooks, "*.md").Select(path => Path.GetFileName(path)!).Where(name => name != "README.md").Should().BeSubsetOf(pages);
    }

    [Fact]
    public async Task Dashboard_IsWhole()
    {
        using var dashboard = JsonDocument.Parse(await ReadAsync("grafana/podgate.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        panels.Select(panel => panel.GetProperty("id").GetInt32()).Should().OnlyHaveUniqueItems();
        panels.Should().OnlyContain(panel => panel.GetProperty("title").GetString() != "" && panel.GetProperty("targets").GetArrayLength() > 0);
        var places = panels.Select(panel => panel.GetProperty("gridPos")).Select(at => (X: at.GetProperty("x").GetInt32(), W: at.GetProperty("w").GetInt32()));
        places.Should().OnlyContain(place => place.X + place.W <= 24);
    }

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(Sample, file));

    [GeneratedRegex(@"^# TYPE (\S+) ", RegexOptions.Multiline)]
    private static partial Regex Family();

    [GeneratedRegex(@"- record: (\S+)")]
    private static partial Regex Recorded();

    [GeneratedRegex(@"\b(podgate:[a-z0-9_:]+|(podgate|process|dotnet)_[a-z0-9_]+)\b(?=[\[{ )])")]
    private static partial Regex Used();

    [GeneratedRegex(@"severity: (page|warning|info) ")]
    private static partial Regex Severity();

    [GeneratedRegex(@"runbook: docs/runbooks/(\S+)")]
    private static partial Regex Runbook();

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();
}
