using System.Net;
using System.Text.Json.Nodes;
using PodGate.Proxy.Connections;

namespace PodGate.Tests.Operator;

/// <summary>What the API tells of what runs on a pod, and to whom.</summary>
public sealed class ConnectionsApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/pods/pod-b/connections";
    private AdminRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await AdminRig.StartAsync();
        _rig.Connections =
        [
            Open("pod-b", ConnectionKind.Request, 1), Open("pod-b", ConnectionKind.WebSocket, 3, told: true), Open("pod-b", ConnectionKind.WebSocket, 2), Open("pod-a", ConnectionKind.Grpc, 9),
        ];
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Theory]
    [InlineData("", 3)]
    [InlineData("?most=2", 2)]
    [InlineData("?most=0", 0)]
    public async Task Connections_ToAnOperator_TheOldestFirst(string query, int listed)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, Path + query, _rig.Operator);
        var seen = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((string?)seen["pod"]).Should().Be("pod-b");
        seen["counts"]!.ToJsonString().Should().Be("""{"Request":1,"WebSocket":2}""");
        ((int?)seen["toldGoodbye"]).Should().Be(1);
        seen["goodbyes"].Should().BeNull();
        seen["connections"]!.AsArray().Select(one => (double?)one!["ageSeconds"]).Should().Equal(new double?[] { 3, 2, 1 }.Take(listed));
        if (listed == 0) return;
        seen["connections"]![0]!.ToJsonString().Should().Be(
            """{"kind":"WebSocket","client":"192.0.2.3","ageSeconds":3,"idleSeconds":0.5,"bytesToClient":10,"bytesToPod":20,"toldGoodbye":true}""");
    }

    [Fact]
    public async Task Connections_OfADrainedPod_TellWhenTheyAreAskedToEnd()
    {
        using var drained = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/drain", _rig.Operator, """{"reason":"test","deadline":"00:01:00"}""");
        drained.StatusCode.Should().Be(HttpStatusCode.OK);
        using var answer = await _rig.SendAsync(HttpMethod.Get, Path, _rig.Operator);
        var goodbyes = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["goodbyes"]!;
        ((DateTimeOffset)goodbyes["until"]! - (DateTimeOffset)goodbyes["from"]!).Should().Be(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(Path + "?most=10001", 400)]
    [InlineData("/api/v1/pods/nobody/connections", 404)]
    public async Task Connections_AskedWrongly_AreAProblem(string path, int status)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, path, _rig.Operator);
        ((int)answer.StatusCode).Should().Be(status);
    }

    // Clients have addresses.
    [Fact]
    public async Task Connections_ToAViewer_AreForbidden()
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, Path, _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Metrics_CountThemByKind()
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, "/metrics", _rig.Viewer);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("# TYPE podgate_pod_connections gauge");
    }

    private static OpenConnection Open(string pod, ConnectionKind kind, int age, bool told = false) =>
        new(pod, kind, IPAddress.Parse($"192.0.2.{age}"), TimeSpan.FromSeconds(age), TimeSpan.FromSeconds(0.5), 10, 20, told);
}
