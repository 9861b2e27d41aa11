using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PodGate.Control;
using PodGate.Control.Alerts;
using PodGate.Core.Pods;
using PodGate.Operator;
using PodGate.Operator.Audit;
using PodGate.TestKit;
using PodGate.Tests.Operator.Page;

namespace PodGate.Tests.Operator.Audit;

/// <summary>What people do on a real admin port, as the trail has it: each act once, with who, from where and how shown, and no secret.</summary>
public sealed class AuditApiTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Command_IsThere_WithAllThatIsKnownOfIt()
    {
        await CommandAsync("/api/v1/pods/pod-a/drain", """{"reason":"new disk","deadline":"00:05:00"}""");
        var entry = _rig.Audited().Single();
        var happened = _rig.View.Fleet.LastNumber;
        entry.Should().BeEquivalentTo(new
        {
            Number = 1L, Act = "POST pods.drain", Who = "otto", Role = "operator", Proof = "token", From = "127.0.0.1", Target = "pod-a", Reason = "new disk", Status = 200,
            Refusal = (string?)null, Omitted = (long?)null,
        });
        entry.Transition.Should().NotBeNull().And.BeLessThanOrEqualTo(happened);
        var events = await (await _rig.SendAsync(HttpMethod.Get, "/api/v1/events", _rig.Viewer)).Content.ReadFromJsonAsync(ApiJson.Default.EventsJson);
        events!.Events.Single(one => one.Number == entry.Transition).Should().BeEquivalentTo(new { Pod = "pod-a", Who = "otto", Cause = "Drained" });
    }

    [Fact]
    public async Task EveryRouteThatChangesSomething_LeavesAnEntry()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var application = builder.Build();
        _rig.Map(application);
        var routes = ((IEndpointRouteBuilder)application).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(route => route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods, (route, method) => (Route: route, Method: method))
            .Where(one => one.Method is not ("GET" or "HEAD")).ToList();
        routes.Count.Should().BeGreaterThan(10);
        foreach (var (route, method) in routes)
        {
            route.Metadata.GetMetadata<DemandedRole>().Should().NotBeNull(route.RoutePattern.RawText);
            var path = route.RoutePattern.RawText!.Replace("{name}", "nobody", StringComparison.Ordinal).Replace("{id}", "nothing", StringComparison.Ordinal);
            var before = _rig.Audit.Head!.Number;
            using var answer = await _rig.SendAsync(new HttpMethod(method), path, _rig.Administrator, "{}");
            _rig.Audit.Head!.Number.Should().Be(before + 1, $"{method} {path}");
            var entry = _rig.Audited()[0];
            entry.Who.Should().Be(TokenStore.InitialName);
            entry.Act.Should().StartWith(method + " ").And.NotContain("{").And.NotContain("api");
            if (path.Contains("no", StringComparison.Ordinal)) (entry.Target is "nobody" or "nothing").Should().BeTrue($"{method} {path} has the target {entry.Target}");
        }
    }

    [Fact]
    public async Task Look_LeavesNone()
    {
        foreach (var path in new[] { "/api/v1/pods", "/api/v1/audit", "/api/v1/audit/head", "/metrics", "/api/v1/tokens", "/nowhere" })
            (await _rig.SendAsync(HttpMethod.Get, path, _rig.Administrator)).Dispose();
        using var nowhere = await _rig.SendAsync(HttpMethod.Post, "/nowhere", _rig.Administrator, "{}");
        nowhere.StatusCode.Should().Be(HttpStatusCode.NotFound);
        _rig.Audited().Should().BeEmpty();
    }

    [Fact]
    public async Task RefusedCommand_IsThere_WithItsRefusal()
    {
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/enable", _rig.Operator, """{"reason":"why not","version":4711}""")).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, "not JSON")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        _rig.Audited().Select(entry => (entry.Status, entry.Refusal, entry.Reason)).Should().Equal((400, "bad-request", null), (409, "changed", "why not"));
    }

    [Fact]
    public async Task RefusedCallers_AreThere_ButNoFloodOfThem()
    {
        for (var i = 0; i < AuditLimits.Refusals + 5; i++)
            (await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", i % 2 == 0 ? null : "pg_wrong")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        _rig.Audited().Should().HaveCount(AuditLimits.Refusals).And.OnlyContain(entry =>
            entry.Status == 401 && entry.Who == null && entry.From == "127.0.0.1" && entry.Act == "GET pods" && entry.Refusal == "unauthorised");
        (_rig.Audit.Reading.Refused, _rig.Audit.Reading.Omitted).Should().Be((AuditLimits.Refusals + 5L, 5L));

        // What somebody known tries does not drown in that.
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Viewer, """{"reason":"x"}""")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        _rig.Audited()[0].Should().BeEquivalentTo(new { Who = "vera", Role = "viewer", Act = "POST pods.drain", Target = "pod-a", Status = 403, Refusal = "role-too-low" });
        using var foreign = await _rig.SendAsync(HttpMethod.Post, "/api/v1/freeze", _rig.Operator, "{}", more: request => request.Headers.Add("Origin", "https://evil.example"));
        foreign.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (_rig.Audit.Reading.Refused, _rig.Audited().Count).Should().Be((AuditLimits.Refusals + 7L, AuditLimits.Refusals + 1));
    }

    [Fact]
    public void RefusalRate_AfterAWhile_TakesOneAndSaysHowManyItDidNot()
    {
        var time = new ManualTime();
        var rate = new RefusalRate(time);
        Enumerable.Range(0, 30).Count(_ => rate.Take(out var _)).Should().Be(AuditLimits.Refusals);
        time.Advance(AuditLimits.RefusalEvery);
        rate.Take(out var omitted).Should().BeTrue();
        omitted.Should().Be(30 - AuditLimits.Refusals);
        rate.Take(out _).Should().BeFalse();
        time.Advance(TimeSpan.FromDays(1));
        Enumerable.Range(0, 30).Count(_ => rate.Take(out var _)).Should().Be(AuditLimits.Refusals);
    }

    [Fact]
    public async Task Page_SignInCommandsAndSignOut_AreThere()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var done = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", "new disk"));
        done.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        using var refused = await browser.SubmitAsync("/pods/pod-b", "/pods/pod-b/disable", ("reason", "x"), ("confirm", "pod-c"));
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await browser.SubmitAsync("/", "/sign-out")).Dispose();
        using var wrong = await browser.PostAsync("/sign-in", ("token", "pg_wrong"));
        _rig.Audited().Select(entry => (entry.Act, entry.Who, entry.Proof, entry.Status, entry.Refusal)).Should().Equal(
            ("POST sign-in", null, null, 401, null), ("POST sign-out", "otto", "session", 303, null), ("POST pods.disable", "otto", "session", 400, "bad-request"),
            ("POST pods.drain", "otto", "session", 303, null), ("POST sign-in", "otto", "token", 303, null));
    }

    [Fact]
    public async Task Tokens_AreThere_WithoutTheirSecrets()
    {
        using var made = await _rig.SendAsync(HttpMethod.Post, "/api/v1/tokens", _rig.Administrator, """{"name":"ci","role":"viewer","lasts":"1.00:00:00"}""");
        var secret = (await made.Content.ReadFromJsonAsync(ApiJson.Default.NewTokenJson))!.Secret;
        (await _rig.SendAsync(HttpMethod.Delete, "/api/v1/tokens/ci", _rig.Administrator)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        _rig.Audited().Select(entry => (entry.Act, entry.Target, entry.Reason)).Should().Equal(
            ("POST sign-in", null, null), ("DELETE tokens", "ci", null), ("POST tokens", "ci", "as viewer, for 1.00:00:00"));
        var text = File.ReadAllText(_rig.Audit.Files.PathOf(1));
        foreach (var hidden in new[] { secret, _rig.Administrator, _rig.Operator, browser.SessionCookie! }) text.Should().NotContain(hidden).And.NotContain(hidden[3..]);
    }

    [Fact]
    public async Task RenewalOfALease_LeavesNone_AndAStepOfTheRollDoes()
    {
        async Task RollAsync(HttpMethod method, string body) =>
            (await _rig.SendAsync(method, "/api/v1/roll", _rig.Operator, body)).StatusCode.Should().Be(HttpStatusCode.OK);
        await RollAsync(HttpMethod.Post, """{"id":"roll-0001","pods":["pod-a"],"command":"x","reason":"version 2","from":"here","terms":{"wellTimeout":"00:05:00","bake":"00:00:30","rise":3}}""");
        for (var i = 0; i < 3; i++) await RollAsync(HttpMethod.Put, $$"""{"id":"roll-0001","pod":"pod-a","step":"{{RollSteps.Exec}}","sentence":"it is at {{i}}","done":[]}""");
        await RollAsync(HttpMethod.Put, $$"""{"id":"roll-0001","pod":"pod-a","step":"{{RollSteps.Exec}}","sentence":"it ends","done":["pod-a"],"state":"Finished"}""");
        _rig.Audited().Select(entry => (entry.Act, entry.Target)).Should().Equal(("PUT roll", "pod-a"), ("PUT roll", "pod-a"), ("POST roll", "pod-a"));
        _rig.Audited()[0].Reason.Should().Be("Finished: it ends");
        _rig.Audited()[2].Reason.Should().Be("version 2");
    }

    [Fact]
    public async Task Upgrade_IsThereBeforeItBegins_AndAgainWhenNothingCameOfIt()
    {
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/upgrade", _rig.Administrator, """{"path":"/opt/podgate"}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        _rig.Audited().Single().Should().BeEquivalentTo(new { Act = "POST upgrade", Status = AuditActs.Begun, Target = "/opt/podgate" });
        _rig.Upgrading.Fails = "it does not start";
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/upgrade", _rig.Administrator, """{"path":null}""")).StatusCode.Should().Be(HttpStatusCode.Conflict);
        _rig.Audited().Select(entry => (entry.Status, entry.Refusal)).Should().Equal((409, "not-upgraded"), (AuditActs.Begun, null), (AuditActs.Begun, null));
    }

    [Fact]
    public async Task HandingOver_WhatIsTurnedAwayLeavesNone()
    {
        _rig.Upgrading.HandsOver = _rig.Audit.HandsOver = true;
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/freeze", _rig.Operator, """{"reason":"x","for":"00:10:00"}""")).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", null)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        _rig.Audited().Should().BeEmpty();
    }

    [Fact]
    public async Task ClientThatGoesAway_IsThere_AsUnanswered()
    {
        var asked = new TaskCompletionSource();
        _rig.Execute = async (_, cancel) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            throw new InvalidOperationException("The delay has no end.");
        };
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = _rig.Url };
        using var gone = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/pods/pod-a/drain") { Content = JsonContent.Create(new { reason = "new disk" }) };
        request.Headers.Authorization = new("Bearer", _rig.Operator);
        var answer = client.SendAsync(request, gone.Token);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await gone.CancelAsync();
        await answer.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        await Soon.BeTrueAsync(() => _rig.Audited().Count == 1, "the act is in the trail");
        _rig.Audited().Single().Should().BeEquivalentTo(new { Status = 0, Refusal = "gone", Target = "pod-a", Reason = "new disk" });
    }

    [Fact]
    public async Task RepeatedCommand_IsThere_AsARepetition()
    {
        for (var i = 0; i < 2; i++)
        {
            (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, """{"reason":"new disk"}""",
                more: request => request.Headers.Add("Idempotency-Key", "once"))).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        _rig.Audited().Select(entry => entry.Reason).Should().Equal("nothing was done: the answer of before was given again", "new disk");
    }

    [Fact]
    public async Task TrailThatCannotBeWritten_LetsMovesToSafetyThrough_AndNothingElse()
    {
        _rig.BlockAudit();
        await CommandAsync("/api/v1/pods/pod-a/drain", """{"reason":"new disk"}""");
        _rig.Audit.IsWritable.Should().BeFalse();
        var enable = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/enable", _rig.Operator, """{"reason":"done"}""");
        await AdminPortTests.ShouldBeProblemAsync(enable, HttpStatusCode.ServiceUnavailable, "not-audited", "NotAudited");
        await CommandAsync("/api/v1/pods/pod-b/disable", """{"reason":"new disk","force":true}""");
        await CommandAsync("/api/v1/freeze", """{"reason":"new switch","for":"00:10:00"}""");
        (await Browser.SignedInAsync(_rig, _rig.Operator)).Dispose();
        (await _rig.SendAsync(HttpMethod.Delete, "/api/v1/tokens/vera", _rig.Administrator)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", _rig.Operator)).StatusCode.Should().Be(HttpStatusCode.OK);
        foreach (var word in new[] { "DELETE users", "POST account.sign-out" }) AuditActs.MayGoUnwritten(word).Should().BeTrue("it ends what somebody may");

        _rig.UnblockAudit();
        await Soon.BeTrueAsync(() => _rig.Audit is { IsWritable: true, Reading.Waiting: 0 }, "the disk takes it again");
        await CommandAsync("/api/v1/pods/pod-a/enable", """{"reason":"done","force":true}""");
        _rig.Audited().Select(entry => (entry.Act, entry.Status)).Should().Equal(
            ("POST pods.enable", 200), ("DELETE tokens", 204), ("POST sign-in", 303), ("POST freeze", 200), ("POST pods.disable", 200), ("POST pods.enable", 503), ("POST pods.drain", 200));
    }

    [Fact]
    public async Task List_IsForAdministrators_InPagesAndFiltered()
    {
        await CommandAsync("/api/v1/pods/pod-a/drain", """{"reason":"one"}""");
        await CommandAsync("/api/v1/pods/pod-b/drain", """{"reason":"two","force":true}""");
        await CommandAsync("/api/v1/freeze", """{"reason":"three","for":"00:10:00"}""");
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/audit", _rig.Operator)).StatusCode.Should().Be(HttpStatusCode.Forbidden);

        var newest = await ListAsync("most=3");
        newest.Entries.Select(entry => entry.Number).Should().Equal(4, 3, 2);
        newest.Before.Should().Be(2);
        var rest = await ListAsync($"most=3&before={newest.Before}");
        rest.Entries.Select(entry => entry.Number).Should().Equal(1);
        rest.Before.Should().BeNull();
        (await ListAsync("act=pods.drain")).Entries.Select(entry => entry.Reason).Should().Equal("two", "one");
        (await ListAsync("act=POST+freeze")).Entries.Should().ContainSingle();
        (await ListAsync("target=pod-b&who=otto")).Entries.Select(entry => entry.Reason).Should().Equal("two");
        (await ListAsync("who=nobody")).Entries.Should().BeEmpty();
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/audit?most=0", _rig.Administrator)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Head_IsForAllWhoMayLook()
    {
        async Task<AuditHead?> HeadAsync() => await (await _rig.SendAsync(HttpMethod.Get, "/api/v1/audit/head", _rig.Viewer)).Content.ReadFromJsonAsync(ApiJson.Default.AuditHead);
        (await HeadAsync()).Should().Be(new AuditHead(0, AuditLine.Genesis));
        await CommandAsync("/api/v1/freeze", """{"reason":"x","for":"00:10:00"}""");
        (await HeadAsync()).Should().Be(_rig.Audit.Head).And.NotBe(new AuditHead(0, AuditLine.Genesis));
    }

    private async Task CommandAsync(string path, string body)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Post, path, _rig.Operator, body);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    private async Task<AuditPageJson> ListAsync(string query)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, "/api/v1/audit?" + query, _rig.Administrator);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.AuditPageJson))!;
    }
}
