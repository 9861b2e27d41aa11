using System.Globalization;
using Microsoft.Extensions.Logging;

namespace PodGate.Control.Probing;

/// <summary>What a watchdog noticed.</summary>
/// <param name="Pod">The pod that the loop probes, or null when it asks a reference target.</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="Resolved">The loop works again.</param>
public sealed record LoopNotice(string? Pod, string Sentence, bool Resolved);

/// <summary>
/// Notices a probe loop that stopped (it started nothing for three intervals and the timeout), replaces it by a new one and says so: a pod that nobody probes
/// looks as if nothing had changed. What made a loop stop may hold threads, so one that stops again and again is replaced more and more rarely.
/// </summary>
public sealed class Watchdog : IAsyncDisposable
{
    /// <summary>Time from look to look.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly (LoopSet Loops, bool OfPods)[] _sets;
    private readonly Func<DateTimeOffset, DateTimeOffset, TimeSpan> _latenessIn;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private DateTimeOffset _excusedUntil;
    private long _restarts;
    private Task _running = Task.CompletedTask;

    /// <summary>Makes a watchdog; <see cref="Start"/> lets it look.</summary>
    /// <param name="prober">Its loops are watched.</param>
    /// <param name="references">Its loops, too.</param>
    /// <param name="latenessIn">By how much the gate itself was late between two moments (<see cref="SelfWatch.LatenessIn"/>).</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public Watchdog(
        Prober prober, References references, Func<DateTimeOffset, DateTimeOffset, TimeSpan> latenessIn, TimeProvider time, ILogger<Watchdog> logger)
    {
        ArgumentNullException.ThrowIfNull(prober);
        ArgumentNullException.ThrowIfNull(references);
        ArgumentNullException.ThrowIfNull(time);
        _sets = [(prober.Loops, true), (references.Loops, false)];
        _latenessIn = latenessIn;
        _time = time;
        _logger = logger;
        _excusedUntil = time.GetUtcNow();
    }

    /// <summary>Told of each loop that was replaced, and of each that works again; called on the watchdog's thread.</summary>
    public event Action<LoopNotice>? Noticed;

    /// <summary>How many loops were replaced since the gate started.</summary>
    public long Restarts => Volatile.Read(ref _restarts);

    /// <summary>Begins to look.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Looks no more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            var before = _time.GetUtcNow();
            try
            {
                await Task.Delay(Interval, _time, _stop.Token).ConfigureAwait(false);
                Look(before);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whoever is told may fail; the next look is due all the same.
                ProbingLog.WatchdogFailed(_logger, error);
            }
        }
    }

    private void Look(DateTimeOffset before)
    {
        // A gate that was stopped or starved has to blame itself, not its loops.
        var now = _time.GetUtcNow();
        if (now - before > 3 * Interval || _latenessIn(before, now) > Interval) _excusedUntil = now;
        foreach (var (loops, ofPods) in _sets)
        {
            foreach (var (target, silent) in loops.RestartStopped(now - _excusedUntil))
            {
                Interlocked.Increment(ref _restarts);
                var sentence = string.Create(
                    CultureInfo.InvariantCulture, $"the probe loop of {target.Name} had started nothing for {silent.TotalSeconds:0.#} s and was replaced by a new one");
                ProbingLog.LoopRestarted(_logger, target.Name, silent.TotalSeconds);
                Noticed?.Invoke(new LoopNotice(ofPods ? target.Pod : null, sentence, Resolved: false));
            }

            foreach (var target in loops.TakeRecovered())
                Noticed?.Invoke(new LoopNotice(ofPods ? target.Pod : null, $"the new probe loop of {target.Name} works", Resolved: true));
        }
    }
}
