using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using PodGate.Core.Routing;

namespace PodGate.Control.Takeover;

/// <summary>
/// The new process, as the old one follows it: what it decides counts here too, for the connections that are left, and it is told what runs here. When it is
/// not heard any more, the last decision stands; nothing is ever decided here again.
/// </summary>
/// <param name="line">To it; owned.</param>
/// <param name="routing">What the request path here reads.</param>
/// <param name="connections">How many connections of clients are left.</param>
/// <param name="patience">How long it may be silent.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class Successor(
    TakeoverLine line, RelayedRouting routing, Func<long> connections, TakeoverPatience patience, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How often it is told what runs here: often enough for a drain's end to be seen soon, and to show that this process lives.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a request may be between picking and sending before that is a fault; it is there for microseconds.</summary>
    private static readonly TimeSpan LongestSending = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private long _version;
    private int _disposed;

    /// <summary>Begins to follow: from now on only what it decides counts.</summary>
    public void Begin()
    {
        routing.Relay();
        _running = Task.WhenAll(Task.Run(FollowAsync), Task.Run(TellAsync));
    }

    /// <summary>Says a last time what is left (nothing, as a rule) and closes the line.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            await SayAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TakeoverException or OperationCanceledException)
        {
            // Nobody listens any more.
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        line.Dispose();
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                var routed = await line.HearAsync<Routed>(patience.Silence, _stop.Token).ConfigureAwait(false);
                var before = routing.Current;
                if (routed.Version != _version) routing.Apply(routed);
                await UntilSentAsync(before).ConfigureAwait(false);
                Volatile.Write(ref _version, routed.Version);
                await SayAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nothing is left here that could follow anybody.
        }
        catch (Exception exception)
        {
            logger.SuccessorGone(exception.Message);
            await _stop.CancelAsync().ConfigureAwait(false);

            // If it is there, it must not wait for a confirmation that never comes.
            line.Dispose();
        }
    }

    private async Task TellAsync()
    {
        using var timer = new PeriodicTimer(Beat, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false)) await SayAsync().ConfigureAwait(false);
        }
        catch (TakeoverException)
        {
            // Whoever listens at the same line hears that too, and tells it.
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nothing is left here to tell of.
        }
    }

    /// <summary>
    /// The snapshot is out, so the number only falls of the pods that get nothing any more. Those that have just lost a part of what they got are waited for
    /// once: somebody may be waiting for the answer to that very command.
    /// </summary>
    private async Task UntilSentAsync(RoutingSnapshot before)
    {
        var begin = time.GetTimestamp();
        var was = before.Pods.ToDictionary(pod => pod.Name, pod => pod.Admission, StringComparer.Ordinal);
        foreach (var pod in routing.Current.Pods.Where(pod => pod.Admission is Admission.Excluded or Admission.Closed
            || (pod.Admission != Admission.Serving && was.GetValueOrDefault(pod.Name) != pod.Admission)))
        {
            while (pod.Load.Unsent > 0)
            {
                if (time.GetElapsedTime(begin) > LongestSending)
                {
                    logger.StillSendingHere(pod.Name, pod.Load.Unsent, LongestSending);
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(1), time, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    private Task SayAsync()
    {
        // The version first: what is counted afterwards is at least as new.
        var version = Volatile.Read(ref _version);
        return line.SayAsync(new Running(version, connections(), Loads(routing.Current)), patience.Word, _stop.Token);
    }

    /// <summary>What runs on each pod that something runs on.</summary>
    /// <param name="snapshot">The pods.</param>
    public static ImmutableDictionary<string, long> Loads(RoutingSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.Pods.Select(pod => (pod.Name, pod.Load.InFlight)).Where(pod => pod.InFlight > 0)
            .ToImmutableDictionary(pod => pod.Name, pod => pod.InFlight, StringComparer.Ordinal);
    }
}
