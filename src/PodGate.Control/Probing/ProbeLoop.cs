using System.Globalization;
using Microsoft.Extensions.Logging;
using PodGate.Core.Health;

namespace PodGate.Control.Probing;

/// <summary>
/// Asks one target, again and again, start to start: a probe that hangs delays none that follows, so a frozen pod is noticed after its
/// timeout and a few intervals and not after a multiple of the timeout. Never ends by itself, whatever a probe or a receiver of reports throws.
/// </summary>
internal sealed class ProbeLoop : IAsyncDisposable
{
    /// <summary>The most probes of one target that run at a time; more are skipped.</summary>
    internal const int MostInFlight = 8;

    /// <summary>The shortest time from one start to the next, however often it is triggered.</summary>
    internal static readonly TimeSpan Closest = TimeSpan.FromMilliseconds(50);

    // After a report that is not good the interval is asked for again in short steps: it depends on what others make of that report, a moment later.
    private static readonly TimeSpan Unsettled = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly ProbeRoom _room;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _inFlight = [];
    private volatile ProbeTarget _target;
    private volatile bool _triggered;
    private volatile bool _hasReported;
    private long _unsettledSince;
    private long _lastStartAt;
    private long _lastInterval = TimeSpan.TicksPerSecond;
    private Task _running = Task.CompletedTask;
    private bool _skipping;

    /// <summary>Makes a loop; <see cref="Start"/> starts it.</summary>
    /// <param name="target">What is asked.</param>
    /// <param name="room">What all loops share.</param>
    internal ProbeLoop(ProbeTarget target, ProbeRoom room)
    {
        _target = target;
        _room = room;
        _time = room.Time;
        _logger = room.Logger;
        _wake = new WakeSignal(room.Time);
        _lastStartAt = room.Time.GetTimestamp();
    }

    /// <summary>What is asked.</summary>
    internal ProbeTarget Target => _target;

    /// <summary>How long ago a probe was last started; at first, since the loop was made.</summary>
    internal TimeSpan SinceLastStart => _time.GetElapsedTime(Volatile.Read(ref _lastStartAt));

    /// <summary>A loop that has started nothing for longer than this has stopped: three intervals and the timeout.</summary>
    internal TimeSpan Patience => TimeSpan.FromTicks(3 * Math.Max(Closest.Ticks, Volatile.Read(ref _lastInterval))) + _target.Timeout;

    /// <summary>At least one report of this loop was handed on.</summary>
    internal bool HasReported => _hasReported;

    /// <summary>It looked stopped at the last look; kept by whoever looks.</summary>
    internal bool IsSuspected { get; set; }

    /// <summary>Starts the first probe at once.</summary>
    internal void Start() => _running = Task.Run(RunAsync);

    /// <summary>From the next probe on.</summary>
    /// <param name="target">The same subject, asked in another way.</param>
    internal void Change(ProbeTarget target)
    {
        _target = target;
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
        Task[] rest;
        lock (_lock)
        {
            rest = [_running, .. _inFlight];
        }

        var all = Task.WhenAll(rest);
        if (await Task.WhenAny(all, Task.Delay(StopLimit, _time)).ConfigureAwait(false) != all)
            ProbingLog.StopTooSlow(_logger, Target.Name, StopLimit.TotalSeconds);
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
        var jitter = 0.9 + (0.2 * _room.Chance());
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
            Volatile.Write(ref _lastInterval, _target.Interval().Ticks);
        }
        catch (Exception error)
        {
            ProbingLog.IntervalThrew(_logger, error, _target.Name);
        }

        return TimeSpan.FromTicks(Volatile.Read(ref _lastInterval));
    }

    private void StartOne()
    {
        lock (_lock)
        {
            // It may have been told to stop just before this: then nobody waits for what begins now.
            if (_stop.IsCancellationRequested) return;
            var target = _target;
            if (_inFlight.Count >= MostInFlight)
            {
                _room.Meter.AddSkipped(target.Pod, target.Check);
                if (!_skipping) ProbingLog.ProbeSkipped(_logger, target.Name, _inFlight.Count);
                _skipping = true;
                return;
            }

            _skipping = false;
            Volatile.Write(ref _lastStartAt, _time.GetTimestamp());
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

    /// <summary>
    /// Asks, and goes on on the pool, however it ended: the answer may come on a thread of the data plane, and judging and logging do not belong there.
    /// </summary>
    private async Task<ProbeReport> AskAsync(ProbeTarget target)
    {
        try
        {
            return await target.AskAsync(_stop.Token).ConfigureAwait(false);
        }
        finally
        {
            await default(PoolHop);
        }
    }

    private async Task ProbeOnceAsync(ProbeTarget target)
    {
        var sentAt = _time.GetUtcNow();
        ProbeReport report;
        try
        {
            report = await AskAsync(target).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error)
        {
            ProbingLog.ProbeThrew(_logger, error, target.Name);
            var sentence = CleanText.Of($"the gate could not probe: {error.GetType().Name}: {error.Message}", HealthDocument.SentenceLimit);
            report = new ProbeReport(target.Pod, sentAt, _time.GetUtcNow(), ProbeResult.Inconclusive, sentence) { Check = target.Check };
        }

        // A report about an address that is no longer the pod's says nothing.
        if (_stop.IsCancellationRequested) return;
        report = Excuse(report, target.Timeout);
        _room.Meter.Add(report);
        ProbingLog.ProbeFinished(_logger, target.Name, report.Result, report.Duration.TotalMilliseconds, report.Sentence);
        if (!report.IsGood) Volatile.Write(ref _unsettledSince, Math.Max(1, _time.GetTimestamp()));
        try
        {
            await _room.Sink(report).ConfigureAwait(false);
            _hasReported = true;
        }
        catch (Exception error)
        {
            ProbingLog.SinkThrew(_logger, error, target.Name);
        }

        _wake.Call();
    }

    /// <summary>
    /// What needs punctuality to be seen says nothing while the gate itself was late: a time-out, slowness, and a connection that the other side gave up,
    /// perhaps because it waited in vain for the gate. What was too slow by less than the gate was late says nothing either, however long the timeout is.
    /// </summary>
    private ProbeReport Excuse(ProbeReport report, TimeSpan timeout)
    {
        if (report.Result is not (ProbeResult.TimedOut or ProbeResult.TooSlow or ProbeResult.Broken)) return report;
        var late = _room.LatenessIn(report.SentAt, report.FinishedAt);
        if (late <= Punctuality.Limit(timeout) && !(report.SlowerBy <= late)) return report;
        var sentence = string.Create(
            CultureInfo.InvariantCulture, $"the gate itself was late by {late.TotalSeconds:0.##} s meanwhile, so this says nothing: {report.Sentence}");
        return report with { Result = ProbeResult.Inconclusive, Sentence = CleanText.Of(sentence, HealthDocument.SentenceLimit) };
    }
}
