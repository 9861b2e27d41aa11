using System.Net;
using System.Text.Json.Nodes;
using PodGate.Core.Health;
using PodGate.Metrics;
using PodGate.Tests.Metrics;

namespace PodGate.Tests.Operator;

/// <summary>The last hour of a pod, as the API tells it.</summary>
public sealed class TrendApiTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Trend_TellsRequestsErrorsAndLatency_AndWhenThePodFailedOver()
    {
        _rig.Traffic = [TrafficTrendTests.Carried("pod-b", 300, failures: 30)];
        _rig.TrendTime.Advance(TrafficTrend.Pause);
        _rig.TrendTime.Advance(TrafficTrend.Pause);
        for (var i = 0; i < 3; i++) await _rig.ProbeAsync("pod-b", ProbeResult.Unhealthy);
        var trend = await AskAsync("pod-b");
        ((string?)trend["pod"]).Should().Be("pod-b");
        var steps = trend["steps"]!.AsArray();
        steps.Should().HaveCount(2);
        steps[0]!.ToJsonString().Should().EndWith(""" "seconds":30,"requestsPerSecond":10,"errorShare":0.1,"medianMilliseconds":7.5,"p95Milliseconds":9.75}""".TrimStart());
        steps[1]!.ToJsonString().Should().EndWith("""
            "requestsPerSecond":0,"errorShare":0,"medianMilliseconds":null,"p95Milliseconds":null}
            """);
        ((string?)trend["failovers"]!.AsArray().Single()!["to"]).Should().Be("Latched");
    }

    [Fact]
    public async Task Trend_BeforeTheFirstLook_IsEmpty()
    {
        var trend = await AskAsync("pod-a");
        trend["steps"]!.AsArray().Should().BeEmpty();
        trend["failovers"]!.AsArray().Should().BeEmpty();
    }

    [Fact]
    public async Task Trend_OfAPodThatIsNotThere_IsAProblem()
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/nobody/trend", _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private async Task<JsonNode> AskAsync(string pod)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, $"/api/v1/pods/{pod}/trend", _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
