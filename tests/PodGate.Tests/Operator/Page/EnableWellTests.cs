using System.Net;
using Microsoft.AspNetCore.Http;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Operator;
using PodGate.Operator.Page;

namespace PodGate.Tests.Operator.Page;

/// <summary>After a wrong mass latch: all that are well come back at once, each by itself.</summary>
public sealed class EnableWellTests : IAsyncLifetime
{
    private const string Form = "/enable-well";
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task LatchedPods_ThatAreWell_AreEnabled_EachInTheVersionThatWasShown()
    {
        await LatchAsync("pod-a", "pod-c");
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        var page = await browser.ReadAsync("/");
        page.Should().Contain("2 pods that failed over look well again.").And.Contain($"value=\"{Seen("pod-a")}\" checked").And.Contain($"value=\"{Seen("pod-c")}\" checked");
        using var answer = await browser.SubmitAsync("/", Form, ("reason", "the network was it"), ("seen", Seen("pod-a")), ("seen", Seen("pod-c")));
        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        foreach (var pod in new[] { "pod-a", "pod-c" })
            (_rig.View.Find(pod)!.Record.Latch, _rig.View.Find(pod)!.Record.Intent.Why).Should().Be((null, "the network was it"));
        var told = await browser.ReadAsync(answer.Headers.Location!.ToString());
        told.Should().Contain("<title>2 of 2 pods were enabled. Fleet - PodGate</title>").And.Contain("data-from=\"/\"").And.Contain("otto enabled pod-c");
        (await browser.ReadAsync("/")).Should().NotContain("pods were enabled").And.NotContain(Form);
        _rig.Audited()[0].Should().BeEquivalentTo(new { Act = "POST enable-well", Who = "otto", Target = "pod-a pod-c", Reason = "the network was it" });
    }

    [Fact]
    public async Task Pod_ThatChangedMeanwhile_IsRefused_AndTheOthersAreEnabled()
    {
        await LatchAsync("pod-a", "pod-c");
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var answer = await browser.SubmitAsync("/", Form, ("reason", "x"), ("seen", "1 pod-a"), ("seen", "1 gone"), ("seen", Seen("pod-c")));
        var told = await browser.ReadAsync(answer.Headers.Location!.ToString());
        told.Should().Contain("1 of 3 pods were enabled.").And.Contain("pod-a has changed: it is at version").And.Contain("there is no pod");
        (_rig.View.Find("pod-a")!.State, _rig.View.Find("pod-c")!.Record.Latch).Should().Be((PodState.Latched, null));
        _rig.Audited()[0].Should().BeEquivalentTo(new { Target = "pod-c", Reason = "not enabled: pod-a gone; x" });
    }

    [Fact]
    public async Task Pod_ThatNobodyAnswersFor_StopsTheRest()
    {
        await LatchAsync("pod-a", "pod-c");
        _rig.Execute = (command, _) => command is EnableCommand { Pod: "pod-a" }
            ? throw new ApiProblem(StatusCodes.Status503ServiceUnavailable, "no-answer", "The gate did not answer in time", "no answer came")
            : null;
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var answer = await browser.SubmitAsync("/", Form, ("reason", "x"), ("seen", Seen("pod-a")), ("seen", Seen("pod-c")), ("seen", Seen("pod-b")));
        var told = await browser.ReadAsync(answer.Headers.Location!.ToString());
        told.Should().Contain("0 of 3 pods were enabled.").And.Contain("Not known whether it is done.").And.MatchRegex("(?s)It was not tried.*It was not tried");
        _rig.View.Find("pod-c")!.State.Should().Be(PodState.Latched);
    }

    [Fact]
    public async Task OnePod_OrOneThatIsIll_HasNoSuchForm()
    {
        await LatchAsync("pod-a", "pod-c");
        await _rig.ProbeAsync("pod-c", ProbeResult.Refused);
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.ReadAsync("/")).Should().NotContain(Form);
    }

    [Fact]
    public async Task Viewer_SeesNoForm_AndCommandsNothing()
    {
        await LatchAsync("pod-a", "pod-c");
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        (await browser.ReadAsync("/")).Should().NotContain(Form);
        var before = _rig.Durable();
        using var answer = await browser.PostAsync(Form, ("reason", "x"), ("seen", Seen("pod-a")));
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        _rig.Durable().Should().Be(before);
    }

    [Theory]
    [InlineData("", "1 pod-a", "The reason is missing")]
    [InlineData("x", "pod-a", "which version of each pod was seen")]
    [InlineData("x", "-1 pod-a", "which version of each pod was seen")]
    [InlineData("x", null, "names 0 pods; it must name 1 to 100")]
    public async Task Form_ThatDoesNotFit_ChangesNothing(string reason, string? seen, string said)
    {
        await LatchAsync("pod-a", "pod-c");
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        var before = _rig.Durable();
        using var answer = await browser.SubmitAsync("/", Form, seen is null ? [("reason", reason)] : [("reason", reason), ("seen", seen)]);
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain(said);
        _rig.Durable().Should().Be(before);
    }

    [Fact]
    public async Task Form_WithMorePodsThanItMayHave_ChangesNothing()
    {
        await LatchAsync("pod-a", "pod-c");
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var answer = await browser.SubmitAsync("/", Form, [("reason", "x"), .. Enumerable.Range(0, EnableWell.Most + 1).Select(i => ("seen", $"1 pod-{i}"))]);
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    private string Seen(string pod) => $"{_rig.View.Find(pod)!.Record.Version} {pod}";

    /// <summary>Nothing listens on them, and then they are well again. Who cannot be reached carries nothing, so the guard does not object.</summary>
    private async Task LatchAsync(params string[] pods)
    {
        foreach (var pod in pods)
        {
            for (var i = 0; i < 3; i++) await _rig.ProbeAsync(pod, ProbeResult.Refused);
            _rig.View.Find(pod)!.State.Should().Be(PodState.Latched);
        }

        foreach (var pod in pods)
        {
            for (var i = 0; i < 3; i++) await _rig.ProbeAsync(pod, ProbeResult.Healthy);
        }
    }
}
