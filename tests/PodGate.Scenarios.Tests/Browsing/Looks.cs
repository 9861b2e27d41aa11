using Microsoft.Playwright;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests.Browsing;

/// <summary>How somebody's browser shows pages: its colours, how wide it is, and which language it wants.</summary>
/// <param name="Scheme">light, dark, forced (the system's own few colours) or colour-blind (light, as somebody sees it whose eyes have no green).</param>
/// <param name="Width">In pixels.</param>
/// <param name="Language">en or de.</param>
internal sealed record Look(string Scheme, int Width, string Language)
{
    public const int PhoneWidth = 360;

    private static readonly string Kept = Path.Combine(Built.Root, "artifacts", "screenshots");
    private static readonly string Shown = Path.Combine(Built.Root, "docs", "screenshots");

    public int Height => Width == PhoneWidth ? 740 : 800;

    /// <summary>A person's browser that looks so.</summary>
    public async Task<IPage> OpenAsync(Chrome chrome, Uri gate)
    {
        var page = await chrome.OpenAsync(gate, how =>
        {
            how.ColorScheme = Scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light;
            how.ForcedColors = Scheme == "forced" ? ForcedColors.Active : ForcedColors.None;
            how.Locale = Language == "de" ? "de-DE" : "en-GB";
            how.ViewportSize = new ViewportSize { Width = Width, Height = Height };
        });
        if (Scheme == "colour-blind")
        {
            var tools = await page.Context.NewCDPSessionAsync(page);
            await tools.SendAsync("Emulation.setEmulatedVisionDeficiency", new Dictionary<string, object> { ["type"] = "deuteranopia" });
        }

        return page;
    }

    /// <summary>Nothing is wrong with a page for anybody, and nothing on it is to be scrolled sideways.</summary>
    public async Task CheckAsync(IPage page, string what)
    {
        (await page.Locator("html").GetAttributeAsync("lang")).Should().Be(Language);
        await page.EvaluateAsync("document.querySelectorAll('main details').forEach(folded => folded.open = true)");
        (await Chrome.WrongWithAsync(page)).Should().BeEmpty("{0} is for everybody, {1}, {2} wide, {3}", what, Scheme, Width, Language);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(Width, "{0} is not to be scrolled sideways", what);
        await page.EvaluateAsync("document.querySelectorAll('main details').forEach(folded => folded.open = false)");
        await KeepAsync(page, $"{what}-{Scheme}-{Width}-{Language}");
    }

    /// <summary>How a page looked, whole, beside the results of the tests.</summary>
    public static Task KeepAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Kept, name + ".png"), FullPage = true });

    /// <summary>How a page looks on a screen of that size, for the documentation too, which is given it where <c>PODGATE_APPROVE=1</c> is set.</summary>
    public static async Task ShowAsync(IPage page, string name)
    {
        var picture = await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Kept, "docs-" + name + ".png"), Animations = ScreenshotAnimations.Disabled });
        if (Environment.GetEnvironmentVariable("PODGATE_APPROVE") != "1") return;
        Directory.CreateDirectory(Shown);
        await File.WriteAllBytesAsync(Path.Combine(Shown, name + ".png"), picture);
    }
}
