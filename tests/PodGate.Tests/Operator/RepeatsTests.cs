using System.Net;
using System.Text.Json.Nodes;
using PodGate.Control;
using PodGate.Core.Pods;
using PodGate.Operator;

namespace PodGate.Tests.Operator;

/// <summary>Commands that are sent twice, and commands of two people at once.</summary>
public sealed class RepeatsTests : IAsyncLifetime
{
    private const string Drain = "/api/v1/pods/pod-a/drain";
    private const string Body = """{"reason":"new disk"}""";
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task SameKey_GivesTheSameAnswer_AndIsOneCommand()
    {
        var first = await SendAsync("key-1");
        var version = _rig.View.Find("pod-a")!.Record.Version;
        var second = await SendAsync("key-1");
        second.Should().Be(first with { IsRepeat = true });
        _rig.View.Find("pod-a")!.Record.Version.Should().Be(version);
        (await SendAsync("key-2")).IsRepeat.Should().BeFalse();
        _rig.View.Find("pod-a")!.Record.Version.Should().BeGreaterThan(version, "another key is another command");
    }

    [Fact]
    public async Task SameKey_OfSomebodyElse_IsAnotherCommand()
    {
        await SendAsync("key");
        (await SendAsync("key", token: _rig.Administrator)).IsRepeat.Should().BeFalse();
    }

    [Theory]
    [InlineData(Drain, """{"reason":"another"}""")]
    [InlineData("/api/v1/pods/pod-b/drain", Body)]
    [InlineData(Drain + "?x=1", Body)]
    public async Task SameKey_ForSomethingElse_IsRefused(string path, string body)
    {
        await SendAsync("key");
        var answer = await SendAsync("key", path, body);
        answer.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        answer.Text.Should().Contain("/problems/key-reused");
    }

    [Fact]
    public async Task WhatWasRefused_MayBeTriedAgain()
    {
        (await SendAsync("key", body: """{"reason":"x","version":0}""")).Status.Should().Be(HttpStatusCode.Conflict);
        (await SendAsync("key")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task WhileItIsCarriedOut_TheSecondIsToldSo_AndTheClientMayGo()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = 0;
        _rig.Execute = (command, _) =>
        {
            Interlocked.Increment(ref asked);
            return LaterAsync(command);
        };
        using var cancel = new CancellationTokenSource();
        using var request = Request("key");
        var first = _rig.Client.SendAsync(request, cancel.Token);
        while (Volatile.Read(ref asked) == 0) await Task.Delay(5, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        var second = await SendAsync("key");
        (second.Status, second.Text.Contains("/problems/in-progress", StringComparison.Ordinal)).Should().Be((HttpStatusCode.Conflict, true));
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        go.SetResult();
        Answer third;
        do third = await SendAsync("key");
        while (third.Status == HttpStatusCode.Conflict);
        (third.Status, third.IsRepeat, asked).Should().Be((HttpStatusCode.OK, true, 1));

        async Task<CommandOutcome> LaterAsync(Command command)
        {
            await go.Task;
            return new CommandOutcome(null, true, $"{command.Who} did it", _rig.View);
        }
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    [InlineData("")]
    public async Task BadKey_IsRefused(string key) => (await SendAsync(key)).Status.Should().Be(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    [InlineData("/metrics", HttpStatusCode.MethodNotAllowed)]
    public async Task KeyWhereNothingIsCommanded_MeansNothing(string path, HttpStatusCode status) => (await SendAsync("key", path)).Status.Should().Be(status);

    [Fact]
    public async Task KeyForASecret_IsRefused()
    {
        var answer = await SendAsync("key", "/api/v1/tokens", """{"name":"eve","role":"viewer"}""", _rig.Administrator);
        answer.Status.Should().Be(HttpStatusCode.BadRequest);
        answer.Text.Should().Contain("shown once");
    }

    [Fact]
    public async Task OldestAnswers_MakeRoom()
    {
        await SendAsync("first");
        for (var i = 0; i < Repeats.Most; i++) await SendAsync($"key-{i}", "/api/v1/freeze", """{"reason":"x","for":"00:00:00"}""");
        (await SendAsync("first")).IsRepeat.Should().BeFalse();
    }

    [Fact]
    public async Task IfMatch_OfTheVersionThatWasSeen_IsCarriedOut_OfAnother_412()
    {
        using var seen = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/pod-a", _rig.Viewer);
        var tag = seen.Headers.ETag!.Tag;
        (await MatchAsync(tag)).Status.Should().Be(HttpStatusCode.OK);
        var late = await MatchAsync(tag);
        late.Status.Should().Be(HttpStatusCode.PreconditionFailed);
        ((string?)JsonNode.Parse(late.Text)!["kind"]).Should().Be("Changed");
        (await MatchAsync("*")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("17", Body, "If-Match is 17; it must be the ETag")]
    [InlineData("W/\"17\"", Body, "it must be the ETag")]
    [InlineData("\"17\", \"18\"", Body, "it must be the ETag")]
    [InlineData("\"17\"", """{"reason":"x","version":18}""", "If-Match is for version 17, and the body for version 18")]
    public async Task IfMatch_ThatIsNone_SaysWhatIsRight(string tag, string body, string detail)
    {
        var answer = await MatchAsync(tag, body);
        answer.Status.Should().Be(HttpStatusCode.BadRequest);
        ((string?)JsonNode.Parse(answer.Text)!["detail"]).Should().Contain(detail);
    }

    private sealed record Answer(HttpStatusCode Status, string Text, bool IsRepeat);

    private HttpRequestMessage Request(string key, string path = Drain, string body = Body, string? token = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + (token ?? _rig.Operator));
        request.Headers.TryAddWithoutValidation(Repeats.Header, key);
        return request;
    }

    private async Task<Answer> SendAsync(string key, string path = Drain, string body = Body, string? token = null)
    {
        using var request = Request(key, path, body, token);
        using var answer = await _rig.Client.SendAsync(request);
        return new Answer(answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.Contains("Idempotency-Replayed"));
    }

    private async Task<Answer> MatchAsync(string tag, string body = Body)
    {
        using var answer = await _rig.SendAsync(
            HttpMethod.Post, Drain, _rig.Operator, body, more: request => request.Headers.TryAddWithoutValidation("If-Match", tag));
        return new Answer(answer.StatusCode, await answer.Content.ReadAsStringAsync(), false);
    }
}
