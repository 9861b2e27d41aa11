using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using PodGate.TestKit;

namespace Failover.Rig;

/// <summary>One request as its caller saw it. Times are since the clock's start.</summary>
/// <param name="Caller">Whose.</param>
/// <param name="Sent">When it was begun.</param>
/// <param name="Ended">When its answer was whole, or it failed.</param>
/// <param name="Status">The status; 0: no whole answer.</param>
/// <param name="Pod">The pod that the answer names; null: none.</param>
/// <param name="Failure">Null, or how it failed, in a word.</param>
internal sealed record Seen(int Caller, TimeSpan Sent, TimeSpan Ended, int Status, string? Pod, string? Failure)
{
    public TimeSpan Took => Ended - Sent;
}

/// <summary>
/// A closed-loop client with an address of its own: asks over one kept-alive connection, waits for the answer, and asks again, 200 ms after it last
/// asked at the earliest.
/// </summary>
internal sealed class Caller(int number, Stage stage, ConcurrentQueue<Seen> seen) : IDisposable
{
    /// <summary>At most five requests a second.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    /// <summary>A request that takes longer has failed.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly IPAddress _source = Address(number);
    private Wire? _wire;

    /// <summary>Far from each other, since neighbours look alike to a weak hash.</summary>
    public static IPAddress Address(int number) => new([127, (byte)(1 + (number * 37 % 250)), (byte)(number * 91 % 250), (byte)(1 + (number * 53 % 250))]);

    /// <summary>Asks until it is told to stop; what is under way then still ends.</summary>
    public async Task RunAsync(TimeSpan after, CancellationToken stop)
    {
        try
        {
            await Task.Delay(after, stop);
            while (!stop.IsCancellationRequested)
            {
                var sent = stage.Clock.Elapsed;
                seen.Enqueue(await AskAsync(sent));
                var rest = Pace - (stage.Clock.Elapsed - sent);
                if (rest > TimeSpan.Zero) await Task.Delay(rest, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop between two requests.
        }
    }

    public void Dispose() => _wire?.Dispose();

    private async Task<Seen> AskAsync(TimeSpan sent)
    {
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            if (_wire is { IsGone: true }) Drop();
            _wire ??= await Wire.ConnectAsync(_source, stage.Proxy.Data, stage.Inside, limit.Token);
            var answer = await _wire.GetAsync("/echo", "", limit.Token);
            if (!_wire.Keeps) Drop();
            var failure = answer.Status is >= 200 and < 300 ? null : answer.Status.ToString(CultureInfo.InvariantCulture);
            return new Seen(number, sent, stage.Clock.Elapsed, answer.Status, stage.PodNamed(answer.Pod), failure);
        }
        catch (Exception exception) when (exception is NoAnswerException or OperationCanceledException)
        {
            Drop();
            return new Seen(number, sent, stage.Clock.Elapsed, 0, null, exception is NoAnswerException ? exception.Message : "timeout");
        }
    }

    private void Drop()
    {
        _wire?.Dispose();
        _wire = null;
    }
}

/// <summary>All callers of a run.</summary>
internal sealed class Callers : IAsyncDisposable
{
    public const int Count = 40;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Caller> _callers;
    private readonly Task _running;

    public Callers(Stage stage)
    {
        _callers = [.. Enumerable.Range(0, Count).Select(number => new Caller(number, stage, All))];
        _running = Task.WhenAll(_callers.Select((caller, i) => Task.Run(() => caller.RunAsync(Caller.Pace * i / Count, _stop.Token))));
    }

    /// <summary>Every request, in the order of their ends.</summary>
    public ConcurrentQueue<Seen> All { get; } = new();

    /// <summary>Sends no more and waits for what is under way: the timeout of a request at most.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _callers.ForEach(caller => caller.Dispose());
        _stop.Dispose();
    }
}

/// <summary>A client that does harm: poisonous requests, or requests it never waits for. Its own failures are its own.</summary>
internal sealed class Intruder(Stage stage, string path, string headers, bool aborts) : IAsyncDisposable
{
    private const int Connections = 4;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private static readonly IPAddress Source = IPAddress.Parse("127.99.99.99");
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _requests;

    /// <summary>How often it asked.</summary>
    public int Requests => _requests;

    public void Start() => _running = Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(RunAsync)));

    /// <summary>May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                limit.CancelAfter(Caller.Timeout);
                using var wire = await Wire.ConnectAsync(Source, stage.Proxy.Data, stage.Inside, limit.Token);
                Interlocked.Increment(ref _requests);
                if (aborts)
                {
                    await wire.SendAsync(path, headers, limit.Token);
                    await Task.Delay(20, limit.Token);
                    wire.Abort();
                }
                else
                {
                    await wire.GetAsync(path, headers, limit.Token);
                }
            }
            catch (Exception exception) when (exception is NoAnswerException or OperationCanceledException)
            {
                // That is what it does; and it is told to stop.
            }

            await Task.Delay(Pace);
        }
    }
}
