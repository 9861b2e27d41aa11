using System.Net;
using System.Text.Json.Nodes;

namespace PodGate.Tests.Operator;

/// <summary>What a command would lead to, before it is given.</summary>
public sealed class PreviewApiTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await AdminRig.StartAsync();
        (_rig.Rates["pod-a"], _rig.Rates["pod-b"], _rig.Rates["pod-c"]) = (10, 20, 30);
        for (var i = 1; i <= 90; i++) _rig.Sees(IPAddress.Parse($"192.0.2.{i}"));
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Theory]
    [InlineData("drain")]
    [InlineData("disable")]
    public async Task Leaving_TellsWhoMovesWhere_AndWhatTheyCarryThen(string command)
    {
        var seen = await AskAsync($"pod-b/preview?command={command}");
        var pods = seen["pods"]!.AsArray().ToDictionary(pod => (string)pod!["name"]!, pod => pod!);
        pods.Keys.Should().BeEquivalentTo("pod-a", "pod-b", "pod-c");
        var moved = (int)seen["clients"]!;
        moved.Should().BeInRange(15, 45).And.Be((int)pods["pod-b"]["clientsNow"]!);
        pods.Values.Sum(pod => (int)pod["clientsThen"]!).Should().Be(pods.Values.Sum(pod => (int)pod["clientsNow"]!)).And.BeInRange(88, 90);
        ((int)pods["pod-b"]["clientsThen"]!, (double)pods["pod-b"]["requestsPerSecondThen"]!).Should().Be((0, 0));
        pods.Values.Sum(pod => (double)pod["requestsPerSecondThen"]!).Should().BeApproximately(60, 1e-6);
        ((double)seen["share"]!).Should().BeApproximately(1 / 3.0, 1e-6);
        ((bool)seen["allowed"]!).Should().BeTrue();
        ((string?)seen["sentence"]).Should().Be("2 pods would be left in the traffic, 2 are needed: the guard holds with the next failure");
    }

    [Fact]
    public async Task Leaving_WhenTooFewAreLeft_TellsWhatTheGuardSays()
    {
        using var first = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, """{"reason":"test"}""");
        first.StatusCode.Should().Be(HttpStatusCode.OK);
        var seen = await AskAsync("pod-b/preview?command=drain");
        ((bool)seen["allowed"]!).Should().BeFalse();
        ((string?)seen["sentence"]).Should().Be("without pod-b only 1 pods would be left in the traffic, and 2 are needed; enable another pod first, or use force");
    }

    [Fact]
    public async Task Enable_TellsWhoComesBack()
    {
        var away = (int)(await AskAsync("pod-b/preview?command=drain"))["clients"]!;
        using var drained = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/drain", _rig.Operator, """{"reason":"test"}""");
        var seen = await AskAsync("pod-b/preview?command=enable");
        ((int)seen["clients"]!).Should().Be(away);
        seen["pods"]!.AsArray().Single(pod => (string?)pod!["name"] == "pod-b")!["clientsThen"]!.GetValue<int>().Should().Be(away);
    }

    [Fact]
    public async Task Enable_HeldAtAShare_TellsWhoComesThen()
    {
        var away = (int)(await AskAsync("pod-b/preview?command=drain"))["clients"]!;
        using var drained = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/drain", _rig.Operator, """{"reason":"test"}""");
        var all = (int)(await AskAsync("pod-b/preview?command=enable"))["clients"]!;
        var seen = await AskAsync("pod-b/preview?command=enable&hold=25");
        all.Should().Be(away);
        ((int)seen["hold"]!).Should().Be(25);
        ((int)seen["clients"]!).Should().BeInRange(1, away / 2, "a quarter of them, by chance some more or fewer");
        var held = seen["pods"]!.AsArray().Single(pod => (string?)pod!["name"] == "pod-b")!;
        ((int)held["clientsThen"]!).Should().Be((int)seen["clients"]!);
    }

    [Fact]
    public async Task Enable_OfAPodInTheTraffic_AtAShare_TellsWhoGoes_AndThenWhoComesBack()
    {
        var has = (int)(await AskAsync("pod-b/preview?command=drain"))["clients"]!;
        var seen = await AskAsync("pod-b/preview?command=enable&hold=25");
        ((string?)seen["sentence"]).Should().Be("pod-b is in the traffic, and would be held at 25 % of its own slots");
        var goes = (int)seen["clients"]!;
        goes.Should().BeInRange(has / 2, has);
        using var held = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/enable", _rig.Operator, """{"reason":"test","hold":25}""");
        held.StatusCode.Should().Be(HttpStatusCode.OK);
        var back = await AskAsync("pod-b/preview?command=enable");
        ((string?)back["sentence"]).Should().Be("pod-b is held at 25 %, and would get all of its own slots again");
        ((int)back["clients"]!).Should().Be(goes);
        ((string?)(await AskAsync("pod-b/preview?command=enable&hold=25"))["sentence"]).Should().Be("there is nothing to enable: pod-b is held at 25 % already");
    }

    [Fact]
    public async Task Enable_OfWhatNeedsNone_MovesNobody()
    {
        var seen = await AskAsync("pod-b/preview?command=enable");
        ((int)seen["clients"]!, (bool)seen["allowed"]!).Should().Be((0, true));
        ((string?)seen["sentence"]).Should().StartWith("there is nothing to enable");
    }

    [Fact]
    public async Task SoftDrain_TellsWhoStays()
    {
        var seen = await AskAsync("pod-b/preview?command=drain&keepActive=00:05:00");
        ((int)seen["clients"]!).Should().Be(0, "the gate does not run for five minutes, so everybody counts as there");
        ((int)seen["staying"]!).Should().BeInRange(15, 45);
    }

    [Theory]
    [InlineData("pod-b/preview", "command must be drain, disable or enable.")]
    [InlineData("pod-b/preview?command=reboot", "command must be drain, disable or enable.")]
    [InlineData("pod-b/preview?command=drain&keepActive=x", "keepActive must be one duration such as 00:15:00.")]
    [InlineData("pod-b/preview?command=drain&hold=10", "hold belongs to an enable; leave it out here.")]
    [InlineData("pod-b/preview?command=enable&keepActive=00:15:00", "keepActive belongs to a drain; leave it out here.")]
    public async Task AskedWrongly_ItSaysWhatIsRight(string path, string detail)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/" + path, _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        ((string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]).Should().Be(detail);
    }

    private async Task<JsonNode> AskAsync(string path)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/" + path, _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
