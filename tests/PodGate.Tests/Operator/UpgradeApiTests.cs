using System.Net;
using System.Text.Json.Nodes;
using PodGate.Control.Takeover;
using PodGate.Operator;

namespace PodGate.Tests.Operator;

/// <summary>Who may let another process take over, and what is answered meanwhile.</summary>
public sealed class UpgradeApiTests : IAsyncLifetime
{
    private const string Path = "/api/v1/upgrade";
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Upgrade_IsForAdministratorsOnly()
    {
        using var refused = await _rig.SendAsync(HttpMethod.Post, Path, _rig.Operator, """{"path":null}""");
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        _rig.Upgrading.Asked.Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"path":null}""", null)]
    [InlineData("""{"path":"/opt/podgate-2"}""", "/opt/podgate-2")]
    public async Task Upgrade_SaysWhoTheGateIsNow(string body, string? path)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Post, Path, _rig.Administrator, body);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.ToJsonString().Should().Be("""{"sentence":"done","pid":12,"version":"2.0.0","before":11}""");
        _rig.Upgrading.Asked.Should().Equal((path, "administrator"));
    }

    [Theory]
    [InlineData("""{"path":""}""")]
    [InlineData("{\"path\":\"/opt/\\n\"}")]
    [InlineData("""{"file":"/opt/podgate"}""")]
    public async Task Upgrade_AskedWrongly_IsAProblem(string body)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Post, Path, _rig.Administrator, body);
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Upgrade_ThatDoesNotComeAbout_SaysWhy()
    {
        _rig.Upgrading.Fails = "the new process ended with exit code 7";
        using var answer = await _rig.SendAsync(HttpMethod.Post, Path, _rig.Administrator, """{"path":null}""");
        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        ((string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]).Should().Contain("exit code 7").And.Contain("goes on as before");
    }

    [Fact]
    public async Task Standing_IsForViewers()
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, Path, _rig.Viewer);
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.ToJsonString().Should().Be("""{"pid":12,"version":"2.0.0","predecessor":{"pid":11,"connections":3}}""");
    }

    [Fact]
    public async Task WhileItHandsOver_NothingIsChanged_AndEverythingCanBeRead()
    {
        _rig.Upgrading.HandsOver = true;
        foreach (var (method, path, body) in new[] { ("POST", "/api/v1/pods/pod-a/drain", """{"reason":"x"}"""), ("POST", "/api/v1/reload", "{}"), ("DELETE", "/api/v1/tokens/vera", null) })
        {
            using var answer = await _rig.SendAsync(new HttpMethod(method), path, _rig.Administrator, body);
            answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, path);
            answer.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        }

        using var read = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", _rig.Viewer);
        read.StatusCode.Should().Be(HttpStatusCode.OK);
    }
}

/// <summary>Lets nobody take over, and says what it is told to say.</summary>
internal sealed class ToldUpgrading : IUpgrading
{
    public List<(string? Path, string Who)> Asked { get; } = [];

    public string? Fails { get; set; }

    public bool HandsOver { get; set; }

    public TakeoverJson Standing { get; } = new(12, "2.0.0", new PredecessorJson(11, 3));

    public Task<UpgradeJson> UpgradeAsync(string? path, string who)
    {
        Asked.Add((path, who));
        return Fails is null ? Task.FromResult(new UpgradeJson("done", 12, "2.0.0", 11)) : Task.FromException<UpgradeJson>(new TakeoverException(Fails));
    }
}
