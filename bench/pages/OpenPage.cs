using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Pages;

/// <summary>The fleet's page in somebody's browser, as page.js keeps it: a stream of events, and the page anew at each and every ten seconds.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(TimeSpan Took, long Bytes)> _fetches = new();
    private readonly SemaphoreSlim _news = new(0);
    private Task _running = Task.CompletedTask;

    private OpenPage(HttpClient client) => _client = client;

    public IEnumerable<(TimeSpan Took, long Bytes)> Fetches => _fetches;

    /// <summary>Signs in, and looks from then on.</summary>
    public static async Task<OpenPage> BeginAsync(Uri gate, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
            { BaseAddress = gate, Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in");
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("token", token)]);
        request.Headers.Add("Origin", gate.GetLeftPart(UriPartial.Authority));
        using var answer = await client.SendAsync(request);
        if (answer.StatusCode != HttpStatusCode.SeeOther) throw new InvalidOperationException($"signing in was answered {answer.StatusCode}");
        var page = new OpenPage(client);
        page._running = Task.WhenAll(Task.Run(page.ListenAsync), Task.Run(page.LookAsync));
        return page;
    }

    /// <summary>Forgets what was fetched so far.</summary>
    public void Forget() => _fetches.Clear();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As it was told to.
        }

        _client.Dispose();
        _news.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        using var answer = await _client.GetAsync("/api/v1/events/stream", HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_stop.Token));
        while (await lines.ReadLineAsync(_stop.Token) is { } line)
        {
            if (line == "event: transition" && _news.CurrentCount == 0) _news.Release();
        }
    }

    private async Task LookAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
            {
                limit.CancelAfter(Patience);
                using var answer = await _client.GetAsync("/", limit.Token);
                answer.EnsureSuccessStatusCode();
                var page = await answer.Content.ReadAsByteArrayAsync(limit.Token);
                _fetches.Enqueue((Stopwatch.GetElapsedTime(begun), page.Length));
            }

            await _news.WaitAsync(Every, _stop.Token);
        }
    }
}
