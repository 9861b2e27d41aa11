using Microsoft.Extensions.Logging;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>
/// Probes one pod, again and again, start to start: a probe that hangs delays none that follows, so a frozen pod is noticed after its
/// timeout and a few intervals and not after a multiple of the timeout. Never ends by itself, whatever a probe or a receiver of reports throws.
/// </summary>
internal sealed class ProbeLoop : IAsyncDisposable
{
    /// <summary>The most probes of one pod that run at a time; more are skipped.</summary>
    internal const int MostInFlight = 8;

    /// <summary>The shortest time from one start to the next, however often it is triggered.</summary>
    internal static readonly TimeSpan Closest = TimeSpan.FromMilliseconds(50);

    // After a report that is not good the interval is asked for again in short steps: it depends on what others make of that report, a moment later.
    private static readonly TimeSpan Unsettled = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly string _pod;
    private readonly Func<PodSettings, TimeSpan, CancellationToken, Task<ProbeReport>> _probe;
    private readonly Func<TimeSpan> _interval;
    private readonly Func<ProbeReport, ValueTask> _sink;
    private readonly ProbeMeter _meter;
    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _inFlight = [];
    private volatile Target _target;
    private volatile bool _triggered;
    private long _unsettledSince;
    private TimeSpan _lastInterval = TimeSpan.FromSeconds(1);
    private Task _running = Task.CompletedTask;
    private bool _skipping;

    /// <summary>Makes a loop; <see cref="Start"/> starts it.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="timeout">How long a probe may take.</param>
    /// <param name="probe">Probes once.</param>
    /// <param name="interval">Time from start to start, asked before each wait.</param>
    /// <param name="sink">Takes each report.</param>
    /// <param name="meter">Counts them; must follow the pod.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">0 up to 1, for jitter.</param>
    /// <param name="logger">The log.</param>
    internal ProbeLoop(
        PodSettings pod,
        TimeSpan timeout,
        Func<PodSettings, TimeSpan, CancellationToken, Task<ProbeReport>> probe,
        Func<TimeSpan> interval,
        Func<ProbeReport, ValueTask> sink,
        ProbeMeter meter,
        TimeProvider time,
        Func<double> chance,
        ILogger logger)
    {
        _pod = pod.Name;
        _target = new Target(pod, timeout);
        _probe = probe;
        _interval = interval;
        _sink = sink;
        _meter = meter;
        _time = time;
        _chance = chance;
        _logger = logger;
        _wake = new WakeSignal(time);
    }

    /// <summary>The pod as it is probed.</summary>
    internal PodSettings Pod => _target.Pod;

    /// <summary>Starts the first probe at once.</summary>
    internal void Start() => _running = Task.Run(RunAsync);

    /// <summary>From the next probe on.</summary>
    /// <param name="pod">The pod, at the same addresses.</param>
    /// <param name="timeout">How long a probe may take.</param>
    internal void Change(PodSettings pod, TimeSpan timeout)
    {
        _target = new Target(pod, timeout);
        _wake.Call();
    }

    /// <summary>Starts a probe at once, or 50 ms after the last start. Many triggers meanwhile are one; a trigger is always followed by a start.</summary>
    internal void Trigger()
    {
        _triggered = true;
        _wake.Call();
    }

    /// <summary>Asks for the interval again now: it may have become shorter.</summary>
    internal void Reconsider() => _wake.Call();

    /// <summary>Stops starting probes, gives up on those that run, and waits for them, a little.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        Task[] rest;
        lock (_lock)
        {
            rest = [.. _inFlight];
        }

        var all = Task.WhenAll(rest);
        if (await Task.WhenAny(all, Task.Delay(StopLimit, _time)).ConfigureAwait(false) != all) ProbingLog.StopTooSlow(_logger, _pod, StopLimit.TotalSeconds);
        _wake.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                // Cleared before the start: what triggers from here on wants a probe that is sent later than this one.
                _triggered = false;
                var startedAt = _time.GetTimestamp();
                StartOne();
                await WaitUntilDueAsync(startedAt).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task WaitUntilDueAsync(long startedAt)
    {
        // Ten percent less or more, so that gates and pods do not fall into step.
        var jitter = 0.9 + (0.2 * _chance());
        while (true)
        {
            var due = _triggered ? Closest : Interval() * jitter;
            var rest = (due > Closest ? due : Closest) - _time.GetElapsedTime(startedAt);
            if (rest <= TimeSpan.Zero) return;
            var unsettled = Volatile.Read(ref _unsettledSince);
            if (unsettled != 0 && rest > Step && _time.GetElapsedTime(unsettled) < Unsettled) rest = Step;
            await _wake.SleepAsync(rest, _stop.Token).ConfigureAwait(false);
        }
    }

    private TimeSpan Interval()
    {
        try
        {
            _lastInterval = _interval();
        }
        catch (Exception error)
        {
            ProbingLog.IntervalThrew(_logger, error, _pod);
        }

        return _lastInterval;
    }

    private void StartOne()
    {
        lock (_lock)
        {
            if (_inFlight.Count >= MostInFlight)
            {
                _meter.AddSkipped(_pod);
                if (!_skipping) ProbingLog.ProbeSkipped(_logger, _pod, _inFlight.Count);
                _skipping = true;
                return;
            }

            _skipping = false;
            var target = _target;
            var task = Task.Run(() => ProbeOnceAsync(target));
            _inFlight.Add(task);
            task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Forget(Task finished)
    {
        lock (_lock)
        {
            _inFlight.Remove(finished);
        }
    }

    private async Task ProbeOnceAsync(Target target)
    {
        var sentAt = _time.GetUtcNow();
        ProbeReport report;
        try
        {
            report = await _probe(target.Pod, target.Timeout, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error)
        {
            ProbingLog.ProbeThrew(_logger, error, _pod);
            var sentence = CleanText.Of($"the gate could not probe: {error.GetType().Name}: {error.Message}", HealthDocument.SentenceLimit);
            report = new ProbeReport(_pod, sentAt, _time.GetUtcNow(), ProbeResult.Inconclusive, sentence);
        }

        // A report about an address that is no longer the pod's says nothing.
        if (_stop.IsCancellationRequested) return;
        _meter.Add(report);
        ProbingLog.ProbeFinished(_logger, _pod, report.Result, report.Duration.TotalMilliseconds, report.Sentence);
        if (!report.IsGood) Volatile.Write(ref _unsettledSince, Math.Max(1, _time.GetTimestamp()));
        try
        {
            await _sink(report).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            ProbingLog.SinkThrew(_logger, error, _pod);
        }

        _wake.Call();
    }

    private sealed record Target(PodSettings Pod, TimeSpan Timeout);
}
