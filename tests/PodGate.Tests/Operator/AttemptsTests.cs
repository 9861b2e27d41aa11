using System.Net;
using System.Text;
using PodGate.Core.Health;
using PodGate.Operator;
using PodGate.Operator.Accounts;
using PodGate.Operator.Page;
using PodGate.TestKit;
using PodGate.Tests.Operator.Accounts;
using PodGate.Tests.Operator.Page;

namespace PodGate.Tests.Operator;

/// <summary>What strangers, and people who may little, try on the admin port; <c>docs/operating/attempts.md</c> has the table of all that is tried.</summary>
public sealed class AttemptsTests : IAsyncLifetime
{
    private const string Script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    private const int Guesses = 10_000;
    private const int Depth = 20_000;

    // While it takes less than a minute: those before the first pause, and one after each pause.
    private const int MostLookedAt = Pauses.FailuresToPause + 2;

    private readonly ManualTime _wall = new();
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync(wall: _wall);

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Password_GuessedTenThousandTimesOverThePort_IsLookedAtAFewTimes()
    {
        await SetUpAsync("anna");
        using var browser = new Browser(_rig.Url);
        var answers = await GuessAsync(guess => browser.PostAsync("/sign-in/password", ("name", "anna"), ("password", $"guess number {guess}")));
        answers.Keys.Should().BeSubsetOf([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests]);
        answers[HttpStatusCode.Unauthorized].Should().BeInRange(Pauses.FailuresToPause, MostLookedAt);
        browser.Cookies.GetCookies(_rig.Url).Should().BeEmpty();
        _rig.Audited().Count.Should().BeLessThan(100, "a flood of strangers does not push out what people did");
    }

    [Fact]
    public async Task Code_GuessedTenThousandTimesOverThePort_IsLookedAtAFewTimes()
    {
        var secret = await SetUpAsync("anna");
        var right = Enumerable.Range(-1, 3).Select(step => OneTimeCode.Of(secret.Secret.AsSpan(), OneTimeCode.StepOf(_wall.GetUtcNow()) + step)).ToHashSet();
        using var browser = new Browser(_rig.Url);
        using var half = await browser.PostAsync("/sign-in/password", ("name", "anna"), ("password", AccountRig.Password));
        half.Headers.Location!.ToString().Should().Be("/sign-in/code");
        var answers = await GuessAsync(guess => browser.PostAsync("/sign-in/code", ("code", right.Contains($"{guess:000000}") ? "none" : $"{guess:000000}")));
        answers.GetValueOrDefault(HttpStatusCode.Unauthorized).Should().BeInRange(1, MostLookedAt);
        (answers.GetValueOrDefault(HttpStatusCode.Unauthorized) + answers.GetValueOrDefault(HttpStatusCode.TooManyRequests) + answers.GetValueOrDefault(HttpStatusCode.SeeOther))
            .Should().Be(Guesses, "what is none, is too much, or begins anew with the password");
        browser.SessionCookie.Should().BeNull();
    }

    [Fact]
    public async Task Token_GuessedTenThousandTimes_OpensNothing_AndFloodsNoTrail()
    {
        var random = new Random(20261129);
        var answers = await GuessAsync(_ => _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", "pg_" + Convert.ToBase64String(Bytes(random, 32)).TrimEnd('=')));
        answers.Should().BeEquivalentTo(new Dictionary<HttpStatusCode, int> { [HttpStatusCode.Unauthorized] = Guesses });
        _rig.Audited().Count.Should().BeLessThan(100);
    }

    [Fact]
    public async Task Cookie_OfOneStep_OpensNoOtherStep_AndNotTwice()
    {
        _rig.Users.Add("anna", TokenRole.Operator, out var invitation);
        using var browser = new Browser(_rig.Url);
        (await browser.PostAsync("/welcome", ("invitation", invitation!), ("password", AccountRig.Password), ("again", AccountRig.Password))).Dispose();
        var welcome = CookieOf(browser, "welcome")!;
        var begun = _rig.People.Welcome.Find(welcome)!;
        (await browser.PostAsync("/welcome/code", ("code", OneTimeCode.Of(begun.Secret.AsSpan(), OneTimeCode.StepOf(_wall.GetUtcNow()))))).Dispose();
        _wall.Advance(OneTimeCode.Step);
        (await browser.PostAsync("/sign-in/password", ("name", "anna"), ("password", AccountRig.Password))).Dispose();
        var half = CookieOf(browser, "half")!;
        (await browser.PostAsync("/sign-in/code", ("code", OneTimeCode.Of(begun.Secret.AsSpan(), OneTimeCode.StepOf(_wall.GetUtcNow()))))).Dispose();
        var known = CookieOf(browser, "browser")!;
        browser.SessionCookie.Should().NotBeNull();

        foreach (var stolen in new[] { welcome, half, known, browser.SessionCookie![..^1] + "x" })
        {
            using var thief = new Browser(_rig.Url);
            foreach (var word in new[] { "session", "half", "welcome", "browser" }) thief.Cookies.Add(_rig.Url, new Cookie(NameOf(word), stolen));
            (await thief.GetAsync("/")).Headers.Location!.ToString().Should().StartWith("/sign-in");
            (await thief.GetAsync("/sign-in/code")).Headers.Location!.ToString().Should().Be("/sign-in", "each step is done once");
            (await thief.GetAsync("/welcome/code")).Headers.Location!.ToString().Should().Be("/welcome", "each step is done once");
        }
    }

    [Theory]
    [InlineData("/api/v1/pods/pod-a/drain", "[")]
    [InlineData("/api/v1/pods/pod-a/drain", "{\"reason\":")]
    [InlineData("/api/v1/pods/pod-a/drain", "{\"reason\":[")]
    [InlineData("/api/v1/silences", "{\"kinds\":[")]
    [InlineData("/api/v1/roll", "{\"terms\":{\"a\":")]
    public async Task Json_NestedDeeply_IsRefused(string path, string part)
    {
        var before = _rig.Durable();
        var body = string.Concat(Enumerable.Repeat(part, Math.Min(Depth, 60_000 / part.Length)));
        using var answer = await _rig.SendAsync(HttpMethod.Post, path, _rig.Operator, body);
        await AdminPortTests.ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest, "bad-request");
        _rig.Durable().Should().Be(before);
    }

    [Theory]
    [InlineData("""{"reason":"\ud800"}""")]
    [InlineData("""{"reason":"x","version":1e999}""")]
    [InlineData("""{"reason":"x","version":99999999999999999999}""")]
    [InlineData("""{"reason":"x","deadline":"9999999999.00:00:00"}""")]
    [InlineData("{\"reason\":\"\u0001\"}")]
    public async Task Json_OfWhatCannotBe_IsRefused(string body)
    {
        var before = _rig.Durable();
        using var answer = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, body);
        await AdminPortTests.ShouldBeProblemAsync(answer, HttpStatusCode.BadRequest, "bad-request");
        _rig.Durable().Should().Be(before);
    }

    [Fact]
    public async Task Oversized_BodiesFormsHeadersAndAddresses_AreRefused()
    {
        var before = _rig.Durable();
        using var chunked = await _rig.SendAsync(HttpMethod.Post, "/api/v1/pods/pod-a/drain", _rig.Operator, null, more: request =>
        {
            request.Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($$"""{"reason":"{{new string('x', 90_000)}}"}""")));
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.TransferEncodingChunked = true;
        });
        chunked.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var form = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", new string('x', 90_000)));
        form.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        using var fields = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", [.. Enumerable.Range(0, 3000).Select(i => ($"f{i}", "x"))]);
        fields.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await _rig.RawAsync($"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).Should().StartWith("HTTP/1.1 414");
        (await _rig.RawAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('a', 60_000)}\r\nConnection: close\r\n\r\n")).Should().StartWith("HTTP/1.1 431");
        _rig.Durable().Should().Be(before);
    }

    [Theory]
    [InlineData("/api/v1/pods/../tokens")]
    [InlineData("/api/v1/pods/%2e%2e/tokens")]
    [InlineData("/api/v1/pods/..%2ftokens")]
    [InlineData("/api/v1/pods/..%5ctokens")]
    [InlineData("/api/v1/./tokens")]
    [InlineData("//api/v1/tokens")]
    [InlineData("/api//v1/tokens")]
    [InlineData("/API/V1/TOKENS")]
    [InlineData("/api/v1/tokens/")]
    [InlineData("/api/v1/tokens;x=/metrics")]
    [InlineData("/api/v1/tokens%00/metrics")]
    [InlineData("/api/v1/tokens%20")]
    [InlineData("/api/v1/audit?x=/healthz")]
    [InlineData("/metrics/../api/v1/tokens")]
    [InlineData("/healthz/..;/api/v1/tokens")]
    [InlineData("/page/../audit")]
    [InlineData("/page/..%2f..%2foperator.token")]
    [InlineData("/page/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd")]
    [InlineData("/page/....//....//tokens.json")]
    [InlineData("/page/page.css%00.json")]
    [InlineData("/sessions.json")]
    [InlineData("/users.json")]
    [InlineData("http://localhost/api/v1/tokens")]
    [InlineData("*")]
    public async Task PathTricks_LeadNowhere(string path)
    {
        foreach (var token in new[] { null, _rig.Viewer })
        {
            var shown = token is null ? "" : $"Authorization: Bearer {token}\r\n";
            var answer = await _rig.RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{shown}Connection: close\r\n\r\n");
            answer.Should().MatchRegex("^HTTP/1.1 (400|401|403|404|405|303) ", $"{path} {(token is null ? "by a stranger" : "by a viewer")}");
            answer.Should().NotContain(TokenStore.InitialName + "\"").And.NotContain("root:").And.NotContain(_rig.Administrator);
        }
    }

    [Theory]
    [InlineData("GET", "/pods/x%0d%0aX-Evil:%20y", "")]
    [InlineData("GET", "/pods/x%0d%0aX-Evil:%20y/drain", "")]
    [InlineData("GET", "/api/v1/pods/x%0d%0aX-Evil:%20y", "")]
    [InlineData("GET", "/api/v1/whereis/x%0d%0aX-Evil:%20y", "")]
    [InlineData("GET", "/events?pod=x%0d%0aX-Evil:%20y", "")]
    [InlineData("GET", "/events.md?who=x%0d%0aX-Evil:%20y", "")]
    [InlineData("GET", "/whereis?address=x%0d%0aX-Evil:%20y", "")]
    [InlineData("GET", "/sign-in?back=/%0d%0aX-Evil:%20y", "")]
    [InlineData("POST", "/appearance", "theme=dark&language=de&back=%2F%0d%0aX-Evil:%20y")]
    [InlineData("POST", "/appearance", "theme=dark%0d%0aX-Evil:%20y")]
    [InlineData("POST", "/sign-in", "token=x%0d%0aX-Evil:%20y&back=%2F%0d%0aX-Evil:%20y")]
    [InlineData("GET", "/\r\nX-Evil: y", "")]
    public async Task HeaderInjection_AddsNoHeader(string method, string path, string form)
    {
        foreach (var token in new[] { null, _rig.Viewer })
        {
            var shown = token is null ? "" : $"Authorization: Bearer {token}\r\n";
            var body = form.Length == 0 ? "\r\n" : $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}";
            var answer = await _rig.RawAsync($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{shown}Connection: close\r\n{body}");
            answer.Should().StartWith("HTTP/1.1 ");
            answer.Split("\r\n\r\n")[0].Split("\r\n").Should().NotContain(line => line.StartsWith("X-Evil", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task Script_InAHealthDocument_IsShownAsText_OnEveryPage()
    {
        var component = new HealthComponent(Script, ProbeResult.Unhealthy, Script);
        for (var i = 0; i < 3; i++)
        {
            await _rig.ProbeAsync("pod-b", ProbeResult.Unhealthy, report => report with
            {
                Sentence = Script, Body = Script, Document = new HealthReading(ProbeResult.Unhealthy, Script, [component]) { Identity = Script, Version = Script },
            });
        }

        using var browser = await Browser.SignedInAsync(_rig, _rig.Administrator);
        (await browser.SubmitAsync("/pods/pod-b", "/pods/pod-b/note", ("reason", Script))).Dispose();
        (await browser.SubmitAsync("/alerts", "/silences", ("reason", Script), ("for", "02:00:00"))).Dispose();
        (await browser.PostAsync("/sign-in/password", ("name", Script), ("password", Script))).Dispose();
        foreach (var path in new[]
                 {
                     "/", "/pods/pod-b", "/events", "/alerts", "/audit", $"/whereis?address={Uri.EscapeDataString(Script)}", $"/events?who={Uri.EscapeDataString(Script)}",
                     $"/audit?who={Uri.EscapeDataString(Script)}", $"/pods/{Uri.EscapeDataString(Script)}", $"/sign-in?back=/{Uri.EscapeDataString(Script)}",
                 })
        {
            using var answer = await browser.GetAsync(path);
            var page = await answer.Content.ReadAsStringAsync();
            page.Should().NotContain("<script>alert").And.NotContain("<img", path);
            answer.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("script-src 'self'").And.NotContain("unsafe");
        }

        (await browser.ReadAsync("/pods/pod-b")).Should().Contain("&lt;script&gt;alert(1)");
        var report = await browser.ReadAsync("/events.md");
        report.Should().NotContain("<script>", "an incident report is pasted where its readers' browsers show HTML");
    }

    [Fact]
    public async Task Methods_ThatNobodyServes_AreRefused()
    {
        foreach (var method in new[] { "TRACE", "CONNECT", "PROPFIND", "PATCH", "BREW" })
        {
            var answer = await _rig.RawAsync($"{method} /api/v1/pods HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_rig.Administrator}\r\nConnection: close\r\n\r\n");
            answer.Should().MatchRegex("^HTTP/1.1 (400|404|405|501) ", method).And.NotContain(_rig.Administrator);
        }
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task<Dictionary<HttpStatusCode, int>> GuessAsync(Func<int, Task<HttpResponseMessage>> guess)
    {
        var answers = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < Guesses; i++)
        {
            using var answer = await guess(i);
            answers[answer.StatusCode] = answers.GetValueOrDefault(answer.StatusCode) + 1;
        }

        return answers;
    }

    private string NameOf(string word) => GateCookie.NameOf(word, _rig.Journal.Start.GateId);

    private string? CookieOf(Browser browser, string word) => browser.Cookies.GetCookies(_rig.Url)[NameOf(word)]?.Value;

    private async Task<SettingUp> SetUpAsync(string name)
    {
        _rig.Users.Add(name, TokenRole.Operator, out var invitation);
        var home = AccountRig.From("192.0.2.1");
        var secret = await _rig.People.Welcome.BeginAsync(_rig.People.Welcome.Invited(invitation!, home)!, AccountRig.Password, CancellationToken.None);
        var begun = _rig.People.Welcome.Find(secret)!;
        _rig.People.Welcome.Finish(secret, begun, OneTimeCode.Of(begun.Secret.AsSpan(), OneTimeCode.StepOf(_wall.GetUtcNow())), home, out _).Should().NotBeNull();
        _wall.Advance(OneTimeCode.Step);
        return begun;
    }
}
