using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PodGate.Control;
using PodGate.Control.Configuration;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Operator;

namespace PodGate.Tests.Operator;

/// <summary>The operator API over a real admin port: what it says to whom, and what commands come to.</summary>
public sealed class AdminPortTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Fleet_HealthyPods_ShowsEveryPodInWords()
    {
        var fleet = await GetAsync("/api/v1/pods", _rig.Operator, ApiJson.Default.FleetJson);
        fleet.Pods.Select(pod => (pod.Name, pod.State, pod.Intent, pod.Health)).Should().Equal(
            ("pod-a", "Open", "Enabled", "Healthy"), ("pod-b", "Open", "Enabled", "Healthy"), ("pod-c", "Open", "Enabled", "Healthy"));
        fleet.Pods.Sum(pod => pod.Slots).Should().Be(65536);
        fleet.Pods.Sum(pod => pod.SlotShare).Should().BeApproximately(1, 1e-9);
        fleet.Gate.MinimumOpen.Should().Be(2);
        fleet.Gate.JournalWritable.Should().BeTrue();
    }

    [Fact]
    public async Task Pod_LatchedSeenByViewer_HidesEvidenceCredentialsAndWordsOfHealthDocuments()
    {
        for (var failure = 0; failure < 3; failure++) await _rig.ProbeAsync("pod-b", ProbeResult.Unhealthy);
        var shown = await GetAsync("/api/v1/pods/pod-b", _rig.Operator, ApiJson.Default.PodJson);
        shown.State.Should().Be("Latched");
        shown.Latch!.Evidence.Should().NotBeEmpty();
        shown.Address.Should().Contain("secret");
        shown.LastProbe!.Sentence.Should().Contain("connection string");

        var hidden = await GetAsync("/api/v1/pods/pod-b", _rig.Viewer, ApiJson.Default.PodJson);
        hidden.Latch!.Id.Should().Be(shown.Latch.Id);
        hidden.Latch.Evidence.Should().BeEmpty();
        hidden.Address.Should().Be("http://127.0.0.1:9/pod-b");
        hidden.LastProbe!.Sentence.Should().BeEmpty();
    }

    [Fact]
    public async Task Drain_WithReason_IsDoneDurableAndInTheEvents()
    {
        var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, """{"reason":"new disk","deadline":"00:05:00"}""");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var outcome = await answer.Content.ReadFromJsonAsync(ApiJson.Default.OutcomeJson);
        outcome!.Durable.Should().BeTrue();
        outcome.Pod!.Intent.Should().Be("Disabled");
        outcome.Pod.IntentWho.Should().Be("otto");
        outcome.Pod.IntentReason.Should().Be("new disk");
        outcome.Pod.Slots.Should().Be(0);
        outcome.Sentence.Should().Contain("new disk");

        var events = await GetAsync("/api/v1/events", _rig.Viewer, ApiJson.Default.EventsJson);
        events.Events.Should().Contain(entry => entry.Pod == "pod-a" && entry.Cause == "Drained" && entry.Who == "otto" && entry.Durable);
        (await GetAsync($"/api/v1/events?after={events.Next}", _rig.Viewer, ApiJson.Default.EventsJson)).Events.Should().NotContain(entry =>
            entry.Number <= events.Next);
    }

    [Fact]
    public async Task Drain_JournalBroken_IsInEffectAndAnswered202()
    {
        _rig.Journal.Break();
        var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, """{"reason":"new disk"}""");
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var outcome = await answer.Content.ReadFromJsonAsync(ApiJson.Default.OutcomeJson);
        outcome!.Durable.Should().BeFalse();
        outcome.Pod!.Slots.Should().Be(0);
    }

    [Fact]
    public async Task Enable_JournalBroken_IsRefusedWith503()
    {
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator,
            """{"reason":"new disk"}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        _rig.Journal.Break();
        var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/enable", _rig.Operator, """{"reason":"done"}""");
        await ShouldBeProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "not-durable", "NotDurable");
        answer.Headers.RetryAfter.Should().NotBeNull();
        _rig.View.Find("pod-a")!.Record.Intent.Kind.Should().Be(IntentKind.Disabled);
    }

    [Fact]
    public async Task Enable_WithARamp_TakesThatLong_AndIsShown()
    {
        await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/drain", _rig.Operator, """{"reason":"new disk"}""");
        var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/enable", _rig.Operator, """{"reason":"done","force":true,"ramp":"01:00:00"}""");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var pod = await GetAsync("/api/v1/pods/pod-b", _rig.Viewer, ApiJson.Default.PodJson);
        pod.State.Should().Be("Ramping");
        pod.Ramp.Should().Be(new RampJson(25 / 256.0, TimeSpan.FromHours(1), TimeSpan.Zero, null, null));
        (await GetAsync("/api/v1/pods/pod-a", _rig.Viewer, ApiJson.Default.PodJson)).Ramp.Should().BeNull();
    }

    [Fact]
    public async Task Enable_WithAHold_StaysThere_AndANoteIsShown()
    {
        var held = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/enable", _rig.Operator, """{"reason":"carefully","hold":10}""");
        held.StatusCode.Should().Be(HttpStatusCode.OK);
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/note", _rig.Operator, """{"text":"I am on it"}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        var pod = await GetAsync("/api/v1/pods/pod-b", _rig.Viewer, ApiJson.Default.PodJson);
        (pod.State, pod.Hold, pod.Note!.Text).Should().Be(("Ramping", 10, "I am on it"));
        var stale = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/note", _rig.Operator, $$"""{"text":"gone","clear":true,"version":{{pod.Version - 1}}}""");
        await ShouldBeProblemAsync(stale, HttpStatusCode.Conflict, "changed", "Changed");
        var cleared = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/note", _rig.Operator, """{"text":"found it","clear":true}""");
        cleared.StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync("/api/v1/pods/pod-b", _rig.Viewer, ApiJson.Default.PodJson)).Note.Should().BeNull();
    }

    [Fact]
    public async Task Enable_UnwellPod_IsRefusedAndForceIsNot()
    {
        for (var failure = 0; failure < 3; failure++) await _rig.ProbeAsync("pod-b", ProbeResult.Refused);
        var refused = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/enable", _rig.Operator, """{"reason":"hope"}""");
        await ShouldBeProblemAsync(refused, HttpStatusCode.Conflict, "not-well", "NotWell");
        _rig.View.Find("pod-b")!.Record.Latch.Should().NotBeNull();

        var forced = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/enable", _rig.Operator, """{"reason":"I know it better","force":true}""");
        forced.StatusCode.Should().Be(HttpStatusCode.OK);
        _rig.View.Find("pod-b")!.Record.Latch.Should().BeNull();
    }

    [Fact]
    public async Task Command_GateStopping_IsRefusedWith503()
    {
        _rig.Execute = (_, _) => Task.FromResult(new CommandOutcome(new Refusal(RefusalKind.Unavailable, "the gate is stopping"), true, "the gate is stopping",
            _rig.View));
        var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, """{"reason":"x"}""");
        await ShouldBeProblemAsync(answer, HttpStatusCode.ServiceUnavailable, "unavailable", "Unavailable");
    }

    [Fact]
    public async Task Freeze_ForHalfAnHour_IsShownAndEndsByZero()
    {
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/freeze", _rig.Operator,
            """{"reason":"switch replaced","for":"00:30:00"}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync("/api/v1/pods", _rig.Viewer, ApiJson.Default.FleetJson)).Gate.Freeze!.Reason.Should().Be("switch replaced");
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/freeze", _rig.Operator,
            """{"reason":"done","for":"00:00:00"}""")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync("/api/v1/pods", _rig.Viewer, ApiJson.Default.FleetJson)).Gate.Freeze.Should().BeNull();
    }

    [Theory]
    [InlineData("192.0.2.17", "192.0.2.17")]
    [InlineData("2001:db8::17", "2001:db8::17")]
    [InlineData("::ffff:192.0.2.17", "::ffff:192.0.2.17")]
    public async Task WhereIs_Address_NamesOwnerAndNext(string asked, string shown)
    {
        var where = await GetAsync($"/api/v1/whereis/{asked}", _rig.Viewer, ApiJson.Default.WhereIsJson);
        where.Address.Should().Be(shown);
        where.Slot.Should().Be(_rig.View.Snapshot.Hashing.SlotOf(IPAddress.Parse(asked)));
        where.Pod.Should().Be(_rig.View.Snapshot.Owner(where.Slot)!.Name);
        where.Next.Should().NotBeNull().And.NotBe(where.Pod);
    }

    [Fact]
    public async Task Tokens_MadeListedUsedRevoked_WorkUntilRevoked()
    {
        var made = await _rig.SendAsync(HttpMethod.Post, "/api/v1/tokens", _rig.Administrator, """{"name":"nina@example.org","role":"operator"}""");
        made.StatusCode.Should().Be(HttpStatusCode.Created);
        var token = await made.Content.ReadFromJsonAsync(ApiJson.Default.NewTokenJson);
        token!.Secret.Should().StartWith("pg_");

        var list = await GetAsync("/api/v1/tokens", _rig.Administrator, ApiJson.Default.IReadOnlyListTokenJson);
        list.Single(token => token.Name == TokenStore.InitialName).Should().Match<TokenJson>(token => token.LastUsed != null && token.LastFrom == "127.0.0.1");
        list.Select(entry => (entry.Name, entry.Role)).Should().Contain(("nina@example.org", "operator"));
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", token.Secret)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await _rig.SendAsync(HttpMethod.Delete, "/api/v1/tokens/nina@example.org", _rig.Administrator)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", token.Secret)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Reload_AppliedRefusedUnconfirmed_EachIsSaid()
    {
        _rig.Reload = _ => new ReloadOutcome(true, "in force", []);
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/reload", _rig.Administrator)).StatusCode.Should().Be(HttpStatusCode.OK);

        _rig.Reload = _ => new ReloadOutcome(false, "refused, and the old one goes on", ["Probing.Fall: is 0; 2 to 100"]);
        var refused = await ShouldBeProblemAsync(
            await _rig.SendAsync(HttpMethod.Post, "/api/v1/reload", _rig.Administrator), HttpStatusCode.Conflict, "configuration-refused", "Configuration");
        refused.GetProperty("errors")[0].GetString().Should().StartWith("Probing.Fall");
        refused.GetProperty("applied").GetBoolean().Should().BeFalse();

        _rig.Reload = confirmed => confirmed ? new ReloadOutcome(true, "in force", [])
            : new ReloadOutcome(false, "two pods would go", [], NeedsConfirmation: true);
        await ShouldBeProblemAsync(
            await _rig.SendAsync(HttpMethod.Post, "/api/v1/reload?confirm=false", _rig.Administrator), HttpStatusCode.Conflict, "needs-confirmation",
                "Confirmation");
        (await _rig.SendAsync(HttpMethod.Post, "/api/v1/reload?confirm=true", _rig.Administrator)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Readiness_FollowsTheGateAndNotThePods()
    {
        await ShouldNotBeReadyAsync("journal", "listen");
        _rig.Readiness.JournalWasRead();
        await ShouldNotBeReadyAsync("listen");
        _rig.Readiness.IsListening();
        (await _rig.SendAsync(HttpMethod.Get, "/readyz", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        foreach (var pod in new[] { "pod-a", "pod-b", "pod-c" })
        {
            for (var failure = 0; failure < 3; failure++) await _rig.ProbeAsync(pod, ProbeResult.Refused);
        }

        (await _rig.SendAsync(HttpMethod.Get, "/readyz", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        _rig.Readiness.IsStopping();
        await ShouldNotBeReadyAsync("stopping");
        (await _rig.SendAsync(HttpMethod.Get, "/healthz", null)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task OpenPages_Protected_DemandAToken()
    {
        foreach (var path in new[] { "/metrics", "/healthz", "/readyz" })
            (await _rig.SendAsync(HttpMethod.Get, path, null)).StatusCode.Should().NotBe(HttpStatusCode.Unauthorized, path);
        _rig.Settings = new AdminSettings { ProtectMetrics = true };
        foreach (var path in new[] { "/metrics", "/healthz", "/readyz" })
        {
            (await _rig.SendAsync(HttpMethod.Get, path, null)).StatusCode.Should().Be(HttpStatusCode.Unauthorized, path);
            (await _rig.SendAsync(HttpMethod.Get, path, _rig.Viewer)).StatusCode.Should().NotBe(HttpStatusCode.Unauthorized, path);
        }
    }

    [Fact]
    public async Task EveryAnswer_HasSafeHeaders()
    {
        foreach (var path in new[] { "/api/v1/pods", "/nowhere", "/metrics" })
        {
            var answer = await _rig.SendAsync(HttpMethod.Get, path, null);
            answer.Headers.CacheControl!.NoStore.Should().BeTrue(path);
            answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
            answer.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("default-src 'none'");
            answer.Headers.Contains("Server").Should().BeFalse(path);
        }
    }

    private async Task ShouldNotBeReadyAsync(params string[] words)
    {
        var answer = await _rig.SendAsync(HttpMethod.Get, "/readyz", null);
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        var reasons = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reasons").EnumerateArray().Select(reason =>
            reason.GetString()!).ToArray();
        reasons.Should().HaveCount(words.Length);
        for (var index = 0; index < words.Length; index++) reasons[index].Should().Contain(words[index]);
    }

    private async Task<T> GetAsync<T>(string path, string token, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var answer = await _rig.SendAsync(HttpMethod.Get, path, token);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync(type))!;
    }

    internal static async Task<JsonElement> ShouldBeProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string type, string? kind = null)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(status, text);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("type").GetString().Should().Be("/problems/" + type);
        problem.GetProperty("status").GetInt32().Should().Be((int)status);
        problem.GetProperty("title").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
        problem.GetProperty("instance").GetString().Should().StartWith("/");
        if (kind is not null) problem.GetProperty("kind").GetString().Should().Be(kind);
        return problem;
    }
}
