using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PodGate.Scenarios.Tests.Browsing;

/// <summary>
/// Somebody types into the page of one pod while another pod dies. The page is made anew under the hands, and what is typed, opened and chosen stays; who hears
/// the page is told of the failover, and of what became of the command.
/// </summary>
public sealed class ThePageStaysInPlace
{
    [Fact]
    public async Task WhatIsTyped_Stays_WhileTheRestIsMadeAnew()
    {
        await using var story = await Story.BeginAsync(3);
        await using var chrome = await Chrome.StartAsync();
        var page = await chrome.OpenAsync(story.Gate.Admin);
        await Chrome.SignInAsync(page, (await File.ReadAllTextAsync(story.Gate.TokenFile)).Trim());
        await page.GotoAsync("/pods/pod-a");
        await page.Locator("details.drain > summary").ClickAsync();
        var reason = page.Locator("details.drain input[name=reason]");
        await reason.FillAsync("new di");
        await page.Locator("details.drain select[name=deadline]").SelectOptionAsync("02:00:00");
        await reason.FocusAsync();

        // The very field, which a page that is replaced would not have any more.
        await reason.EvaluateAsync("field => { field.isTheSame = true; }");
        var seen = await page.Locator("#as-of").InnerTextAsync();

        story.Pod("pod-b").Kill();
        await story.Gate.UntilAsync("pod-b", "Latched");
        await Expect(page.Locator("#heard")).ToContainTextAsync("pod-b failed over", new LocatorAssertionsToContainTextOptions { Timeout = 15_000 });
        await Expect(page.Locator("#as-of")).Not.ToHaveTextAsync(seen);
        (await reason.EvaluateAsync<bool>("field => field.isTheSame === true && document.activeElement === field")).Should().BeTrue("the person is still in the same field");
        await Expect(reason).ToHaveValueAsync("new di");
        await Expect(page.Locator("details.drain select[name=deadline]")).ToHaveValueAsync("02:00:00");

        // With pod-b out the guard objects: what was chosen is there again, also in a page that comes whole.
        await page.Locator("details.drain button").ClickAsync();
        await Expect(page.Locator(".notice")).ToContainTextAsync("Not done.");
        await Expect(page).ToHaveTitleAsync("Not done. pod-a - PodGate");
        await Expect(page.Locator("details.drain select[name=deadline]")).ToHaveValueAsync("02:00:00");
        await Expect(page.Locator("details.drain input[name=reason]")).ToHaveValueAsync("new di");
    }

    [Fact]
    public async Task Fleet_IsSortedAnew_AndTheLinkThatIsFocusedKeepsTheFocus()
    {
        await using var story = await Story.BeginAsync(3);
        await using var chrome = await Chrome.StartAsync();
        var page = await chrome.OpenAsync(story.Gate.Admin);
        await Chrome.SignInAsync(page, (await File.ReadAllTextAsync(story.Gate.TokenFile)).Trim());
        await page.Locator("tbody a[href='/pods/pod-c']").FocusAsync();
        story.Pod("pod-c").Kill();
        await story.Gate.UntilAsync("pod-c", "Latched");
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("pod-c");
        await Expect(page.Locator("tbody a[href='/pods/pod-c']")).ToBeFocusedAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
    }
}
