using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PodGate.Scenarios.Tests.Browsing;

/// <summary>
/// A person is invited, sets the account up with the picture for the app, signs in with password and code, loses the phone and signs in with a recovery code.
/// By day and by night, on a phone, with eyes that see no green, in German, and in a browser without scripts.
/// </summary>
public sealed class TheAccountPages
{
    private const string Password = "a few words in a row";

    private static readonly Dictionary<string, (string SignIn, string GoOn, string Account, string Codes)> Words = new()
    {
        ["en"] = ("Sign in", "Go on", "Your account", "New recovery codes"),
        ["de"] = ("Anmelden", "Weiter", "Ihr Konto", "Neue Wiederherstellungscodes"),
    };

    [Theory]
    [InlineData("light", 1280, "en")]
    [InlineData("dark", 360, "de")]
    [InlineData("colour-blind", 1280, "de")]
    [InlineData("forced", 360, "en")]
    public async Task Everybody_CanSetUpAnAccount_AndSignIn(string scheme, int width, string language)
    {
        var look = new Look(scheme, width, language);
        await using var story = await Story.BeginAsync(1);
        await using var chrome = await Chrome.StartAsync();
        var page = await look.OpenAsync(chrome, story.Gate.Admin);
        var said = Words[language];
        await page.GotoAsync("/welcome");
        await look.CheckAsync(page, "welcome");
        await InvitedAsync(page, await InviteAsync(story, "anna"), said.GoOn);
        await Expect(page.Locator("main svg[role=img]")).ToBeVisibleAsync();
        await look.CheckAsync(page, "welcome-code");
        (await page.Locator("main svg[role=img]").BoundingBoxAsync())!.Width.Should().BeGreaterThanOrEqualTo(200, "a phone's camera has to see it");

        var app = new Authenticator(await page.Locator("main pre").First.InnerTextAsync());
        await ClickAsync(page, "code", "000000", said.GoOn);
        await Expect(page.Locator(".notice")).ToBeVisibleAsync();
        await look.CheckAsync(page, "welcome-code-wrong");
        await ClickAsync(page, "code", await app.NextAsync(), said.GoOn);
        await Expect(page.Locator("main li code").First).ToBeVisibleAsync();
        var codes = await page.Locator("main li code").AllInnerTextsAsync();
        await look.CheckAsync(page, "recovery-codes");

        await page.Locator("main a").ClickAsync();
        await page.WaitForURLAsync("**/sign-in");
        await look.CheckAsync(page, "sign-in-with-accounts");
        await PasswordAsync(page, said.SignIn);
        await page.WaitForURLAsync("**/sign-in/code");
        await look.CheckAsync(page, "sign-in-code");
        await ClickAsync(page, "code", "not a code", said.SignIn);
        await Expect(page.Locator(".notice")).ToBeVisibleAsync();
        await look.CheckAsync(page, "sign-in-code-wrong");
        await ClickAsync(page, "code", await app.NextAsync(), said.SignIn);
        await Expect(page.Locator(".who")).ToContainTextAsync("anna");

        await page.GotoAsync("/account");
        await Expect(page.Locator("h1")).ToHaveTextAsync(said.Account);
        await look.CheckAsync(page, "account");
        await SignOutAsync(page);
        await PasswordAsync(page, said.SignIn);
        await ClickAsync(page, "code", codes[0], said.SignIn);
        await Expect(page.Locator(".who")).ToContainTextAsync("anna");
        await page.GotoAsync("/account");
        await Expect(page.Locator("main")).ToContainTextAsync($"{codes.Count - 1}");
        await page.Locator("form[action='/account/codes'] input[name=current]").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = said.Codes }).ClickAsync();
        await Expect(page.Locator("main li code")).ToHaveCountAsync(codes.Count);
        (await page.Locator("main li code").AllInnerTextsAsync()).Should().NotIntersectWith(codes);
    }

    [Fact]
    public async Task WithoutScripts_AnAccountIsSetUp_UsedAndChanged()
    {
        await using var story = await Story.BeginAsync(1);
        await using var chrome = await Chrome.StartAsync();
        var page = await chrome.OpenAsync(story.Gate.Admin, how => how.JavaScriptEnabled = false);
        await page.GotoAsync("/welcome");
        await InvitedAsync(page, await InviteAsync(story, "anna"), "Go on");
        var app = new Authenticator(await page.Locator("main pre").First.InnerTextAsync());
        await ClickAsync(page, "code", await app.NextAsync(), "Go on");
        var codes = await page.Locator("main li code").AllInnerTextsAsync();
        await page.Locator("main a").ClickAsync();
        await PasswordAsync(page, "Sign in");
        await ClickAsync(page, "code", await app.NextAsync(), "Sign in");
        await Expect(page.Locator(".who")).ToContainTextAsync("anna (operator)");

        await page.GotoAsync("/account");
        var form = page.Locator("form[action='/account/password']");
        await form.Locator("input[name=current]").FillAsync(Password);
        await form.Locator("input[name=password]").FillAsync("other words in a row");
        await form.Locator("input[name=again]").FillAsync("other words in a row");
        await form.Locator("button").ClickAsync();
        await Expect(page.Locator(".notice")).ToHaveTextAsync("The password is changed.");
        await SignOutAsync(page);
        await PasswordAsync(page, "Sign in");
        await Expect(page.Locator(".notice")).ToHaveTextAsync("Name and password do not fit.");
        await PasswordAsync(page, "Sign in", "other words in a row");
        await ClickAsync(page, "code", codes[^1], "Sign in");
        await Expect(page.Locator(".who")).ToContainTextAsync("anna (operator)");
        var used = await page.Context.CookiesAsync();
        used.Where(cookie => cookie.Name.Contains("session", StringComparison.Ordinal)).Should().ContainSingle().Which.HttpOnly.Should().BeTrue();
    }

    internal static async Task<string> InviteAsync(Story story, string name, string role = "operator")
    {
        using var client = story.Gate.AdminClient();
        using var answer = await client.PostAsJsonAsync("/api/v1/users", new JsonObject { ["name"] = name, ["role"] = role });
        answer.EnsureSuccessStatusCode();
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]!;
    }

    /// <summary>Somebody with an account of that role, signed in.</summary>
    internal static async Task SignedInAsync(IPage page, Story story, string name, string role)
    {
        await page.GotoAsync("/welcome");
        await InvitedAsync(page, await InviteAsync(story, name, role), "Go on");
        var app = new Authenticator(await page.Locator("main pre").First.InnerTextAsync());
        await ClickAsync(page, "code", await app.NextAsync(), "Go on");
        await page.Locator("main a").ClickAsync();
        await PasswordAsync(page, "Sign in");
        await ClickAsync(page, "code", await app.NextAsync(), "Sign in");
        await Expect(page.Locator(".who")).ToContainTextAsync($"{name} ({role})");
    }

    private static async Task InvitedAsync(IPage page, string invitation, string goOn)
    {
        await page.Locator("input[name=invitation]").FillAsync(invitation);
        await page.Locator("input[name=password]").FillAsync(Password);
        await page.Locator("input[name=again]").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = goOn, Exact = true }).ClickAsync();
    }

    private static async Task PasswordAsync(IPage page, string signIn, string password = Password)
    {
        var form = page.Locator("form[action='/sign-in/password']");
        await form.Locator("input[name=name]").FillAsync("anna");
        await form.Locator("input[name=password]").FillAsync(password);
        await form.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = signIn }).ClickAsync();
    }

    private static async Task ClickAsync(IPage page, string field, string value, string button)
    {
        await page.Locator($"main input[name={field}]").FillAsync(value);
        await page.Locator("main").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = button, Exact = true }).ClickAsync();
    }

    private static Task SignOutAsync(IPage page) => page.Locator("form[action='/sign-out'] button").ClickAsync();
}
