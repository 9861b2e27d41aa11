using System.Net;
using System.Text.RegularExpressions;
using PodGate.Core.Health;
using PodGate.Metrics;
using PodGate.Operator.Page;
using PodGate.Proxy.Connections;
using PodGate.Tests.Metrics;

namespace PodGate.Tests.Operator.Page;

/// <summary>What is drawn of the last hour, and said of it, and who is on a pod.</summary>
public sealed partial class ChartTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Until = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Pod_HasThreeCharts_WithTheirNumbersInWordsAndAsATable()
    {
        Carry(300, failures: 30);
        Carry(900, failures: 30);
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var page = await browser.ReadAsync("/pods/pod-a");
        Figure().Matches(page).Select(figure => figure.Groups[1].Value).Should().Equal("requests", "errors", "latency");
        page.Should().Contain("<b>Requests a second</b> now 20, on average 15, at most 20").And.Contain("<b>Errors</b> now 0&#xA0;%, on average 5&#xA0;%, at most 10&#xA0;%");
        page.Should().Contain("half take at most (solid line): now 7.5&#xA0;ms").And.Contain("95 % take at most (dashed line): now 9.8&#xA0;ms");
        page.Should().Contain("The same in figures").And.MatchRegex("<th scope=\"row\">[^<]*</th><td class=\"number\">15</td><td class=\"number\">3.3&#xA0;%</td>");
    }

    [Fact]
    public async Task Failover_IsALineWithItsSentence_AndAWordBesideTheSmallChart()
    {
        Carry(300);
        for (var i = 0; i < 3; i++) await _rig.ProbeAsync("pod-a", ProbeResult.Unhealthy);
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var page = await browser.ReadAsync("/pods/pod-a");
        page.Should().MatchRegex("<path class=\"failover\" d=\"M720 0V160\"><title>[^<]*pod-a failed over").And.Contain("Failovers:");
        (await browser.ReadAsync("/")).Should().MatchRegex("aria-label=\"last hour: at most 10, failed over at [^\"]*\"");
    }

    [Fact]
    public async Task Fleet_DrawsOnlyWhatIsNotNothing()
    {
        Carry(300);
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var page = await browser.ReadAsync("/");
        Spark().Matches(page).Select(spark => WebUtility.HtmlDecode(spark.Groups[1].Value))
            .Should().Equal("last hour: at most 10", "last hour: at most 9.8\u00a0ms");
        page.Should().Contain("7.5 / 9.8&#xA0;ms");
    }

    [Fact]
    public async Task Pod_BeforeTheFirstLook_SaysWhenFiguresCome()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        (await browser.ReadAsync("/pods/pod-a")).Should().Contain("The first figures come half a minute after").And.NotContain("<figure");
    }

    [Fact]
    public async Task Pod_TellsOperatorsWhoIsOnIt_TheOldestFiftyAndHowManyOfEachKind()
    {
        _rig.Connections =
        [
            .. Enumerable.Range(1, 55).Select(age => new OpenConnection(
                "pod-a", ConnectionKind.WebSocket, IPAddress.Parse($"192.0.2.{age}"), TimeSpan.FromMinutes(age), TimeSpan.FromSeconds(7), 1_234_567, 20, age == 55)),
            new OpenConnection("pod-a", ConnectionKind.Request, IPAddress.Parse("2001:db8::1"), TimeSpan.FromSeconds(1), TimeSpan.Zero, 0, 0, false),
        ];
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        var page = await browser.ReadAsync("/pods/pod-a");
        page.Should().Contain("<li>WebSocket: 55</li>").And.Contain("<li>Request: 1</li>").And.Contain("The oldest 50 of 56:");
        page.Should().Contain("<a href=\"/whereis?address=192.0.2.55\">192.0.2.55</a>").And.Contain("1.2&#xA0;MB").And.Contain("asked to end").And.NotContain(">192.0.2.5<");
        using var viewer = await Browser.SignedInAsync(_rig, _rig.Viewer);
        (await viewer.ReadAsync("/pods/pod-a")).Should().NotContain("192.0.2.55");
    }

    [Fact]
    public void Line_HasAGapWhereANumberIsMissing()
    {
        (DateTimeOffset, double?)[] points = [(Until.AddMinutes(-60), 0), (Until.AddMinutes(-30), 5), (Until.AddMinutes(-15), null), (Until, 10)];
        TrendDrawing.Line(points, Until, most: 10, width: 120, height: 24).Should().Be("M0 23h-1L60 12M120 1h-1");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.03, 0.05)]
    [InlineData(1, 1)]
    [InlineData(1.1, 2)]
    [InlineData(47, 50)]
    [InlineData(612, 1000)]
    public void Axis_EndsWithARoundNumber(double most, double top) => TrendDrawing.RoundUp(most).Should().BeApproximately(top, 1e-9);

    [Fact]
    public void Sketch_OfAWholeHour_IsShort()
    {
        var steps = Enumerable.Range(0, TrafficTrend.Kept).Select(i => new TrendStep(Until.AddSeconds(30 * (i - TrafficTrend.Kept + 1)), TrafficTrend.Pause, i, i % 7, i, 2 * i)).ToList();
        var sketch = PodSketch.Of(steps);
        foreach (var line in new[] { sketch.Requests, sketch.Errors, sketch.Latency }) line.Path.Length.Should().BeInRange(100, 250, "a hundred pods go over a mobile line");
        sketch.Latency.Most.Should().Be(2 * (TrafficTrend.Kept - 1));
    }

    private void Carry(long requests, long failures = 0)
    {
        _rig.Traffic = [TrafficTrendTests.Carried("pod-a", requests, failures)];
        _rig.TrendTime.Advance(TrafficTrend.Pause);
    }

    [GeneratedRegex("<figure class=\"chart\" data-key=\"([a-z]+)\"")]
    private static partial Regex Figure();

    [GeneratedRegex("<svg class=\"spark\"[^>]* aria-label=\"([^\"]*)\"")]
    private static partial Regex Spark();
}
