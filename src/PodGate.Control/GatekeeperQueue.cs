using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using PodGate.Control.Probing;
using PodGate.Core.Pods;

namespace PodGate.Control;

/// <summary>
/// What waits for the gatekeeper's loop. Each step goes over the whole fleet, so the loop of a large one rests before it looks for more, and
/// takes what came meanwhile together: up to 50 ms of good news for 1,000 pods. What may have to be acted on ends the rest, but for its first
/// 10 ms. Fleets below 100 pods never wait. One reader, any number of writers.
/// </summary>
internal sealed class GatekeeperQueue(TimeProvider time) : IDisposable
{
    private const int Length = 4096;
    private const int LargeFleet = 100;
    private static readonly TimeSpan LongestAlways = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestForGoodNews = TimeSpan.FromMilliseconds(50);

    private readonly Channel<Step> _steps = Channel.CreateBounded<Step>(new BoundedChannelOptions(Length) { SingleReader = true });
    private readonly WakeSignal _wake = new(time);
    private volatile Held? _held;

    /// <summary>Whether commands are let in; what else comes always is. <value>Default true.</value></summary>
    public bool TakesCommands { get; set; } = true;

    /// <summary>Puts a step in, unless the queue is full or completed, or takes no commands.</summary>
    public bool TryPut(Step step)
    {
        if (step.Input is Commanded && !TakesCommands) return false;
        if (!_steps.Writer.TryWrite(step)) return false;
        if (IsUrgent(step.Input)) _wake.Call();
        return true;
    }

    /// <summary>Puts a step in; waits while the queue is full.</summary>
    /// <exception cref="ChannelClosedException">The gatekeeper stops.</exception>
    public ValueTask PutAsync(Step step, CancellationToken cancel)
    {
        if (TryPut(step)) return ValueTask.CompletedTask;
        _wake.Call();
        return _steps.Writer.WriteAsync(step, cancel);
    }

    /// <summary>True when there may be something to take; false when nothing will come any more. Who is held waits in here.</summary>
    public async ValueTask<bool> WaitAsync()
    {
        while (_held is { } held)
        {
            held.Stands.TrySetResult();
            await held.GoesOn.Task.ConfigureAwait(false);
        }

        return await _steps.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Lets the reader take no more steps; what comes meanwhile waits. Completes when he stands between two steps.</summary>
    public Task HoldAsync()
    {
        var held = new Held();
        _held = held;

        // One that waits for a step looks up by this one.
        _steps.Writer.TryWrite(new Step(new TimePassed(), null));
        return held.Stands.Task;
    }

    /// <summary>Lets the reader go on.</summary>
    public void GoOn()
    {
        var held = _held;
        _held = null;
        held?.GoesOn.TrySetResult();
    }

    /// <summary>
    /// The next step. Reports that wait right behind a report are taken along, but never two of one pod, whose every report is judged in a
    /// step of its own, however late the loop is.
    /// </summary>
    public bool TryTake([NotNullWhen(true)] out Step? step)
    {
        step = null;
        if (_held is not null || !_steps.Reader.TryRead(out step)) return false;
        if (step.Input is not ProbeEnded first || !_steps.Reader.TryPeek(out var next) || next.Input is not ProbeEnded) return true;
        var pods = first.Reports.Select(report => report.Pod).ToHashSet(StringComparer.Ordinal);
        var reports = first.Reports.ToBuilder();
        while (_steps.Reader.TryPeek(out next) && next.Input is ProbeEnded more && more.Reports.All(report => pods.Add(report.Pod)))
        {
            reports.AddRange(more.Reports);
            _steps.Reader.TryRead(out _);
        }

        step = step with { Input = new ProbeEnded(reports.ToImmutable()) };
        return true;
    }

    /// <summary>The loop's rest.</summary>
    /// <param name="pods">How many there are.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RestAsync(int pods, CancellationToken stop)
    {
        if (pods < LargeFleet) return;
        try
        {
            var always = Part(LongestAlways, pods);
            await Task.Delay(always, time, stop).ConfigureAwait(false);
            await _wake.SleepAsync(Part(LongestForGoodNews, pods) - always, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whoever stops the loop wants no rest.
        }
    }

    /// <summary>Nothing will come any more.</summary>
    public void Complete()
    {
        _steps.Writer.TryComplete();
        GoOn();
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    private static bool IsUrgent(FleetInput input) => input switch
    {
        TimePassed => false,
        ProbeEnded ended => !ended.Reports.All(report => report.IsGood),
        _ => true,
    };

    private static TimeSpan Part(TimeSpan longest, int pods) => longest * Math.Min(1, pods / 1000.0);

    private sealed class Held
    {
        public TaskCompletionSource Stands { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoesOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
