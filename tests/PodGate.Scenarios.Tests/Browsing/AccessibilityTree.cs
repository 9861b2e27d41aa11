using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace PodGate.Scenarios.Tests.Browsing;

/// <summary>What Chromium tells screen readers of a page: it is read from the browser, and not guessed from the page's text.</summary>
internal sealed partial class AccessibilityTree
{
    private const int MostStops = 200;

    private static readonly string[] Outlined =
        ["banner", "navigation", "main", "contentinfo", "heading", "region", "form", "alert", "status", "table", "complementary"];

    private readonly IPage _page;
    private readonly ICDPSession _tools;

    private AccessibilityTree(IPage page, ICDPSession tools) => (_page, _tools) = (page, tools);

    public static async Task<AccessibilityTree> OfAsync(IPage page)
    {
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("Accessibility.enable");
        return new AccessibilityTree(page, tools);
    }

    /// <summary>Where the Tab key leads, from the page's begin to its end: role and name of each stop. Rows of a table are told once.</summary>
    public async Task<IReadOnlyList<string>> StopsAsync()
    {
        var stops = new List<string>();
        if (await IsAtANewStopAsync()) stops.Add(await FocusedAsync() + " (the page begins here)");
        for (var i = 0; i < MostStops; i++)
        {
            await _page.Keyboard.PressAsync("Tab");
            if (!await IsAtANewStopAsync()) return stops;
            (await IsSeenAsync()).Should().BeTrue("whoever tabs to {0} must see where he is", await FocusedAsync());
            var stop = await FocusedAsync();
            if (stops.Count == 0 || stops[^1] != stop) stops.Add(stop);
        }

        throw new InvalidOperationException($"the Tab key does not lead out of {_page.Url}: {string.Join(" | ", stops)}");
    }

    /// <summary>Landmarks, headings, tables and what speaks by itself, in the order in which they are read, indented as they are in each other.</summary>
    public async Task<IReadOnlyList<string>> OutlineAsync()
    {
        var nodes = (await _tools.SendAsync("Accessibility.getFullAXTree"))!.Value.GetProperty("nodes").EnumerateArray().ToList();
        var byId = nodes.ToDictionary(node => node.GetProperty("nodeId").GetString()!);
        var outline = new List<string>();
        Walk(nodes[0], 0);
        return outline;

        void Walk(JsonElement node, int depth)
        {
            var inside = depth;
            if (!node.GetProperty("ignored").GetBoolean() && Outlined.Contains(RoleOf(node)))
            {
                outline.Add($"{new string(' ', 2 * depth)}- {Said(node)}");
                inside++;
            }

            if (!node.TryGetProperty("childIds", out var children)) return;
            foreach (var child in children.EnumerateArray().Select(id => id.GetString()!).Where(byId.ContainsKey)) Walk(byId[child], inside);
        }
    }

    /// <summary>False behind the last stop: there the browser itself has the focus, or begins anew.</summary>
    private Task<bool> IsAtANewStopAsync() => _page.EvaluateAsync<bool>(
        """
        (() => {
            const one = document.activeElement;
            if (!one || one === document.body || one === document.documentElement || one.wasStopped) return false;
            one.wasStopped = true;
            return true;
        })()
        """);

    /// <summary>The focus has an outline, and is within the window.</summary>
    private Task<bool> IsSeenAsync() => _page.EvaluateAsync<bool>(
        """
        (() => {
            const one = document.activeElement;
            const [style, place] = [getComputedStyle(one), one.getBoundingClientRect()];
            return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
                && place.bottom > 0 && place.right > 0 && place.top < innerHeight && place.left < innerWidth;
        })()
        """);

    private async Task<string> FocusedAsync()
    {
        var found = (await _tools.SendAsync("Runtime.evaluate", new Dictionary<string, object> { ["expression"] = "document.activeElement" }))!.Value;
        var id = found.GetProperty("result").GetProperty("objectId").GetString()!;
        var asked = new Dictionary<string, object> { ["objectId"] = id, ["fetchRelatives"] = false };
        var node = (await _tools.SendAsync("Accessibility.getPartialAXTree", asked))!.Value.GetProperty("nodes").EnumerateArray().First();
        return Said(node);
    }

    private static string Said(JsonElement node)
    {
        var level = RoleOf(node) == "heading"
            ? " " + node.GetProperty("properties").EnumerateArray().First(one => one.GetProperty("name").GetString() == "level").GetProperty("value").GetProperty("value").GetInt32()
            : "";
        var name = node.TryGetProperty("name", out var value) ? value.GetProperty("value").GetString()! : "";
        name = APod().Replace(name, "a pod").Trim();
        return name.Length == 0 ? RoleOf(node) + level : $"{RoleOf(node)}{level}: {name}";
    }

    // Chromium's own words for what has no role of ARIA's.
    private static string RoleOf(JsonElement node) => (node.TryGetProperty("role", out var role) ? role.GetProperty("value").GetString() : "") switch
    {
        "DisclosureTriangle" => "disclosure",
        "DateTime" => "date and time",
        { } word => word,
        null => "",
    };

    [GeneratedRegex(@"\bpod-[a-z]\b")]
    private static partial Regex APod();
}
