using System.Collections.Concurrent;
using System.Diagnostics;

namespace PodGate.Scenarios.Tests;

/// <summary>What one request of a customer came to.</summary>
/// <param name="Customer">His number.</param>
/// <param name="Pod">The pod that the answer named, or null.</param>
/// <param name="Failed">A server error, or no whole answer.</param>
/// <param name="Took">From sending to the end.</param>
public sealed record Visit(int Customer, string? Pod, bool Failed, TimeSpan Took);

/// <summary>Customers who ask again and again, each at most five times a second, until they are told to stop.</summary>
public sealed class Crowd : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<Visit> _visits = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _customers;

    /// <summary>They begin at once.</summary>
    /// <param name="story">Where.</param>
    /// <param name="count">How many.</param>
    /// <param name="poisonous">The header X-Poison of a customer, or null.</param>
    public Crowd(Story story, int count, Func<int, string?>? poisonous = null)
    {
        Poisonous = poisonous ?? (_ => null);
        _customers = [.. Enumerable.Range(0, count).Select(number => Task.Run(() => AskAsync(story, number)))];
    }

    /// <summary>The header X-Poison of a customer from now on: it spoils his requests on whatever pod.</summary>
    public Func<int, string?> Poisonous { get; set; }

    /// <summary>What has come of it so far, oldest first.</summary>
    public IReadOnlyList<Visit> Visits => [.. _visits];

    /// <summary>Forgets what was until now.</summary>
    public void Forget() => _visits.Clear();

    /// <summary>Waits until every customer has been answered so many times since the last <see cref="Forget"/>.</summary>
    public async Task UntilEverybodyCameAsync(int times)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (_visits.GroupBy(visit => visit.Customer).Count(group => group.Count() >= times) < _customers.Length)
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"not everybody came {times} times");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_customers);
        _stop.Dispose();
    }

    private async Task AskAsync(Story story, int number)
    {
        using var client = story.Customer(number);
        while (!_stop.IsCancellationRequested)
        {
            var begin = Stopwatch.StartNew();
            using var request = new HttpRequestMessage(HttpMethod.Get, "/echo");
            if (Poisonous(number) is { } poison) request.Headers.Add("X-Poison", poison);
            try
            {
                using var answer = await client.SendAsync(request, CancellationToken.None);
                var pod = answer.Headers.TryGetValues("X-Pod", out var names) ? names.Single() : null;
                _visits.Enqueue(new Visit(number, pod, (int)answer.StatusCode >= 500, begin.Elapsed));
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                _visits.Enqueue(new Visit(number, null, true, begin.Elapsed));
            }

            var rest = Pause - begin.Elapsed;
            if (rest > TimeSpan.Zero) await Task.Delay(rest, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
