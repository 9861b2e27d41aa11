using System.Net;
using System.Text.Json.Nodes;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Core.Health;

namespace PodGate.Tests.Operator;

/// <summary>What people were told, and what they say to it, over the operator API.</summary>
public sealed class AlertsApiTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await AdminRig.StartAsync();
        _rig.Outbox.Apply(new AlertSettings { Webhook = new Uri("http://127.0.0.1:9/") }, null);
        for (var i = 0; i < 3; i++) await _rig.ProbeAsync("pod-b", ProbeResult.Refused);
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Failover_IsListed_AndAcknowledged()
    {
        var alert = (await GetAsync("/api/v1/alerts"))["alerts"]!.AsArray().Single(alert => (string?)alert!["kind"] == "latched")!;
        ((string?)alert["key"], (string?)alert["severity"], (string?)alert["pod"], (string?)alert["cause"], (bool)alert["stands"]!, (string?)alert["acknowledgedBy"])
            .Should().Be(("latched/pod-b", "page", "pod-b", "Refused", true, null));
        ((string?)alert["runbook"], (string?)alert["channels"]!["webhook"]).Should().Be(("docs/runbooks/latched.md", "Waits"));

        using var answer = await _rig.SendAsync(HttpMethod.Post, $"/api/v1/alerts/{alert["id"]}/acknowledge", _rig.Operator, "{}");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        ((string?)(await JsonAsync(answer))["acknowledgedBy"]).Should().Be("otto");
        ((string?)(await GetAsync("/api/v1/alerts"))["alerts"]!.AsArray().Single(one => (string?)one!["id"] == (string?)alert["id"])!["acknowledgedBy"]).Should().Be("otto");
    }

    [Fact]
    public async Task Test_IsRaised_AndSaysWhereItGoes()
    {
        using var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/alerts/test", _rig.Operator, "{}");
        var test = await JsonAsync(answer);
        test["channels"]!.AsArray().Select(name => (string?)name).Should().Equal("webhook");
        (await GetAsync("/api/v1/alerts"))["alerts"]!.AsArray().Should().Contain(alert => (string?)alert!["id"] == (string?)test["id"] && (string?)alert["kind"] == "test");
    }

    [Fact]
    public async Task Silence_IsMade_Listed_AndEnded()
    {
        using var answer = await _rig.SendAsync(
            HttpMethod.Post, "/api/v1/silences", _rig.Operator, """{"reason":"network work","for":"01:00:00","kinds":["heldBack"],"pods":["pod-a"]}""");
        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        var silence = await JsonAsync(answer);
        ((string?)silence["who"], (string?)silence["reason"]).Should().Be(("otto", "network work"));
        ((DateTimeOffset)silence["until"]! - (DateTimeOffset)silence["from"]!).Should().Be(TimeSpan.FromHours(1));
        ((string?)(await GetAsync("/api/v1/silences"))[0]!["id"]).Should().Be((string?)silence["id"]);

        using var ended = await _rig.SendAsync(HttpMethod.Delete, $"/api/v1/silences/{silence["id"]}", _rig.Operator);
        ended.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await GetAsync("/api/v1/silences")).AsArray().Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"reason":"x"}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"for":"01:00:00"}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"reason":"x","for":"00:00:00"}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"reason":"x","for":"7.00:00:01"}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"reason":"x","for":"01:00:00","kinds":["lached"]}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("""{"reason":"x","for":"01:00:00","pods":["pod-z"]}""", HttpStatusCode.NotFound, "unknown-pod")]
    public async Task Silence_ThatIsNoneIsRefused(string body, HttpStatusCode status, string type)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/silences", _rig.Operator, body);
        answer.StatusCode.Should().Be(status);
        ((string?)(await JsonAsync(answer))["type"]).Should().Be("/problems/" + type);
        _rig.Outbox.Silences().Should().BeEmpty();
    }

    [Theory]
    [InlineData("POST", "/api/v1/alerts/7/acknowledge", "operator", HttpStatusCode.NotFound, "unknown-alert")]
    [InlineData("DELETE", "/api/v1/silences/7", "operator", HttpStatusCode.NotFound, "unknown-silence")]
    [InlineData("POST", "/api/v1/alerts/test", "viewer", HttpStatusCode.Forbidden, "role-too-low")]
    [InlineData("POST", "/api/v1/silences", "viewer", HttpStatusCode.Forbidden, "role-too-low")]
    public async Task WhatIsNotThere_OrNotAllowed_IsRefused(string method, string path, string who, HttpStatusCode status, string type)
    {
        using var answer = await _rig.SendAsync(new HttpMethod(method), path, who == "viewer" ? _rig.Viewer : _rig.Operator, "{}");
        answer.StatusCode.Should().Be(status);
        ((string?)(await JsonAsync(answer))["type"]).Should().Be("/problems/" + type);
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, path, _rig.Viewer);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return await JsonAsync(answer);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
}
