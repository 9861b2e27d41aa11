using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace PodGate.Scenarios.Tests.Browsing;

/// <summary>Debian's Chromium, without a window. Nothing that it does leaves the machine.</summary>
internal sealed class Chrome : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";
    private static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chrome(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    public static async Task<Chrome> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        try
        {
            return new Chrome(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = Flags, Timeout = 60_000 }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>A person with a fresh browser: nothing of another one's is in it.</summary>
    public async Task<IPage> OpenAsync(Uri gate, Action<BrowserNewContextOptions>? how = null)
    {
        var options = new BrowserNewContextOptions { BaseURL = gate.ToString(), Locale = "en-GB", ViewportSize = new ViewportSize { Width = 1280, Height = 900 } };
        how?.Invoke(options);
        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(20_000);
        return await context.NewPageAsync();
    }

    /// <summary>Signs in as a person does.</summary>
    public static async Task SignInAsync(IPage page, string token)
    {
        await page.GotoAsync("/");
        await page.Locator("form[action='/sign-in'] input[name=token]").FillAsync(token);
        await page.Locator("form[action='/sign-in'] button").ClickAsync();
        await page.Locator("form[action='/sign-out']").WaitForAsync();
    }

    /// <summary>What axe finds wrong with a page for people who see, hear or move in other ways; WCAG 2.2 up to AA.</summary>
    public static async Task<IReadOnlyList<string>> WrongWithAsync(IPage page)
    {
        var found = await page.RunAxe(new AxeRunOptions
        {
            RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
        });
        return [.. found.Violations.SelectMany(rule => rule.Nodes.Select(where => $"{rule.Id}: {rule.Help}: {where.Html}"))];
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
