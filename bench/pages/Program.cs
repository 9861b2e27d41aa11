using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pages;
using Scale;

const int OfOneToken = 20;
var numbers = args.Select(arg => int.TryParse(arg, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
if (numbers.Length > 2 || numbers.Any(number => number is < 1 or > 1000))
{
    Console.Error.WriteLine("usage: bench/pages/run [PAGES [PODS]], each 1 to 1000; default 50 pages, 100 pods");
    return 2;
}

var (pages, count) = (numbers.Length > 0 ? numbers[0] : 50, numbers.Length > 1 ? numbers[1] : 100);
await using var pods = await Pods.StartAsync();
await using var running = await Running.StartAsync(pods.Take(count), configuration => configuration["TrustedProxies"] = new JsonArray("127.0.0.0/8"));
await using var clients = new Trickle(running.Gate.Data);

// The runtime compiles hot code anew in its first half minute, and the charts have two steps then.
await Task.Delay(TimeSpan.FromSeconds(70));
var alone = await running.ShareOfACoreAsync(TimeSpan.FromSeconds(60));

var tokens = new List<string>();
using (var admin = running.Gate.AdminClient())
{
    for (var i = 0; i * OfOneToken < pages; i++)
    {
        using var answer = await admin.PostAsJsonAsync("/api/v1/tokens", new { name = $"looker-{i}", role = "operator" });
        tokens.Add((string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["secret"]!);
    }
}

var open = new List<OpenPage>();
try
{
    for (var i = 0; i < pages; i++)
    {
        open.Add(await OpenPage.BeginAsync(running.Gate.Admin, tokens[i / OfOneToken]));

        // People do not come all at once.
        await Task.Delay(OpenPage.Every / pages);
    }

    await Task.Delay(TimeSpan.FromSeconds(20));
    foreach (var page in open) page.Forget();
    var looked = await running.ShareOfACoreAsync(TimeSpan.FromSeconds(60));
    var fetches = open.SelectMany(page => page.Fetches).ToList();
    var times = fetches.Select(fetch => fetch.Took.TotalMilliseconds).Order().ToArray();
    Console.WriteLine($"{count} pods, nobody looks: {alone:0.0} % of a core");
    Console.WriteLine($"{pages} open pages: {looked:0.0} % of a core, so {looked - alone:0.0} % for the pages; {running.Megabytes:0} MB resident");
    Console.WriteLine($"{fetches.Count} times fetched in a minute, {fetches.Average(fetch => fetch.Bytes) / 1e3:0} kB each, p50 {times[times.Length / 2]:0.0} ms, slowest {times[^1]:0.0} ms");
}
finally
{
    foreach (var page in open) await page.DisposeAsync();
}

return 0;
