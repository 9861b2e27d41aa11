using System.Net;
using System.Net.Http.Json;
using PodGate.Core.Routing;
using PodGate.Operator;
using PodGate.Proxy.Signals;
using PodGate.Statistics;
using PodGate.Tests.Operator.Page;

namespace PodGate.Tests.Operator;

/// <summary>What pods carried by day, as API and page tell it.</summary>
public sealed class StatsApiTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await AdminRig.StartAsync();
        var today = _rig.Today;
        _rig.Days = [Day(today.AddDays(-20), "gone", 5), Day(today.AddDays(-1), "pod-a", 1000), Day(today.AddDays(-1), "pod-b", 3000), Day(today, "pod-a", 100)];
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task OfTheFleet_IsEveryPodsEveryDay()
    {
        var stats = await AskAsync("/api/v1/stats");
        (stats.Pod, stats.From, stats.To).Should().Be((null, $"{_rig.Today.AddDays(-6):yyyy-MM-dd}", $"{_rig.Today:yyyy-MM-dd}"));
        stats.Days.Select(day => (day.Pod, day.Requests)).Should().Equal(("pod-a", 1000), ("pod-b", 3000), ("pod-a", 100));
        stats.LatencyBounds.Should().Equal(TrafficMeter.Bounds);
        var day = stats.Days[0];
        (day.Failures, day.BytesToClient, day.BytesToPod, day.Clients).Should().Be((10, 5_000_000, 1_000, 3));
        (day.AverageMilliseconds, day.MedianMilliseconds, day.P95Milliseconds).Should().Be((8, 7.5, 9.75));
        day.Codes.Should().Equal(0, 0, 1000, 0, 0, 0);
        day.Latency.Sum().Should().Be(1000);
    }

    [Fact]
    public async Task OfAPod_MayBeLongAgo_AndOfOneThatIsGone()
    {
        (await AskAsync("/api/v1/stats?pod=gone&days=366")).Days.Select(day => (day.Pod, day.Requests)).Should().Equal(("gone", 5));
        (await AskAsync("/api/v1/stats?pod=pod-c")).Days.Should().BeEmpty();
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/stats?pod=gone", _rig.Viewer)).StatusCode.Should().Be(HttpStatusCode.NotFound, "it had nothing in that time");
    }

    [Theory]
    [InlineData("days=0")]
    [InlineData("days=32")]
    [InlineData("days=x")]
    [InlineData("pod=pod-a&days=367")]
    public async Task WrongNumberOfDays_IsRefused(string query) =>
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/stats?" + query, _rig.Viewer)).StatusCode.Should().Be(HttpStatusCode.BadRequest);

    [Fact]
    public async Task DiskThatDoesNotAnswer_IsSaid()
    {
        _rig.DaysProblem = new TimeoutException("the disk is asleep");
        var answer = await _rig.SendAsync(HttpMethod.Get, "/api/v1/stats", _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("the disk is asleep");
    }

    [Fact]
    public async Task Page_ShowsTheFleetTogether_AndAPodWithItsClients()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var all = await browser.ReadAsync("/stats");
        all.Should().Contain(">4000<").And.Contain(">100<").And.Contain("20.0 MB").And.Contain("class=\"bars\" d=\"M").And.NotContain("Clients, about");
        var one = await browser.ReadAsync("/stats?pod=pod-b&days=28");
        one.Should().Contain(">3000<").And.Contain("Clients, about").And.NotContain(">4000<");
        (await browser.ReadAsync("/stats?pod=pod-c")).Should().Contain("Nothing was carried in that time.");
    }

    private static DayTraffic Day(DateOnly day, string pod, long requests)
    {
        var sources = new SourceSketch();
        for (ulong source = 1; source <= 3; source++) sources.Note(source * 0x9e3779b97f4a7c15);
        var buckets = new long[TrafficMeter.Bounds.Length + 1];
        buckets[3] = requests;
        return new DayTraffic(day, pod)
        {
            Requests = [0, 0, requests, 0, 0, 0], Buckets = [.. buckets], Seconds = requests * 0.008, Failures = requests / 100,
            BytesToClient = requests * 5_000, BytesToPod = requests, Sources = sources,
        };
    }

    private async Task<StatsJson> AskAsync(string path)
    {
        var answer = await _rig.SendAsync(HttpMethod.Get, path, _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.StatsJson))!;
    }
}
