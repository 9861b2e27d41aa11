using System.Text;
using Microsoft.Playwright;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests.Browsing;

/// <summary>
/// Somebody goes through every page with the Tab key alone, and somebody else hears it. The order is the one that <c>docs/operating/accessibility.md</c> has,
/// which is written anew where <c>PODGATE_APPROVE=1</c> is set.
/// </summary>
public sealed class TheKeyboard
{
    private const string Begin = "<!-- the order: written by TheKeyboard -->\n";
    private const string End = "<!-- end of the order -->\n";

    private static readonly string Document = Path.Combine(Built.Root, "docs", "operating", "accessibility.md");

    [Fact]
    public async Task EveryPage_IsGoneThrough_InTheOrderThatIsWrittenDown()
    {
        await using var story = await Story.BeginAsync(3);
        await using var chrome = await Chrome.StartAsync();
        var page = await chrome.OpenAsync(story.Gate.Admin);
        var tree = await AccessibilityTree.OfAsync(page);
        var found = new StringBuilder();
        await TheAccountPages.SignedInAsync(page, story, "anna", "administrator");

        // The charts have their place in the order.
        await story.EventuallyAsync(
            async () => !(await (await page.GotoAsync("/pods/pod-a"))!.TextAsync()).Contains("The first figures come", StringComparison.Ordinal), "the first step of the chart", seconds: 45);
        foreach (var path in new[] { "/", "/pods/pod-a", "/events", "/whereis", "/alerts", "/audit", "/account" }) await TellAsync(page, tree, path, found);
        await page.Context.ClearCookiesAsync();
        foreach (var path in new[] { "/sign-in", "/welcome" }) await TellAsync(page, tree, path, found);

        var text = await File.ReadAllTextAsync(Document);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("PODGATE_APPROVE") == "1") await File.WriteAllTextAsync(Document, text[..begin] + found + text[end..]);
        else found.ToString().Should().Be(text[begin..end], "the order is written down; {0} writes it anew", "PODGATE_APPROVE=1 eng/test TheKeyboard");
    }

    [Fact]
    public async Task Drain_IsDone_WithTheKeyboardAlone()
    {
        await using var story = await Story.BeginAsync(3);
        await using var chrome = await Chrome.StartAsync();
        var page = await chrome.OpenAsync(story.Gate.Admin);
        await Chrome.SignInAsync(page, (await File.ReadAllTextAsync(story.Gate.TokenFile)).Trim());
        await page.GotoAsync("/pods/pod-a");
        await TabToAsync(page, "details.drain > summary");
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, "details.drain input[name=reason]");
        await page.Keyboard.TypeAsync("new disk");
        await TabToAsync(page, "details.drain button");
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator(".notice")).ToContainTextAsync("Done.");
        await story.Gate.UntilAsync("pod-a", "Draining|Drained");
    }

    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var i = 0; i < 40; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector)) return;
        }

        throw new InvalidOperationException($"the Tab key does not lead to {selector}");
    }

    private static async Task TellAsync(IPage page, AccessibilityTree tree, string path, StringBuilder found)
    {
        await page.GotoAsync(path);
        var outline = await tree.OutlineAsync();
        var stops = await tree.StopsAsync();
        found.Append($"### {path.Replace("pod-a", "{name}", StringComparison.Ordinal)}\n\nThe Tab key:\n\n");
        foreach (var (index, stop) in stops.Index()) found.Append($"{index + 1}. {stop}\n");
        found.Append("\nWhat is read, in this order:\n\n");
        foreach (var line in outline) found.Append(line).Append('\n');
        found.Append('\n');
    }
}
