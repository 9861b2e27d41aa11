using System.Net;
using System.Text.Json.Nodes;
using PodGate.Operator;
using PodGate.TestKit;

namespace PodGate.Tests.Operator;

/// <summary>The roll in the operator API: beginning, renewing, ending, and who sees what of it.</summary>
public sealed class RollApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/roll";
    private readonly ManualTime _leases = new(DateTimeOffset.UtcNow);
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync(_leases);

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task NoRoll_IsNull()
    {
        (await RollAsync()).Should().BeNull();
        ((string?)(await JsonAsync(await _rig.SendAsync(HttpMethod.Get, Path, _rig.Operator)))["caller"]).Should().Be("otto");
        (await FleetRollAsync(_rig.Viewer)).Should().BeNull();
    }

    [Fact]
    public async Task Roll_ThatRuns_IsShownToEverybody_AndItsCommandToOperators()
    {
        await BeginAsync("roll-0001");
        await ReportAsync("roll-0001", "Exec", "the command runs");
        foreach (var (token, command) in new[] { (_rig.Viewer, ""), (_rig.Operator, "ssh {pod} upgrade --password secret") })
        {
            var roll = (await RollAsync(token))!;
            roll["command"]!.GetValue<string>().Should().Be(command);
            roll["who"]!.GetValue<string>().Should().Be("otto", "the token says it, and nobody else");
            roll["state"]!.GetValue<string>().Should().Be("Running");
            (roll["pod"]!.GetValue<string>(), roll["podState"]!.GetValue<string>(), roll["step"]!.GetValue<string>()).Should().Be(("pod-b", "Open", "Exec"));
            (await FleetRollAsync(token))!["sentence"]!.GetValue<string>().Should().Be("the command runs");
        }
    }

    [Fact]
    public async Task SecondRoll_IsRefused_AndToldWhoseSinceWhenAndWhereTheOtherIs()
    {
        await BeginAsync("roll-0001");
        await ReportAsync("roll-0001", "Exec", "the command runs");
        var answer = await PostAsync("roll-0002");
        var problem = await AdminPortTests.ShouldBeProblemAsync(answer, HttpStatusCode.Conflict, "roll-running", "RollRunning");
        problem.GetProperty("detail").GetString().Should().Contain("otto's roll of pod-a, pod-b (update) runs since ").And.Contain("from otto@desk, process 17")
            .And.Contain("1 of 2 done; at pod-b, step Exec: the command runs");

        _leases.Advance(TimeSpan.FromSeconds(15));
        await BeginAsync("roll-0002");
        await AdminPortTests.ShouldBeProblemAsync(await PutAsync("roll-0001", "Well", "waits"), HttpStatusCode.Conflict, "roll-lost", "RollLost");
    }

    [Fact]
    public async Task Roll_ThatDied_IsShownWithWhatItLeft_UntilItIsFinished()
    {
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/drain", _rig.Operator, """{"reason":"update"}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        await UntilDrainedAsync("pod-b");
        await BeginAsync("roll-0001");
        await ReportAsync("roll-0001", "Exec", "the command runs");
        _leases.Advance(TimeSpan.FromSeconds(15));
        var died = (await FleetRollAsync(_rig.Viewer))!;
        (died["state"]!.GetValue<string>(), died["pod"]!.GetValue<string>(), died["podState"]!.GetValue<string>(), died["step"]!.GetValue<string>())
            .Should().Be(("Died", "pod-b", "Drained", "Exec"));
        died["ended"].Should().NotBeNull();

        await BeginAsync("roll-0002", ""","resumes":"roll-0001","done":["pod-a"]""");
        (await PutAsync("roll-0002", "Begin", "all pods are done", "\"Finished\"")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await FleetRollAsync(_rig.Viewer)).Should().BeNull("there is nothing to know of it any more");
        (await RollAsync())!["state"]!.GetValue<string>().Should().Be("Finished");
        await AdminPortTests.ShouldBeProblemAsync(await PutAsync("roll-0002", "Begin", "again"), HttpStatusCode.Conflict, "roll-over", "RollOver");
    }

    // The story before, and what a drain or enable of pod-b in the name of roll-0001 gets then; each seconds that pass, or what is told.
    [Theory]
    [InlineData("", "this gate knows of no roll roll-0001; pod-b was not changed.")]
    [InlineData("begin", "otto's roll of pod-a, pod-b (update) is at no pod, and not at pod-b; pod-b was not changed.")]
    [InlineData("begin tell", null)]
    [InlineData("begin tell 14", null)]
    [InlineData("begin tell 15", "does not hold the lease: it is Died since ")]
    [InlineData("begin tell 15 tell", null)]
    [InlineData("begin tell stop", "does not hold the lease: it is Stopped since ")]
    [InlineData("begin tell 15 other", "roll-0001 is not the last roll any more: that is otto's roll of pod-a, pod-b (update), since ")]
    public async Task CommandOfARoll_IsCarriedOut_OnlyWhileItHoldsTheLeaseAndIsAtThatPod(string story, string? refusal)
    {
        foreach (var word in story.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.TryParse(word, out var seconds)) _leases.Advance(TimeSpan.FromSeconds(seconds));
            else if (word == "begin") await BeginAsync("roll-0001");
            else if (word == "other") await BeginAsync("roll-0002");
            else await JsonAsync(await PutAsync("roll-0001", "Drain", "it is drained", word == "stop" ? "\"Stopped\"" : "null"));
        }

        var before = _rig.Durable();
        foreach (var verb in new[] { "drain", "enable" })
        {
            using var answer = await _rig.SendAsync(HttpMethod.Post, $"/api/v1/pods/pod-b/{verb}", _rig.Operator, """{"reason":"update","roll":"roll-0001","force":true}""");
            if (refusal is null) answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            else (await AdminPortTests.ShouldBeProblemAsync(answer, HttpStatusCode.Conflict, "roll-lost", "RollLost")).GetProperty("detail").GetString().Should().Contain(refusal);
        }

        if (refusal is not null) _rig.Durable().Should().Be(before);
    }

    // Roll 1 renews and sends its drain; the network stalls for 20 s; roll 2 begins meanwhile.
    [Fact]
    public async Task DrainThatComesLate_TakesNoSecondPodOut()
    {
        await BeginAsync("roll-0001");
        await ReportAsync("roll-0001", "Drain", "it is drained");
        _leases.Advance(TimeSpan.FromSeconds(15));
        await BeginAsync("roll-0002");
        await JsonAsync(await _rig.SendAsync(
            HttpMethod.Put, Path, _rig.Operator, """{"id":"roll-0002","pod":"pod-a","step":"Drain","sentence":"it is drained","done":[]}"""));
        await JsonAsync(await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, """{"reason":"mine","roll":"roll-0002"}"""));
        using var late = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/drain", _rig.Operator, """{"reason":"update","roll":"roll-0001","force":true}""");
        await AdminPortTests.ShouldBeProblemAsync(late, HttpStatusCode.Conflict, "roll-lost", "RollLost");
        _rig.View.Find("pod-b")!.State.Should().Be(PodGate.Core.Pods.PodState.Open);
    }

    // What nobody takes up is no news the day after, but for a pod that is out because of it.
    [Theory]
    [InlineData(23, false, true)]
    [InlineData(25, false, false)]
    [InlineData(25, true, true)]
    public async Task Roll_ThatNobodyTakesUp_IsShownWithTheFleet(int hours, bool isOut, bool shown)
    {
        if (isOut)
            (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/drain", _rig.Operator, """{"reason":"update"}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        _leases.StepWallClock(TimeSpan.FromHours(-hours));
        await BeginAsync("roll-0001");
        (await PutAsync("roll-0001", "Exec", "the command for pod-b ended with 3", "\"Stopped\"")).StatusCode.Should().Be(HttpStatusCode.OK);
        ((await FleetRollAsync(_rig.Viewer)) is not null).Should().Be(shown);
    }

    // Nothing runs on it, which the gatekeeper sees with its next look.
    private async Task UntilDrainedAsync(string pod)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_rig.View.Find(pod)!.State != PodGate.Core.Pods.PodState.Drained) await Task.Delay(10, patience.Token);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<JsonNode?> RollAsync(string? token = null) => (await JsonAsync(await _rig.SendAsync(HttpMethod.Get, Path, token ?? _rig.Viewer)))["roll"];

    private async Task<JsonNode?> FleetRollAsync(string token) =>
        (await JsonAsync(await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", token)))["gate"]!["roll"];

    private Task<HttpResponseMessage> PostAsync(string id, string more = "") => _rig.SendAsync(HttpMethod.Post, Path, _rig.Operator, $$"""
        {"id":"{{id}}","pods":["pod-a","pod-b"],"command":"ssh {pod} upgrade --password secret","reason":"update","from":"otto@desk, process 17",
         "terms":{"wellTimeout":"00:10:00","bake":"00:00:30"}{{more}}}
        """);

    private async Task BeginAsync(string id, string more = "") => (await JsonAsync(await PostAsync(id, more)))["roll"]!["id"]!.GetValue<string>().Should().Be(id);

    private Task<HttpResponseMessage> PutAsync(string id, string step, string sentence, string state = "null") => _rig.SendAsync(HttpMethod.Put, Path, _rig.Operator, $$"""
        {"id":"{{id}}","pod":"pod-b","step":"{{step}}","sentence":"{{sentence}}","done":["pod-a"],"state":{{state}}}
        """);

    private async Task ReportAsync(string id, string step, string sentence) => await JsonAsync(await PutAsync(id, step, sentence));
}
