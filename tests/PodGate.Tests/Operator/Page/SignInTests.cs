using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Operator;
using PodGate.Operator.Accounts;
using PodGate.Operator.Page;
using PodGate.TestKit;

namespace PodGate.Tests.Operator.Page;

/// <summary>Who gets in, who does not, and what another site's page can do: nothing.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Theory]
    [InlineData("/", "/sign-in?back=%2F")]
    [InlineData("/pods/pod-a?x=1", "/sign-in?back=%2Fpods%2Fpod-a%3Fx%3D1")]
    [InlineData("/events.json", "/sign-in?back=%2Fevents.json")]
    public async Task Stranger_IsShownTheWayIn(string path, string way)
    {
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.GetAsync(path);
        (answer.StatusCode, answer.Headers.Location!.ToString()).Should().Be((HttpStatusCode.SeeOther, way));
    }

    [Theory]
    [InlineData("/pods/pod-a", "/pods/pod-a")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/ü", "/")]
    [InlineData("/a\r\nSet-Cookie: x=y", "/")]
    public async Task WayBack_LeadsToThisGateOnly(string back, string to)
    {
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.PostAsync("/sign-in", ("token", _rig.Viewer), ("back", back));
        answer.Headers.Location!.ToString().Should().Be(to);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pg_nothing")]
    [InlineData("<script>alert(1)</script>")]
    public async Task WrongToken_OpensNothing(string token)
    {
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.PostAsync("/sign-in", ("token", token));
        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("not one of this gate").And.NotContain("<script>alert");
        browser.SessionCookie.Should().BeNull();
    }

    [Fact]
    public async Task Cookie_IsNotForScriptsNorForOtherSitesForms()
    {
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.PostAsync("/sign-in", ("token", _rig.Viewer));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.Should().Contain("httponly").And.Contain("samesite=lax").And.Contain("path=/").And.NotContain("domain");
        cookie.Should().NotContain(_rig.Viewer, "the token itself stays with its owner");
    }

    [Fact]
    public void Cookie_OfAnotherGateOnTheSameMachine_HasAnotherName()
    {
        foreach (var word in new[] { "session", "half", "welcome", "browser" })
        {
            var (one, other) = (GateCookie.NameOf(word, "gate-1"), GateCookie.NameOf(word, "gate-2"));
            one.Should().MatchRegex($"^podgate-{word}-[0-9a-f]{{8}}$").And.NotBe(other, "cookies know no ports");
            GateCookie.NameOf(word, "gate-1").Should().Be(one, "a restart signs nobody out");
        }

    }

    [Fact]
    public async Task SignedOut_ACopiedCookieOpensNothing()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var thief = new Browser(_rig.Url);
        thief.Cookies.Add(_rig.Url, new Cookie(Browser.CookieName, browser.SessionCookie));
        (await thief.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.OK, "a copied cookie is a key");
        using var answer = await browser.SubmitAsync("/", "/sign-out");
        answer.Headers.Location!.ToString().Should().Be("/sign-in");
        (await thief.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task SigningInAgain_EndsTheSessionBefore_AndManyOfOneTokenPushNobodyElseOut()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var copy = new Browser(_rig.Url);
        copy.Cookies.Add(_rig.Url, new Cookie(Browser.CookieName, browser.SessionCookie));
        (await browser.PostAsync("/sign-in", ("token", _rig.Operator))).Dispose();
        (await copy.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
        for (var i = 0; i < SessionStore.MostOfOne + 5; i++) (await Browser.SignedInAsync(_rig, _rig.Viewer)).Dispose();
        (await browser.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task MistypedToken_KeepsTheWayBack()
    {
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.PostAsync("/sign-in", ("token", "pg_wrong"), ("back", "/pods/pod-a"));
        (await answer.Content.ReadAsStringAsync()).Should().Contain("""name="back" value="/pods/pod-a""");
    }

    [Fact]
    public async Task RevokedToken_EndsItsSessions()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        _rig.Tokens.Revoke("vera").Should().Be(TokenResult.Done);
        (await browser.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("forged")]
    [InlineData("")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task ForgedCookie_OpensNothing(string value)
    {
        using var browser = new Browser(_rig.Url);
        browser.Cookies.Add(_rig.Url, new Cookie(Browser.CookieName, value));
        (await browser.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task Form_OfAnotherSite_ChangesNothing(string? origin)
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        var hidden = Browser.Hidden(await browser.ReadAsync("/pods/pod-a"), "/pods/pod-a/drain").ToArray();
        var before = _rig.Durable();
        using var answer = await browser.SendAsync("/pods/pod-a/drain", origin, [.. hidden, ("reason", "x")]);
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        _rig.Durable().Should().Be(before);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("other")]
    public async Task Form_WithoutItsSessionsKey_ChangesNothing(string? key)
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        using var other = await Browser.SignedInAsync(_rig, _rig.Operator);
        var others = Browser.Hidden(await other.ReadAsync("/pods/pod-a"), "/pods/pod-a/drain").First(field => field.Name == "formKey").Value;
        var before = _rig.Durable();
        var fields = new List<(string, string)> { ("reason", "x"), ("version", $"{_rig.View.Find("pod-a")!.Record.Version}") };
        if (key is not null) fields.Add(("formKey", key == "other" ? others : key));
        using var answer = await browser.PostAsync("/pods/pod-a/drain", [.. fields]);
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        _rig.Durable().Should().Be(before);
    }

    [Fact]
    public async Task Viewer_WithAnOperatorsForm_ChangesNothing()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Viewer);
        var key = Browser.Hidden(await browser.ReadAsync("/"), "/sign-out").Single(field => field.Name == "formKey").Value;
        using var answer = await browser.PostAsync("/pods/pod-a/drain", ("formKey", key), ("reason", "x"), ("version", "1"));
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
    }

    [Fact]
    public async Task Cookie_OpensTheApiToo_ForABrowserOnly()
    {
        using var browser = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await browser.GetAsync("/api/v1/pods")).StatusCode.Should().Be(HttpStatusCode.OK);
        using var answer = await browser.SendAsync("/api/v1/freeze", origin: null);
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task SessionsThatCannotBeWritten_AreSaid_AndNobodyIsSignedIn()
    {
        _rig.BlockSessions();
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.PostAsync("/sign-in", ("token", _rig.Viewer));
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("The sessions cannot be written");
        browser.SessionCookie.Should().BeNull();
    }

    [Fact]
    public void Sessions_OutliveTheProcess_AndTheirTime()
    {
        var directory = Directory.CreateTempSubdirectory("podgate-sessions-").FullName;
        try
        {
            var time = new ManualTime();
            TokenStore.Initialise(directory, time);
            var tokens = TokenStore.Open(directory, time);
            var users = UserStore.Open(directory, tokens, time);
            SessionStore Open() => new(new SessionFile(directory, NullLogger.Instance), tokens, users, time);
            var secret = Open().Begin(tokens.Tokens[0]);
            File.ReadAllText(Path.Combine(directory, SessionFile.Name)).Should().NotContain(secret);
            Open().Find(secret)!.Name.Should().Be(TokenStore.InitialName);
            time.Advance(SessionStore.Lasts - TimeSpan.FromSeconds(1));
            Open().Find(secret).Should().NotBeNull();
            time.Advance(TimeSpan.FromSeconds(1));
            Open().Find(secret).Should().BeNull();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[{\"sha256\":\"zz\"}]")]
    [InlineData("[null]")]
    [InlineData("[{\"sha256\":\"00\",\"until\":\"2100-01-01T00:00:00Z\"}]")]
    public void DamagedFile_CostsASignIn_AndNotTheStart(string content)
    {
        var directory = Directory.CreateTempSubdirectory("podgate-sessions-").FullName;
        try
        {
            TokenStore.Initialise(directory, TimeProvider.System);
            var tokens = TokenStore.Open(directory, TimeProvider.System);
            File.WriteAllText(Path.Combine(directory, SessionFile.Name), content);
            var sessions = new SessionStore(
                new SessionFile(directory, NullLogger.Instance), tokens, UserStore.Open(directory, tokens, TimeProvider.System), TimeProvider.System);
            sessions.Find(sessions.Begin(tokens.Tokens[0])).Should().NotBeNull();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
