using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Tests.Operator;

/// <summary>What the API tells of a pod when somebody asks why, and to whom.</summary>
public sealed class WhyApiTests : IAsyncLifetime
{
    private const string Secret = "connection string";

    /// <summary>Words that only a pod says: of the body, of a component's text, of version and identity, of a check's body.</summary>
    private static readonly string[] PodsWords = [Secret, "bodyword", "26.2", "mallory", "checkword"];

    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task LatchedPod_ToAnOperator_EverythingWithTheBody()
    {
        await LatchAsync();
        var why = await AskAsync(_rig.Operator);
        ((string?)why["pod"]!["state"]).Should().Be("Latched");
        ((string?)why["rulings"]![0]!["by"]).Should().Be("Latch");
        ((string?)why["rulings"]![0]!["cause"]).Should().Be("ReportedUnhealthy");
        ((string?)why["rulings"]![0]!["rule"]).Should().Contain("Fall times in a row");
        var counted = why["numbers"]!.AsArray().Single(number => (string?)number!["name"] == "failures in a row that count" && (string?)number["subject"] == "probes")!;
        ((string?)counted["value"], (string?)counted["limit"]).Should().Be(("3", "Fall 3"));
        why["reports"]!.AsArray().Select(report => (string?)report!["result"]).Should().Equal("Healthy", "Healthy", "Healthy", "Unhealthy", "Unhealthy", "Unhealthy", "Healthy");
        ((string?)why["reports"]![6]!["check"]).Should().Be("login");
        ((string?)why["reports"]![3]!["sentence"]).Should().Contain("health answered 503 Unhealthy");
        ((string?)why["reports"]![6]!["body"]).Should().Be("<html>checkword", "no other place shows what a check got");
        ((string?)why["reports"]![3]!["body"]).Should().Contain("bodyword");
        ((string?)why["reports"]![0]!["body"]).Should().BeNull();
        ((string?)why["body"]).Should().Contain("bodyword");
        ((string?)why["document"]!["version"]).Should().Be("26.2");
        ((double?)why["document"]!["clockSkewSeconds"]).Should().Be(1.5);
        ((string?)why["document"]!["components"]![0]!["rule"]).Should().Be("as the document says");
        ((string?)why["document"]!["components"]![0]!["text"]).Should().Contain(Secret);
        why["pod"]!["latch"]!["evidence"]!.AsArray().Select(line => (string?)line).First().Should().StartWith("rule ReportedUnhealthy: ");
        ((string?)why["guard"]![0]).Should().Contain("does not ask about it");
        ((bool?)why["enable"]!["allowed"]).Should().BeFalse();

        using var refused = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-b/enable", _rig.Operator, """{"reason":"try"}""");
        var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        Head((string?)why["enable"]!["sentence"]).Should().Be(Head((string?)problem["detail"]), "the pre-flight is the check itself");

        // Up to what depends on the moment.
        static string? Head(string? sentence) => sentence?.Split("; the last probe")[0];
    }

    [Fact]
    public async Task LatchedPod_ToAViewer_NoBodyNoDocumentsWordsNoEvidence()
    {
        await LatchAsync();
        using var answer = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/pod-b/why", _rig.Viewer);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, text);
        var why = JsonNode.Parse(text)!;
        why["body"].Should().BeNull();
        why["document"]!["components"]!.AsArray().Should().BeEmpty();
        why["document"]!["version"].Should().BeNull();
        why["document"]!["identity"].Should().BeNull();
        why["pod"]!["latch"]!["evidence"]!.AsArray().Should().BeEmpty();
        why["reports"]!.AsArray().Should().OnlyContain(report => (string?)report!["sentence"] == "");
        why["numbers"]!.AsArray().Should().NotBeEmpty("numbers are no secret");
        ((string?)why["rulings"]![0]!["cause"]).Should().Be("ReportedUnhealthy");
        // What the gate went by is no secret either: it names the component, and quotes the last report.
        ((string?)why["pod"]!["sentence"]).Should().Contain("health answered 503 Unhealthy (database: Unhealthy)");
        ((string?)why["enable"]!["sentence"]).Should().Contain("health answered 503 Unhealthy (database: Unhealthy)");
        why["document"]!["observedAt"].Should().NotBeNull();
        text.Should().NotContainAny(PodsWords);
    }

    [Theory]
    [InlineData("/api/v1/pods")]
    [InlineData("/api/v1/pods/pod-b")]
    [InlineData("/api/v1/pods/pod-b/why")]
    [InlineData("/api/v1/events")]
    public async Task LatchedPod_NowhereToAViewer_AWordOfThePodsOwn(string path)
    {
        await LatchAsync();
        using var answer = await _rig.SendAsync(HttpMethod.Get, path, _rig.Viewer);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, text);
        text.Should().Contain("database", "the sentence names the component").And.NotContainAny(PodsWords);
    }

    [Fact]
    public async Task OpenPod_SaysThatNothingSpeaksAgainstIt_AndWhatTheGuardWouldSay()
    {
        var why = await AskAsync(_rig.Operator, "pod-a");
        ((string?)why["rulings"]![0]!["by"]).Should().Be("Nothing");
        ((string?)why["guard"]![0]).Should().Contain("it would be failed over");
        ((string?)why["enable"]!["sentence"]).Should().Contain("nothing to enable");
        why["document"].Should().BeNull();
    }

    [Fact]
    public async Task JournalThatCannotBeWritten_IsWhatAnEnableWouldMeet()
    {
        await LatchAsync();
        for (var i = 0; i < 3; i++) await _rig.ProbeAsync("pod-b", ProbeResult.Healthy);
        await _rig.ProbeAsync("pod-b", ProbeResult.Healthy, report => report with { Check = "login" });
        ((bool?)(await AskAsync(_rig.Operator))["enable"]!["allowed"]).Should().BeTrue();
        _rig.Journal.Break();
        var enable = (await AskAsync(_rig.Operator))["enable"]!;
        ((bool?)enable["allowed"]).Should().BeFalse();
        ((string?)enable["sentence"]).Should().Contain("journal");
    }

    [Fact]
    public async Task UnknownPod_OrNoToken_IsRefused()
    {
        using var unknown = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/pod-z/why", _rig.Viewer);
        unknown.StatusCode.Should().Be(HttpStatusCode.NotFound);
        using var nobody = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods/pod-b/why", null);
        nobody.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    /// <summary>The reports are as the prober makes them from what the pod answers.</summary>
    private async Task LatchAsync()
    {
        var head = $$$"""{"status":"Unhealthy","version":"26.2","pod":"mallory","note":"bodyword","observedAt":"{{{_rig.Time.GetUtcNow():O}}}", """;
        var answer = Encoding.UTF8.GetBytes(head + $$$""" "entries":{"database":{"status":"Unhealthy","description":"no {{{Secret}}}"} } }""");
        var document = HealthDocument.Read(503, "application/json", answer, false, new HealthSettings(new Uri("http://127.0.0.1/")), null);
        for (var i = 0; i < 3; i++)
        {
            await _rig.ProbeAsync("pod-b", document.Result, report => report with
            {
                Sentence = document.Sentence, Body = HealthDocument.Excerpt(answer, 500), Document = document, ClockSkew = TimeSpan.FromSeconds(1.5),
            });
        }

        await _rig.ProbeAsync("pod-b", ProbeResult.Healthy, report => report with { Check = "login", Body = "<html>checkword" });
        _rig.View.Find("pod-b")!.State.Should().Be(PodState.Latched);
    }

    private async Task<JsonNode> AskAsync(string token, string pod = "pod-b")
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, $"/api/v1/pods/{pod}/why", token);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
