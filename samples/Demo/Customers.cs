using System.Collections.Concurrent;
using System.Diagnostics;
using PodGate.TestKit;

namespace Demo;

/// <summary>One request of one customer, as the customer saw it.</summary>
internal sealed record Seen(int Customer, TimeSpan Sent, TimeSpan Ended, HttpMethod Method, string? Order, int Status, string? Pod, string? Failure)
{
    public bool Failed => Failure is not null || Status >= 400;
}

/// <summary>Customers with a source address of their own each, asking at a steady pace, GET and POST mixed, until they are told to stop.</summary>
internal sealed class Customers : IAsyncDisposable
{
    private const int PerSecond = 10;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<HttpClient> _clients;
    private readonly List<Task> _running;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public Customers(int count, Uri gate)
    {
        Count = count;
        _clients = [.. Enumerable.Range(0, count).Select(i => SourceClient.From(SourceClient.Address(i), gate))];
        _running = [.. Enumerable.Range(0, count).Select(i => Task.Run(() => AskAsync(i)))];
    }

    public int Count { get; }

    public ConcurrentQueue<Seen> All { get; } = new();

    public TimeSpan Now => _watch.Elapsed;

    /// <summary>Which pods each customer was on in a stretch of time.</summary>
    public Dictionary<int, HashSet<string>> PodsBetween(TimeSpan from, TimeSpan to) =>
        All.Where(seen => seen.Sent >= from && seen.Ended <= to && seen.Pod is not null)
            .GroupBy(seen => seen.Customer)
            .ToDictionary(group => group.Key, group => group.Select(seen => seen.Pod!).ToHashSet());

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _clients.ForEach(client => client.Dispose());
        _stop.Dispose();
    }

    private async Task AskAsync(int customer)
    {
        // An open loop: the pace does not slow down when answers do, so requests may overlap.
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecond));
        var pending = new List<Task>();
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1000.0 / PerSecond * customer / Count), _stop.Token);
            for (var number = 0; await timer.WaitForNextTickAsync(_stop.Token); number++)
            {
                pending.RemoveAll(task => task.IsCompleted);
                pending.Add(AskOnceAsync(customer, number));
            }
        }
        catch (OperationCanceledException)
        {
            // Because it is told to stop; what is under way still ends.
        }

        await Task.WhenAll(pending);
    }

    private async Task AskOnceAsync(int customer, int number)
    {
        var order = number % 4 == 3 ? $"{customer}-{number}" : null;
        using var request = new HttpRequestMessage(order is null ? HttpMethod.Get : HttpMethod.Post, order is null ? "/echo" : $"/orders/{order}");
        if (order is not null) request.Content = new StringContent("""{"sensor":"down"}""");
        var sent = _watch.Elapsed;
        try
        {
            using var answer = await _clients[customer].SendAsync(request);
            await answer.Content.ReadAsByteArrayAsync();
            var pod = answer.Headers.TryGetValues("X-Pod", out var names) ? names.First() : null;
            All.Enqueue(new Seen(customer, sent, _watch.Elapsed, request.Method, order, (int)answer.StatusCode, pod, null));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            All.Enqueue(new Seen(customer, sent, _watch.Elapsed, request.Method, order, 0, null, exception.Message));
        }
    }
}
