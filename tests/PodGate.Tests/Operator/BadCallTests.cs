using System.Net;

namespace PodGate.Tests.Operator;

/// <summary>Bad calls: each gets its clear error, and nothing changes.</summary>
public sealed class BadCallTests : IAsyncLifetime
{
    private const string Good = """{"reason":"new disk"}""";
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    private sealed record Call(
        string Method, string Path, string? Who, string? Body, int Status, string Type, string Type2 = "application/json", string? Host = null,
            string? Origin = null, string? Site = null);

    private static string Roll(
        string id = "0123456789", string pods = """["pod-a"]""", string command = "true", string reason = "update", string terms = "{}", string more = "") =>
        $$"""{"id":"{{id}}","pods":{{pods}},"command":"{{command}}","reason":"{{reason}}","from":"here","terms":{{terms}}{{more}}}""";

    private static string Progress(string step = "Drain", string sentence = "waits", string done = "[]", string state = "Stopped") =>
        $$"""{"id":"0123456789","pod":"pod-a","step":"{{step}}","sentence":"{{sentence}}","done":{{done}},"state":"{{state}}"}""";
    private const string Maintenance = "/api/v1/maintenance";

    private static string Plan(string from, string until, string pod = "pod-a", string more = "") =>
        $"{{\"pod\":\"{pod}\",\"from\":\"{from}\",\"until\":\"{until}\",\"reason\":\"update\"{more}}}";

    private static IEnumerable<Call> Calls()
    {
        const string Drain = "/api/v1/pods/pod-a/drain";
        return
        [
            // Who may.
            new("GET", "/api/v1/pods", null, null, 401, "unauthorised"),
            new("GET", "/api/v1/pods", "pg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", null, 401, "unauthorised"),
            new("GET", "/api/v1/pods", "", null, 401, "unauthorised"),
            new("GET", "/api/v1/pods", new string('x', 5000), null, 401, "unauthorised"),
            new("POST", Drain, null, Good, 401, "unauthorised"),
            new("POST", Drain, "viewer", Good, 403, "role-too-low"),
            new("POST", "/api/v1/pods/pod-a/enable", "viewer", Good, 403, "role-too-low"),
            new("POST", "/api/v1/freeze", "viewer", """{"reason":"x","for":"00:01:00"}""", 403, "role-too-low"),
            new("GET", "/api/v1/tokens", "operator", null, 403, "role-too-low"),
            new("POST", "/api/v1/tokens", "operator", """{"name":"eve","role":"administrator"}""", 403, "role-too-low"),
            new("POST", "/api/v1/reload", "operator", null, 403, "role-too-low"),

            // What is there.
            new("GET", "/nowhere", "administrator", null, 404, "not-found"),
            new("GET", "/api/v1/pods/pod-z", "viewer", null, 404, "unknown-pod"),
            new("POST", "/api/v1/pods/pod-z/drain", "operator", Good, 404, "unknown-pod"),
            new("DELETE", "/api/v1/tokens/nobody", "administrator", null, 404, "unknown-token"),
            new("GET", Drain, "operator", null, 405, "method-not-allowed"),
            new("DELETE", "/api/v1/pods/pod-a", "administrator", null, 405, "method-not-allowed"),
            new("POST", "/metrics", "administrator", "{}", 405, "method-not-allowed"),

            // The body's form.
            new("POST", Drain, "operator", "drain it please", 400, "bad-request"),
            new("POST", Drain, "operator", "", 400, "bad-request"),
            new("POST", Drain, "operator", "null", 400, "bad-request"),
            new("POST", Drain, "operator", "[]", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x"} {}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","colour":"red"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","reason":"y"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","force":"yes"}""", 400, "bad-request"),
            new("POST", Drain, "operator", Good, 415, "unsupported-media-type", "text/plain"),
            new("POST", Drain, "operator", Good, 415, "unsupported-media-type", "application/json; charset=utf-16"),
            new("POST", Drain, "operator", $$"""{"reason":"{{new string('x', 70_000)}}"}""", 413, "too-large"),

            // What it says.
            new("POST", Drain, "operator", "{}", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"   "}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"one\nline"}""", 400, "bad-request"),
            new("POST", Drain, "operator", $$"""{"reason":"{{new string('x', 501)}}"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","deadline":"-00:00:01"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","deadline":"1.00:00:01"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","deadline":300}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","version":-1}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"x","deadline":"00:01:00"}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"x","ramp":"1.00:00:01"}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"x","ramp":0}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","ramp":"00:00:00"}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"x","hold":0}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"x","hold":100}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"x","hold":"10%"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","hold":10}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/note", "operator", """{"reason":"x"}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/note", "operator", """{"clear":true}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/note", "operator", """{"text":"two\nlines"}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-x/note", "operator", """{"text":"x"}""", 404, "unknown-pod"),
            new("POST", "/api/v1/pods/pod-a/note", "viewer", """{"text":"x"}""", 403, "role-too-low"),
            new("POST", "/api/v1/freeze", "operator", """{"reason":"x"}""", 400, "bad-request"),
            new("POST", "/api/v1/freeze", "operator", """{"reason":"x","for":"00:00:00.5"}""", 400, "bad-request"),
            new("POST", "/api/v1/freeze", "operator", """{"reason":"x","for":"2.00:00:00"}""", 400, "bad-request"),
            new("POST", "/api/v1/tokens", "administrator", """{"name":"two words","role":"viewer"}""", 400, "bad-request"),
            new("POST", "/api/v1/tokens", "administrator", """{"name":"automation","role":"viewer"}""", 400, "bad-request"),
            new("POST", "/api/v1/tokens", "administrator", """{"name":"eve","role":"root"}""", 400, "bad-request"),
            new("POST", "/api/v1/tokens", "administrator", """{"name":"eve","role":"viewer","lasts":"00:00:30"}""", 400, "bad-request"),
            new("POST", "/api/v1/tokens", "administrator", """{"name":"eve","role":"viewer","lasts":"4000.00:00:00"}""", 400, "bad-request"),
            new("POST", "/api/v1/tokens", "administrator", """{"name":"eve","role":"viewer","lasts":"-1.00:00:00"}""", 400, "bad-request"),
            new("GET", "/api/v1/events?after=-1", "viewer", null, 400, "bad-request"),
            new("GET", "/api/v1/events?after=last", "viewer", null, 400, "bad-request"),
            new("GET", "/api/v1/events?after=1&after=2", "viewer", null, 400, "bad-request"),
            new("GET", "/api/v1/events?most=1001", "viewer", null, 400, "bad-request"),
            new("GET", "/api/v1/whereis/pod-a", "viewer", null, 400, "bad-request"),
            new("GET", "/api/v1/whereis/1", "viewer", null, 400, "bad-request"),
            new("GET", "/api/v1/whereis/192.0.2.017", "viewer", null, 400, "bad-request"),
            new("GET", "/api/v1/whereis/fe80::1%25eth0", "viewer", null, 400, "bad-request"),
            new("POST", "/api/v1/reload?confirm=yes", "administrator", null, 400, "bad-request"),

            // A roll.
            new("POST", Drain, "operator", """{"reason":"update","roll":"short"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"update","roll":"no-such-roll"}""", 409, "roll-lost"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"update","roll":"no-such-roll"}""", 409, "roll-lost"),
            new("POST", "/api/v1/pods/pod-a/disable", "operator", """{"reason":"update","roll":"no-such-roll"}""", 400, "bad-request"),
            new("POST", "/api/v1/roll", "viewer", Roll(), 403, "role-too-low"),
            new("PUT", "/api/v1/roll", "viewer", Progress(), 403, "role-too-low"),
            new("DELETE", "/api/v1/roll", "operator", null, 405, "method-not-allowed"),
            new("POST", "/api/v1/roll", "operator", "{}", 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(id: "short"), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(pods: "[]"), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(pods: "[null]"), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(pods: """["pod-a","pod-a"]"""), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(pods: """["pod-z"]"""), 404, "unknown-pod"),
            new("POST", "/api/v1/roll", "operator", Roll(command: ""), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(command: "two\\nlines"), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(command: new string('x', 4001)), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(reason: " "), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(terms: "null"), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(terms: """{"bake":"2.00:00:00"}"""), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(terms: """{"rise":21}"""), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(more: ""","done":["pod-b"]"""), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(more: ""","colour":"red" """), 400, "bad-request"),
            new("POST", "/api/v1/roll", "operator", Roll(more: ""","resumes":"no-such-roll" """), 409, "roll-lost"),
            new("PUT", "/api/v1/roll", "operator", Progress(step: "Dance"), 400, "bad-request"),
            new("PUT", "/api/v1/roll", "operator", Progress(state: "Died"), 400, "bad-request"),
            new("PUT", "/api/v1/roll", "operator", Progress(done: "null"), 400, "bad-request"),
            new("PUT", "/api/v1/roll", "operator", Progress(sentence: "two\\nlines"), 400, "bad-request"),
            new("PUT", "/api/v1/roll", "operator", Progress(), 409, "roll-lost"),
            new("POST", Drain, "operator", """{"reason":"x","until":"soon"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","until":"5"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","until":"-01:00:00"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","until":"-10675199.02:48:05.4775808"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","until":"400.00:00:00"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","until":"2020-01-01T00:00:00Z"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","until":"2030-01-01T00:00:00"}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","owner":" "}""", 400, "bad-request"),
            new("POST", Drain, "operator", """{"reason":"x","owner":"two\nlines"}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"x","until":"04:00:00"}""", 400, "bad-request"),
            new("POST", "/api/v1/pods/pod-a/enable", "operator", """{"reason":"x","owner":"ops"}""", 400, "bad-request"),

            // What is planned.
            new("GET", "/api/v1/maintenance", null, null, 401, "unauthorised"),
            new("GET", "/api/v1/maintenance.ics", null, null, 401, "unauthorised"),
            new("POST", Maintenance, "viewer", Plan("2030-01-01T00:00:00Z", "2030-01-01T01:00:00Z"), 403, "role-too-low"),
            new("DELETE", Maintenance + "/m-1", "viewer", Good, 403, "role-too-low"),
            new("GET", "/api/v1/maintenance?all=yes", "viewer", null, 400, "bad-request"),
            new("DELETE", Maintenance + "/m-1", "operator", Good, 404, "unknown-plan"),
            new("DELETE", Maintenance + "/m-1", "operator", "{}", 400, "bad-request"),
            new("DELETE", Maintenance + "/m-1", "operator", null, 415, "unsupported-media-type"),
            new("POST", Maintenance, "operator", """{"pod":"pod-a","reason":"x"}""", 400, "bad-request"),
            new("POST", Maintenance, "operator", Plan("2030-01-01T00:00:00Z", "2030-01-01T01:00:00Z", pod: ""), 400, "bad-request"),
            new("POST", Maintenance, "operator", Plan("2030-01-01T00:00:00Z", "2030-01-01T01:00:00Z", more: ",\"colour\":\"red\""), 400, "bad-request"),
            new("POST", Maintenance, "operator", Plan("2030-01-01T00:00:00Z", "2030-01-01T01:00:00Z", more: ",\"deadline\":\"2.00:00:00\""), 400, "bad-request"),
            new("POST", Maintenance, "operator", Plan("2030-01-01T00:00:00", "2030-01-01T01:00:00Z"), 400, "bad-request"),
            new("POST", Maintenance, "operator", Plan("2030-01-01T00:00:00Z", "2030-01-01 01:00 Europe/Atlantis"), 400, "bad-request"),
            new("POST", Maintenance, "operator", Plan("2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z"), 400, "bad-plan"),
            new("POST", Maintenance, "operator", Plan("2036-01-01T00:00:00Z", "2036-01-01T01:00:00Z"), 400, "bad-plan"),
            new("POST", Maintenance, "operator", Plan("2036-01-01T00:00:00Z", "2036-01-01T01:00:00Z", pod: "pod-z"), 404, "unknown-pod"),

            // What the gate refuses.
            new("POST", Drain, "operator", """{"reason":"x","version":4711}""", 409, "changed"),
            new("POST", "/api/v1/tokens", "administrator", """{"name":"vera","role":"viewer"}""", 409, "exists"),
            new("DELETE", "/api/v1/tokens/administrator", "administrator", null, 409, "last-administrator"),

            // People.
            new("GET", "/api/v1/users", "operator", null, 403, "role-too-low"),
            new("POST", "/api/v1/users", "operator", """{"name":"eve","role":"administrator"}""", 403, "role-too-low"),
            new("POST", "/api/v1/users", "administrator", """{"name":"two words","role":"viewer"}""", 400, "bad-request"),
            new("POST", "/api/v1/users", "administrator", """{"name":"automation","role":"viewer"}""", 400, "bad-request"),
            new("POST", "/api/v1/users", "administrator", """{"name":"eve","role":"root"}""", 400, "bad-request"),
            new("POST", "/api/v1/users", "administrator", """{"name":"eve","role":"viewer","password":"x"}""", 400, "bad-request"),
            new("POST", "/api/v1/users", "administrator", """{"name":"vera","role":"viewer"}""", 409, "exists"),
            new("POST", "/api/v1/users/nobody/reset", "administrator", "{}", 404, "unknown-user"),
            new("POST", "/api/v1/users/nobody/reset", "administrator", """{"role":"root"}""", 400, "bad-request"),
            new("DELETE", "/api/v1/users/nobody", "administrator", null, 404, "unknown-user"),
            new("DELETE", "/api/v1/users/nobody/pause", "administrator", null, 404, "unknown-user"),

            // Where it comes from.
            new("POST", Drain, "operator", Good, 421, "unknown-host", Host: "evil.example"),
            new("GET", "/metrics", null, null, 421, "unknown-host", Host: "127.0.0.1.evil.example:9090"),
            new("POST", Drain, "operator", Good, 403, "other-site", Origin: "https://evil.example"),
            new("POST", Drain, "operator", Good, 403, "other-site", Origin: "null"),
            new("POST", Drain, "operator", Good, 403, "other-site", Site: "cross-site"),
        ];
    }

    [Fact]
    public async Task EveryBadCall_GetsItsError_AndNothingChanges()
    {
        var before = _rig.Durable();
        foreach (var call in Calls())
        {
            var token = call.Who switch { "viewer" => _rig.Viewer, "operator" => _rig.Operator, "administrator" => _rig.Administrator, _ => call.Who };
            var answer = await _rig.SendAsync(new HttpMethod(call.Method), call.Path, token, call.Body, call.Type2, request =>
            {
                if (call.Host is not null) request.Headers.Host = call.Host;
                if (call.Origin is not null) request.Headers.TryAddWithoutValidation("Origin", call.Origin);
                if (call.Site is not null) request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", call.Site);
            });
            var told = $"{call.Method} {call.Path} {call.Body?[..Math.Min(60, call.Body.Length)]}: {await answer.Content.ReadAsStringAsync()}";
            ((int)answer.StatusCode).Should().Be(call.Status, told);
            await AdminPortTests.ShouldBeProblemAsync(answer, (HttpStatusCode)call.Status, call.Type);
            if (call.Status == 401) answer.Headers.WwwAuthenticate.Single().Scheme.Should().Be("Bearer");
            _rig.Durable().Should().Be(before, told);
        }

        Calls().Count().Should().BeGreaterThan(20);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1234")]
    [InlineData("127.0.0.1:9999")]
    [InlineData("[::1]")]
    [InlineData("gate.example.org")]
    public async Task Host_OwnName_IsServed(string host)
    {
        _rig.Settings = new() { Hosts = ["gate.example.org"] };
        var answer = await _rig.SendAsync(HttpMethod.Get, "/healthz", null, more: request => request.Headers.Host = host);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Origin_OwnPage_MayCommand()
    {
        var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, Good, more: request =>
        {
            request.Headers.TryAddWithoutValidation("Origin", $"http://127.0.0.1:{_rig.Url.Port}");
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "same-origin");
        });
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("GET /healthz HTTP/1.0\r\n\r\n", "400")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", "400")]
    [InlineData("hello\r\n\r\n", "400")]
    public async Task RawRequest_NotAsItShouldBe_Is400(string request, string status) =>
        (await _rig.RawAsync(request)).Split('\n')[0].Should().Contain(status);

    [Fact]
    public async Task TwoAuthorizationHeaders_AreNoToken()
    {
        var answer = await _rig.RawAsync(
            $"GET /api/v1/pods HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_rig.Viewer}\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n");
        answer.Should().StartWith("HTTP/1.1 401");
    }
}
