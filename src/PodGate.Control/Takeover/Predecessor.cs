using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using PodGate.Control.Probing;
using PodGate.Core.Routing;

namespace PodGate.Control.Takeover;

/// <summary>
/// The old process, as the new one knows it: it is told what is decided, and its share of what runs on each pod counts here. So a command is acknowledged,
/// and a pod is empty, only when that is true of both.
/// </summary>
public sealed class Predecessor : IAsyncDisposable
{
    /// <summary>It is told something at least so often, so that it knows that this process lives.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly TakeoverLine _line;
    private readonly TakeoverPatience _patience;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly WakeSignal _published;
    private readonly Task _running;
    private RoutingSnapshot? _newest;
    private Running _last;
    private bool _ended;
    private int _disposed;

    /// <summary>Begins: follows what is decided from now on.</summary>
    /// <param name="line">To the old process; owned.</param>
    /// <param name="pid">Its process id.</param>
    /// <param name="source">What is decided.</param>
    /// <param name="patience">How long it may be silent.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public Predecessor(TakeoverLine line, int pid, IRoutingSource source, TakeoverPatience patience, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(source);
        (_line, Pid, _patience, _logger) = (line, pid, patience, logger);
        _published = new WakeSignal(time);
        _last = new Running(0, 0, ImmutableDictionary<string, long>.Empty);
        source.Follow(Published);
        _running = Task.WhenAll(Task.Run(TellAsync), Task.Run(HearAsync));
    }

    /// <summary>Its process id.</summary>
    public int Pid { get; }

    /// <summary>Whether it is still there.</summary>
    public bool IsThere
    {
        get
        {
            lock (_lock) return !_ended;
        }
    }

    /// <summary>How many connections of clients it has left, as last told.</summary>
    public long Connections
    {
        get
        {
            lock (_lock) return _last.Connections;
        }
    }

    /// <summary>Follows it no longer; what runs there is not counted any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        Forget();
        _line.Dispose();
        _published.Dispose();
        _stop.Dispose();
    }

    /// <summary>
    /// On the publishing thread. Until the other process has confirmed this very snapshot, something may be on its way to any pod there: then no pod is
    /// empty and no command acknowledged.
    /// </summary>
    private void Published(RoutingSnapshot snapshot)
    {
        lock (_lock)
        {
            if (_ended) return;
            _newest = snapshot;
            foreach (var pod in snapshot.Pods) pod.Load.UnsentElsewhere = 1;
            _published.Call();
        }
    }

    private async Task TellAsync()
    {
        try
        {
            while (true)
            {
                var snapshot = Volatile.Read(ref _newest)!;
                var routed = new Routed(snapshot.Version, HashingSaid.Of(snapshot.Hashing), [.. snapshot.Pods.Select(RouteSaid.Of)])
                {
                    Pins = [.. snapshot.Pins.All.Select(PinSaid.Of)],
                };
                await _line.SayAsync(routed, _patience.Word, _stop.Token).ConfigureAwait(false);
                if (Volatile.Read(ref _newest) == snapshot) await _published.SleepAsync(Beat, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (TakeoverException exception)
        {
            End(exception);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // This process ends, or has heard at the other end of the line that there is nobody left.
        }
    }

    private async Task HearAsync()
    {
        try
        {
            while (true) Take(await _line.HearAsync<Running>(_patience.Silence, _stop.Token).ConfigureAwait(false));
        }
        catch (TakeoverException exception)
        {
            End(exception);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // This process ends.
        }
        finally
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private void Take(Running running)
    {
        lock (_lock)
        {
            // Heard after it could not be told anything any more: nobody would ever say that what it counts here has ended.
            if (_ended) return;
            _last = running;
            foreach (var pod in _newest!.Pods)
            {
                pod.Load.Elsewhere = running.Loads.GetValueOrDefault(pod.Name);
                if (running.Version >= _newest.Version) pod.Load.UnsentElsewhere = 0;
            }
        }
    }

    private void End(TakeoverException why)
    {
        if (Forget() is not { } last) return;
        if (why.OtherIsGone && last is { Version: > 0, Connections: 0 }) _logger.PredecessorDone();
        else _logger.PredecessorLost(why.Message);
    }

    /// <summary>Counts nothing of it any more. What it said last; null when it was forgotten before.</summary>
    private Running? Forget()
    {
        lock (_lock)
        {
            if (_ended) return null;
            _ended = true;
            foreach (var pod in _newest!.Pods) (pod.Load.Elsewhere, pod.Load.UnsentElsewhere) = (0, 0);
            return _last;
        }
    }
}
