using System.Net;
using System.Text.RegularExpressions;
using PodGate.Operator;
using PodGate.Operator.Accounts;
using PodGate.Operator.Page;
using PodGate.TestKit;
using PodGate.Tests.Operator.Accounts;

namespace PodGate.Tests.Operator.Page;

/// <summary>What a person with an account meets: the invitation, the way in, and the own account; and what somebody else meets who tries.</summary>
public sealed partial class AccountPageTests : IAsyncLifetime
{
    private const string Password = AccountRig.Password;

    private readonly ManualTime _wall = new();
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync(wall: _wall);

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Invited_SetsUp_SignsIn_AndActsUnderTheOwnName()
    {
        _rig.Users.Add("anna", TokenRole.Operator, out var invitation);
        using var browser = new Browser(_rig.Url);
        (await browser.ReadAsync("/sign-in")).Should().Contain("/sign-in/password").And.Contain("/welcome");
        using var invited = await browser.PostAsync("/welcome", ("invitation", invitation!), ("password", Password), ("again", Password));
        Led(invited).Should().Be("/welcome/code");
        var page = await browser.ReadAsync("/welcome/code");
        var secret = SecretOf(page);
        page.Should().Contain($"otpauth://totp/PodGate:anna?secret={secret}&amp;issuer=PodGate").And.Contain("<svg").And.NotContain("data-from");

        using var wrong = await browser.PostAsync("/welcome/code", ("code", "no code"));
        wrong.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        SecretOf(await wrong.Content.ReadAsStringAsync()).Should().Be(secret);
        using var proved = await browser.PostAsync("/welcome/code", ("code", Code(secret)));
        RecoveryCode().Count(await proved.Content.ReadAsStringAsync()).Should().Be(UserStore.RecoveryCodes);

        _wall.Advance(OneTimeCode.Step);
        using var first = await browser.PostAsync("/sign-in/password", ("name", "anna"), ("password", Password), ("back", "/pods/pod-a"));
        Led(first).Should().Be("/sign-in/code");
        browser.SessionCookie.Should().BeNull("half a sign-in is none");
        (await browser.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
        using var second = await browser.SubmitAsync("/sign-in/code", "/sign-in/code", ("code", Code(secret)));
        Led(second).Should().Be("/pods/pod-a");

        (await browser.ReadAsync("/")).Should().Contain("anna (operator)").And.Contain("href=\"/account\"");
        using var drained = await browser.SubmitAsync("/pods/pod-a", "/pods/pod-a/drain", ("reason", "new disk"));
        drained.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        _rig.View.Find("pod-a")!.Record.Intent.Who.Should().Be("anna");
    }

    [Fact]
    public async Task WithoutAccounts_TheWayInIsAToken()
    {
        using var browser = new Browser(_rig.Url);
        (await browser.ReadAsync("/sign-in")).Should().Contain("name=\"token\"").And.NotContain("/sign-in/password");
    }

    [Theory]
    [InlineData("anna", "not the password")]
    [InlineData("nobody", "not the password")]
    [InlineData("olga", "not the password")]
    [InlineData("<script>", "not the password")]
    [InlineData("anna", "")]
    [InlineData("", "")]
    public async Task NameAndPassword_ThatDoNotFit_AreToldTheSame(string name, string password)
    {
        await SetUpAsync("anna");
        _rig.Users.Add("olga", TokenRole.Viewer, out _);
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.PostAsync("/sign-in/password", ("name", name), ("password", password), ("back", "//evil.example"));
        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("Name and password do not fit.").And.NotContain("<script>").And.NotContain("evil");
        browser.Cookies.GetCookies(_rig.Url).Should().BeEmpty();
    }

    [Fact]
    public async Task Failures_InARow_MakeStrangersWait_AndNotThePersonsOwnBrowser()
    {
        var (own, secret) = await SignedInAsync("anna");
        using var stranger = new Browser(_rig.Url);
        for (var i = 0; i < Pauses.FailuresToPause; i++) (await stranger.PostAsync("/sign-in/password", ("name", "anna"), ("password", "guess"))).Dispose();
        using var refused = await stranger.PostAsync("/sign-in/password", ("name", "anna"), ("password", Password));
        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.Should().BeCloseTo(Pauses.First, TimeSpan.FromSeconds(5));
        (await refused.Content.ReadAsStringAsync()).Should().Contain("too many attempts");
        using (own)
        {
            (await own.SubmitAsync("/", "/sign-out")).Dispose();
            await SignInAsync(own, "anna", secret);
            (await own.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Theory]
    [InlineData("000 000 0")]
    [InlineData("")]
    [InlineData("<script>alert(1)</script>")]
    public async Task WrongCode_OpensNothing(string code)
    {
        await SetUpAsync("anna");
        using var browser = new Browser(_rig.Url);
        (await browser.PostAsync("/sign-in/password", ("name", "anna"), ("password", Password))).Dispose();
        using var answer = await browser.PostAsync("/sign-in/code", ("code", code));
        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("This code opens nothing.").And.NotContain("<script>alert");
        browser.SessionCookie.Should().BeNull();
    }

    [Fact]
    public async Task Code_WithoutThePassword_LeadsBackToIt()
    {
        var secret = await SetUpAsync("anna");
        using var browser = new Browser(_rig.Url);
        using var looked = await browser.GetAsync("/sign-in/code");
        Led(looked).Should().Be("/sign-in");
        browser.Cookies.Add(_rig.Url, new Cookie(GateCookie.NameOf("half", _rig.Journal.Start.GateId), "AAAA-BBBB"));
        using var answer = await browser.PostAsync("/sign-in/code", ("code", Code(secret)));
        Led(answer).Should().Be("/sign-in");
        browser.SessionCookie.Should().BeNull();
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task Form_OfAnotherSite_SignsNobodyIn(string origin)
    {
        await SetUpAsync("anna");
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.SendAsync("/sign-in/password", origin, ("name", "anna"), ("password", Password));
        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        browser.Cookies.GetCookies(_rig.Url).Should().BeEmpty();
    }

    [Theory]
    [InlineData("not an invitation", Password, Password, "This is no invitation")]
    [InlineData(null, "too short", "too short", "12 to 256 characters")]
    [InlineData(null, "passwordpassword", "passwordpassword", "This password is among the first")]
    [InlineData(null, Password, "another password", "Both are to be the same")]
    public async Task Invitation_WithWhatCannotBe_IsToldWhy_AndStays(string? invitation, string password, string again, string why)
    {
        _rig.Users.Add("anna", TokenRole.Operator, out var right);
        using var browser = new Browser(_rig.Url);
        using var answer = await browser.PostAsync("/welcome", ("invitation", invitation ?? right!), ("password", password), ("again", again));
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain($"role=\"alert\">{why}").And.NotContain(password);
        _rig.Users.Invited(right!).Should().NotBeNull();
    }

    [Fact]
    public async Task Password_Changed_EndsTheOtherSessions_AndNotThisOne()
    {
        var (browser, secret) = await SignedInAsync("anna");
        using var other = new Browser(_rig.Url);
        await SignInAsync(other, "anna", secret);
        using (browser)
        {
            const string Fresh = "another password";
            using var wrong = await browser.SubmitAsync("/account", "/account/password", ("current", "wrong"), ("password", Fresh), ("again", Fresh));
            (await wrong.Content.ReadAsStringAsync()).Should().Contain("This is not your password.");
            using var changed = await browser.SubmitAsync("/account", "/account/password", ("current", Password), ("password", Fresh), ("again", Fresh));
            (await browser.ReadAsync(Led(changed))).Should().Contain("The password is changed.");
            (await other.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
            using var before = await other.PostAsync("/sign-in/password", ("name", "anna"), ("password", Password));
            before.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task RecoveryCodes_Renewed_AreShownOnce_AndOpen()
    {
        var (browser, _) = await SignedInAsync("anna");
        using (browser)
        {
            using var renewed = await browser.SubmitAsync("/account", "/account/codes", ("current", Password));
            var page = await renewed.Content.ReadAsStringAsync();
            page.Should().NotContain("data-from", "what is shown once must not be fetched anew");
            var code = RecoveryCode().Match(page).Groups[1].Value;
            (await browser.SubmitAsync("/", "/sign-out")).Dispose();
            (await browser.PostAsync("/sign-in/password", ("name", "anna"), ("password", Password))).Dispose();
            using var entered = await browser.PostAsync("/sign-in/code", ("code", code));
            Led(entered).Should().Be("/");
            (await browser.ReadAsync("/account")).Should().Contain("9 recovery codes are left.");
        }
    }

    [Fact]
    public async Task SignedOutEverywhere_NoBrowserIsSignedIn()
    {
        var (browser, secret) = await SignedInAsync("anna");
        using var other = new Browser(_rig.Url);
        await SignInAsync(other, "anna", secret);
        using (browser)
        {
            using var answer = await browser.SubmitAsync("/account", "/account/sign-out");
            Led(answer).Should().Be("/sign-in");
            (await browser.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
            (await other.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.SeeOther);
        }
    }

    [Fact]
    public async Task Account_OfAToken_IsNone_AndFormsNeedTheirKey()
    {
        using var token = await Browser.SignedInAsync(_rig, _rig.Operator);
        (await token.GetAsync("/account")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var (browser, _) = await SignedInAsync("anna");
        using (browser)
        {
            foreach (var what in new[] { "password", "codes", "sign-out" })
                (await browser.PostAsync($"/account/{what}", ("current", Password))).StatusCode.Should().Be(HttpStatusCode.Forbidden);
            (await browser.GetAsync("/account")).StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Pages_AreInGermanToo()
    {
        await SetUpAsync("anna");
        using var browser = new Browser(_rig.Url, "de");
        (await browser.ReadAsync("/welcome")).Should().Contain("Konto einrichten").And.Contain("12 bis 256 Zeichen");
        using var answer = await browser.PostAsync("/sign-in/password", ("name", "anna"), ("password", "falsch"));
        (await answer.Content.ReadAsStringAsync()).Should().Contain("Name und Passwort passen nicht.");
    }

    private static string Led(HttpResponseMessage answer)
    {
        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        return answer.Headers.Location!.ToString();
    }

    private static string SecretOf(string page) => Secret().Match(page).Groups[1].Value;

    /// <summary>What the app of a person shows that has this secret.</summary>
    private string Code(string secret)
    {
        var bits = string.Concat(secret.Select(letter => $"{"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal):b5}"));
        var bytes = bits.Chunk(8).Where(chunk => chunk.Length == 8).Select(chunk => Convert.ToByte(new string(chunk), 2)).ToArray();
        return OneTimeCode.Of(bytes, OneTimeCode.StepOf(_wall.GetUtcNow()));
    }

    /// <summary>An account that is set up, and its secret.</summary>
    private async Task<string> SetUpAsync(string name)
    {
        _rig.Users.Add(name, TokenRole.Operator, out var invitation);
        using var browser = new Browser(_rig.Url);
        (await browser.PostAsync("/welcome", ("invitation", invitation!), ("password", Password), ("again", Password))).Dispose();
        var secret = SecretOf(await browser.ReadAsync("/welcome/code"));
        using var proved = await browser.PostAsync("/welcome/code", ("code", Code(secret)));
        proved.StatusCode.Should().Be(HttpStatusCode.OK);
        _wall.Advance(OneTimeCode.Step);
        return secret;
    }

    private async Task<(Browser Browser, string Secret)> SignedInAsync(string name)
    {
        var secret = await SetUpAsync(name);
        var browser = new Browser(_rig.Url);
        await SignInAsync(browser, name, secret);
        return (browser, secret);
    }

    private async Task SignInAsync(Browser browser, string name, string secret)
    {
        (await browser.PostAsync("/sign-in/password", ("name", name), ("password", Password))).Dispose();
        using var answer = await browser.PostAsync("/sign-in/code", ("code", Code(secret)));
        Led(answer).Should().Be("/");
        _wall.Advance(OneTimeCode.Step);
    }

    [GeneratedRegex("<pre>([A-Z2-7]{32})</pre>")]
    private static partial Regex Secret();

    [GeneratedRegex("<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>")]
    private static partial Regex RecoveryCode();
}
