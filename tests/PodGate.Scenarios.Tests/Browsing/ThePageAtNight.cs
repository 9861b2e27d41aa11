using Microsoft.Playwright;
using PodGate.TestKit;
using static Microsoft.Playwright.Assertions;

namespace PodGate.Scenarios.Tests.Browsing;

/// <summary>
/// At night a pod dies. Whoever is on call has the page open, sees the failover happen, reads why, tries to enable the pod while it is ill, is told why not, and
/// enables it when it is well; the gate itself is killed and started again under the page meanwhile.
/// </summary>
public sealed class ThePageAtNight
{
    [Fact]
    public async Task AFailover_IsSeenLive_Explained_AndEndedByAPerson()
    {
        await using var story = await Story.BeginAsync(3);
        await using var chrome = await Chrome.StartAsync();
        var page = await chrome.OpenAsync(story.Gate.Admin);
        var wrong = new List<string>();
        page.PageError += (_, error) => wrong.Add(error);
        page.Console += (_, line) =>
        {
            if (line.Text.Contains("Content Security Policy", StringComparison.Ordinal)) wrong.Add(line.Text);
        };
        await Chrome.SignInAsync(page, (await File.ReadAllTextAsync(story.Gate.TokenFile)).Trim());
        var row = page.GetByRole(AriaRole.Row).Filter(new LocatorFilterOptions { HasText = "pod-b" });
        await Expect(row).ToContainTextAsync("Open");

        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        await Expect(row).ToContainTextAsync("Latched", Within(5));
        await Expect(page.Locator("main")).ToContainTextAsync("2 of 3 pods carry traffic.");

        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "pod-b" }).First.ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("Latch");
        await EnableAsync(page, "it must be back");
        await Expect(page.Locator(".notice")).ToContainTextAsync("Not done.");
        (await story.Gate.StateAsync("pod-b")).Should().Be("Latched");

        await story.Gate.StopAsync();
        await Expect(page.Locator("#stale")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 15_000 });
        await story.Pod("pod-b").RestartAsync();
        await StartAgainAsync(story);
        await Expect(page.Locator("#stale")).ToBeHiddenAsync(new LocatorAssertionsToBeHiddenOptions { Timeout = 30_000 });

        await Expect(page.Locator("details.enable summary")).ToContainTextAsync("May be done now", Within(30));
        await page.ReloadAsync();
        await EnableAsync(page, "looked at it: the host had lost power");
        await Expect(page.Locator(".notice")).ToContainTextAsync("Done.");
        await story.Gate.UntilAsync("pod-b", "Open|Ramping");
        wrong.Should().BeEmpty();
    }

    [Fact]
    public async Task Everybody_CanUseIt_OnAPhoneAndOnAScreen_InLightAndDark()
    {
        await using var story = await Story.BeginAsync(3);
        story.Pod("pod-c").Kill();
        await story.Gate.UntilAsync("pod-c", "Latched");
        await DrawnAsync(story, "pod-a");
        await using var chrome = await Chrome.StartAsync();
        foreach (var look in new[] { new Look("light", 1280, "en"), new Look("dark", 1280, "de"), new Look("colour-blind", 360, "de"), new Look("dark", 360, "en"), new Look("forced", 1280, "en") })
        {
            var page = await look.OpenAsync(chrome, story.Gate.Admin);
            await page.GotoAsync("/sign-in");
            await look.CheckAsync(page, "sign-in");
            await Chrome.SignInAsync(page, (await File.ReadAllTextAsync(story.Gate.TokenFile)).Trim());
            foreach (var path in new[] { "/", "/pods/pod-a", "/pods/pod-c", "/events", "/whereis?address=127.0.0.1", "/alerts", "/audit" })
            {
                await page.GotoAsync(path);
                if (path == "/") await Expect(page.Locator("svg.spark").First).ToBeVisibleAsync();
                if (path == "/pods/pod-a") await Expect(page.Locator("figure.chart svg")).ToHaveCountAsync(3);
                await look.CheckAsync(page, path == "/" ? "fleet" : path.Split('?')[0].Trim('/').Replace('/', '-'));
            }

            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task TheMainPages_AreShownInTheDocumentation()
    {
        await using var story = await Story.BeginAsync(3);
        await using var chrome = await Chrome.StartAsync();
        story.Pod("pod-c").Kill();
        await story.Gate.UntilAsync("pod-c", "Latched");
        await DrawnAsync(story, "pod-a");
        foreach (var (look, pages) in new (Look, (string Path, string Name)[])[]
                 {
                     (new Look("light", 1280, "en"), [("/", "fleet"), ("/pods/pod-c", "pod"), ("/alerts", "alerts"), ("/events", "time-line")]),
                     (new Look("dark", 360, "en"), [("/", "fleet-phone"), ("/pods/pod-c", "pod-phone")]),
                 })
        {
            var page = await look.OpenAsync(chrome, story.Gate.Admin);
            await Chrome.SignInAsync(page, (await File.ReadAllTextAsync(story.Gate.TokenFile)).Trim());
            foreach (var (path, name) in pages)
            {
                await page.GotoAsync(path);
                await Expect(page.Locator("h1")).ToBeVisibleAsync();
                await Look.ShowAsync(page, name);
            }
        }
    }

    [Fact]
    public async Task WithoutScripts_ADrainIsPossible()
    {
        await using var story = await Story.BeginAsync(3);
        await using var chrome = await Chrome.StartAsync();
        var page = await chrome.OpenAsync(story.Gate.Admin, how => how.JavaScriptEnabled = false);
        await Chrome.SignInAsync(page, (await File.ReadAllTextAsync(story.Gate.TokenFile)).Trim());
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "pod-a" }).First.ClickAsync();
        await page.Locator("details.drain summary").ClickAsync();
        await page.Locator("details.drain input[name=reason]").FillAsync("new disk");
        await page.Locator("details.drain button").ClickAsync();
        await Expect(page.Locator(".notice")).ToContainTextAsync("Done.");
        await story.Gate.UntilAsync("pod-a", "Draining|Drained");
    }

    /// <summary>Carries some requests, and waits until a pod's chart has something to draw: half a minute at most.</summary>
    private static async Task DrawnAsync(Story story, string pod)
    {
        await story.PodsOfAsync(40);
        using var admin = story.Gate.AdminClient();
        await story.EventuallyAsync(
            async () => (await admin.GetStringAsync($"/api/v1/pods/{pod}/trend")).Contains("requestsPerSecond", StringComparison.Ordinal), "the first step of the chart", seconds: 45);
    }

    private static async Task EnableAsync(IPage page, string reason)
    {
        await page.Locator("details.enable > summary").ClickAsync();
        await page.Locator("details.enable input[name=reason]").FillAsync(reason);
        await page.Locator("details.enable button").ClickAsync();
    }

    /// <summary>On the same port: the page looks for it where it was.</summary>
    private static async Task StartAgainAsync(Story story)
    {
        var text = await File.ReadAllTextAsync(story.Gate.ConfigFile);
        var configuration = System.Text.Json.Nodes.JsonNode.Parse(text)!.AsObject();
        configuration["Admin"]!["Listen"] = story.Gate.Admin.GetLeftPart(UriPartial.Authority);
        story.Gate.Write(configuration);
        await story.Gate.StartAsync();
    }

    private static LocatorAssertionsToContainTextOptions Within(int seconds) => new() { Timeout = seconds * 1000 };
}
