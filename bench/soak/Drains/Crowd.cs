using System.Net;

namespace Drains;

/// <summary>All clients, from their first moment to their last.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private const int OfEachPod = 2;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private Browser? _browser;
    private Tally? _eventSources;
    private Tally? _browserRequests;

    private Crowd()
    {
    }

    /// <summary>Addresses for those who do not leave, one for each pod.</summary>
    public IReadOnlyList<IPAddress> Stubborn { get; private set; } = [];

    /// <summary>Lets all of them in. Each kind is on each pod.</summary>
    /// <param name="stage">The gate.</param>
    /// <param name="ledger">Where it is written down.</param>
    /// <param name="seed">Of what is left to chance.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Crowd> GatherAsync(Stage stage, Ledger ledger, int seed, CancellationToken cancel)
    {
        var crowd = new Crowd();
        try
        {
            var chance = new Random(seed);
            byte range = 0;
            Task<IReadOnlyList<IPAddress>> NextAsync(int ofEachPod = OfEachPod) => stage.AddressesAsync(range++, ofEachPod, cancel);
            crowd.Stubborn = await NextAsync(1);
            crowd.Add(ledger.Of("HttpClient, HTTP/1.1, kept alive"), await NextAsync(), (tally, from, stop) => Askers.AskAsync(tally, stage.Plain, from, HttpVersion.Version11, stop));
            crowd.Add(ledger.Of("HttpClient, HTTP/2"), await NextAsync(), (tally, from, stop) => Askers.AskAsync(tally, stage.Http2, from, HttpVersion.Version20, stop));
            crowd.Add(ledger.Of("answers of 1.5 s"), await NextAsync(), (tally, from, stop) => Askers.AskSlowlyAsync(tally, stage.Plain, from, stop));
            crowd.Add(ledger.Of("uploads of 2 s"), await NextAsync(), (tally, from, stop) => Askers.UploadAsync(tally, stage.Plain, from, stop));
            crowd.Add(ledger.Of("curl, kept alive"), await NextAsync(1), (tally, from, stop) => Programs.CurlAsync(tally, stage.Plain, from, keeps: true, stop));
            crowd.Add(ledger.Of("curl, a connection each"), await NextAsync(1), (tally, from, stop) => Programs.CurlAsync(tally, stage.Plain, from, keeps: false, stop));
            var body = stage.File("body", "an order");
            crowd.Add(ledger.Of("h2load, GET"), await NextAsync(1), (tally, from, stop) => Programs.H2LoadAsync(tally, stage.Http2, from, null, stop));
            crowd.Add(ledger.Of("h2load, POST"), await NextAsync(1), (tally, from, stop) => Programs.H2LoadAsync(tally, stage.Http2, from, body, stop));
            foreach (var speech in Speech.All)
            {
                crowd.Add(ledger.Of(speech.Name, isLong: true), await NextAsync(), (tally, from, stop) =>
                    new Talker(tally, stage, from, speech, new Random(seed + from.GetAddressBytes()[^1])).RunAsync(stop));
            }

            crowd.Add(ledger.Of("event streams, HttpClient", isLong: true), await NextAsync(), (tally, from, stop) =>
                new Listener(tally, stage, from, new Random(seed + from.GetAddressBytes()[^1])).RunAsync(stop));
            var callers = await NextAsync();
            var (calls, streams) = (ledger.Of("gRPC, single calls"), ledger.Of("gRPC, streams", isLong: true));
            crowd._running.Add(Task.Run(() => Programs.GrpcAsync(calls, streams, stage.Http2, callers, crowd._stop.Token), cancel));
            (crowd._browserRequests, crowd._eventSources) = (ledger.Of("browser, fetch"), ledger.Of("browser, EventSource", isLong: true));
            crowd._browser = await Browser.OpenAsync(stage.Plain, cancel);
            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes down what the browser has met; it counts by itself.</summary>
    public async Task LookAtBrowserAsync(CancellationToken cancel)
    {
        var seen = await _browser!.LookAsync(cancel);

        // Whoever was interrupted comes back after a moment.
        for (var until = DateTimeOffset.UtcNow.AddSeconds(10); seen.Opened < seen.Interrupted + Browser.Streams && DateTimeOffset.UtcNow < until; seen = await _browser.LookAsync(cancel))
            await Task.Delay(200, cancel);
        _browserRequests!.Add(seen.Asked);
        Fail(_browserRequests, seen.Failed, "a fetch failed");
        _eventSources!.Add(seen.Events);
        for (var i = 0; i < seen.Interrupted; i++) _eventSources.SaidGoodbye();
        for (var i = 0; i < seen.Elsewhere; i++) _eventSources.WentOn("a pod", "another");
        Fail(_eventSources, seen.GivenUp, "an EventSource gave up");
        Fail(_eventSources, seen.Torn, "an event was torn");
        Fail(_eventSources, seen.Interrupted + Browser.Streams - seen.Opened, "an EventSource did not come back");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_browser is not null) await _browser.DisposeAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    private void Add(Tally tally, IEnumerable<IPAddress> from, Func<Tally, IPAddress, CancellationToken, Task> run) =>
        _running.AddRange([.. from.Select(address => Task.Run(() => run(tally, address, _stop.Token)))]);

    private static void Fail(Tally tally, long count, string what)
    {
        for (var i = 0L; i < count; i++) tally.Fail(what);
    }
}
