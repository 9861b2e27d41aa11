using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using PodGate.TestKit;

namespace Scale;

/// <summary>Forty clients that ask twenty times a second each, from addresses of their own, and note how long it took.</summary>
internal sealed class Callers : IAsyncDisposable
{
    private const int Count = 40;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentQueue<(TimeSpan Took, bool Well)> _seen = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Callers(Uri gate) => _running = Task.WhenAll(Enumerable.Range(0, Count).Select(number => Task.Run(() => RunAsync(gate, number))));

    /// <summary>Forgets what was seen so far.</summary>
    public void Begin() => _seen.Clear();

    /// <summary>What was seen, in words.</summary>
    public override string ToString()
    {
        var seen = _seen.ToArray();
        var times = seen.Select(one => one.Took.TotalMilliseconds).Order().ToArray();
        return times.Length == 0
            ? "nothing"
            : $"{seen.Length:N0} requests, {seen.Count(one => !one.Well):N0} failed, p50 {times[times.Length / 2]:0.0} ms, p99 {times[times.Length * 99 / 100]:0.0} ms, slowest {times[^1]:0.0} ms";
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Uri gate, int number)
    {
        using var client = SourceClient.From(new IPAddress([127, 66, (byte)number, 1]), gate, TimeSpan.FromSeconds(10));
        while (!_stop.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            bool well;
            try
            {
                using var answer = await client.GetAsync("/", _stop.Token);
                well = answer.IsSuccessStatusCode;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                well = false;
            }

            var took = Stopwatch.GetElapsedTime(begun);
            _seen.Enqueue((took, well));
            if (Pace > took) await Task.Delay(Pace - took);
        }
    }
}
