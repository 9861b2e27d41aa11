using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Drains;

/// <summary>What the page in the browser has met so far.</summary>
internal sealed record Sight(long Opened, long Interrupted, long GivenUp, long Torn, long Events, long Elsewhere, long Asked, long Failed);

/// <summary>
/// Chromium without a window, with a page of the gate's: four EventSources, and a request now and then. Driven by its debugging port, so that it is a process
/// of this program's own, in its own group.
/// </summary>
internal sealed partial class Browser : IAsyncDisposable
{
    /// <summary>EventSources of the page; a browser has six connections of HTTP/1.1 to one place.</summary>
    public const int Streams = 4;

    private static readonly string Script = $$"""
        window.seen = { opened: 0, interrupted: 0, givenUp: 0, torn: 0, events: 0, elsewhere: 0, asked: 0, failed: 0 };
        for (let i = 0; i < {{Streams}}; i++) {
          const source = new EventSource('/events?ms=100&retry=300');
          let pod = null;
          source.onopen = () => seen.opened++;
          source.onerror = () => source.readyState === EventSource.CLOSED ? seen.givenUp++ : seen.interrupted++;
          source.onmessage = event => {
            const from = /^(pod-[abc]) \d+$/.exec(event.data)?.[1];
            if (!from) seen.torn++;
            if (pod && from !== pod) seen.elsewhere++;
            pod = from;
            seen.events++;
          };
        }
        setInterval(() => fetch('/echo', { method: 'POST', body: 'an order' })
          .then(answer => answer.ok ? answer.json() : Promise.reject(answer.status)).then(() => seen.asked++, () => seen.failed++), 200);
        true
        """;

    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("drains-browser-");
    private readonly ClientWebSocket _socket = new();
    private readonly Child _child;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _number;

    private Browser() => _child = new Child(
        "chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
            "--disable-crash-reporter", "--disable-breakpad", "--disable-dev-shm-usage", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--remote-debugging-port=0", $"--user-data-dir={_profile.FullName}", "about:blank",
        ],
        line =>
        {
            if (Listening().Match(line) is { Success: true } match) _port.TrySetResult(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        });

    /// <summary>Starts it with the page.</summary>
    public static async Task<Browser> OpenAsync(Uri gate, CancellationToken cancel)
    {
        var browser = new Browser();
        try
        {
            var port = await browser._port.Task.WaitAsync(TimeSpan.FromSeconds(60), cancel);
            using var client = new HttpClient();
            var pages = (await client.GetFromJsonAsync<JsonArray>($"http://127.0.0.1:{port}/json/list", cancel))!;
            var page = pages.First(one => (string?)one!["type"] == "page")!;
            await browser._socket.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), cancel);
            await browser.CallAsync("Page.navigate", new JsonObject { ["url"] = gate.ToString() }, cancel);
            for (var until = DateTimeOffset.UtcNow.AddSeconds(20); ; await Task.Delay(100, cancel))
            {
                var title = (string?)await browser.EvaluateAsync("document.readyState === 'complete' ? document.title : ''", cancel);
                if (title?.StartsWith("pod-", StringComparison.Ordinal) == true) break;
                if (DateTimeOffset.UtcNow > until) throw new TimeoutException($"the browser does not show the page of a pod but: {title}");
            }

            await browser.EvaluateAsync(Script, cancel);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    public async Task<Sight> LookAsync(CancellationToken cancel)
    {
        var seen = JsonNode.Parse((string)(await EvaluateAsync("JSON.stringify(seen)", cancel))!)!;
        long Number(string name) => (long)seen[name]!;
        return new Sight(
            Number("opened"), Number("interrupted"), Number("givenUp"), Number("torn"), Number("events"), Number("elsewhere"), Number("asked"), Number("failed"));
    }

    public async ValueTask DisposeAsync()
    {
        // Asked in its own words, it takes its own processes along.
        if (_socket.State == WebSocketState.Open)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                await CallAsync("Browser.close", [], limit.Token);
            }
            catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or InvalidOperationException)
            {
                // It ended before it answered.
            }
        }

        _socket.Dispose();
        await _child.DisposeAsync();
        _profile.Delete(recursive: true);
    }

    private async Task<JsonNode?> EvaluateAsync(string expression, CancellationToken cancel)
    {
        var result = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true }, cancel);
        return result["exceptionDetails"] is { } wrong ? throw new InvalidOperationException($"the page said {wrong}") : result["result"]?["value"];
    }

    /// <summary>A call of the debugging protocol; one at a time.</summary>
    private async Task<JsonNode> CallAsync(string method, JsonObject arguments, CancellationToken cancel)
    {
        var id = ++_number;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = arguments };
        await _socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, true, cancel);
        var buffer = new byte[64 * 1024];
        while (true)
        {
            using var message = new MemoryStream();
            ValueWebSocketReceiveResult got;
            do
            {
                got = await _socket.ReceiveAsync(buffer.AsMemory(), cancel);
                if (got.MessageType == WebSocketMessageType.Close) throw new InvalidOperationException("the browser has ended");
                message.Write(buffer, 0, got.Count);
            }
            while (!got.EndOfMessage);

            var answer = JsonNode.Parse(message.ToArray())!;
            if ((int?)answer["id"] != id) continue;
            return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer["error"]}");
        }
    }

    [GeneratedRegex(@"DevTools listening on ws://127\.0\.0\.1:(\d+)/")]
    private static partial Regex Listening();
}
