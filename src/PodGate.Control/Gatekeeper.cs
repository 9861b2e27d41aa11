using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using PodGate.Control.Alerts;
using PodGate.Control.Journal;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control;

/// <summary>
/// The only writer of pod state. Everything that happens enters by one queue and is taken step by step by one loop:
/// input -> transition function -> published snapshot -> journal, log, alerts. The loop never waits for a disk, a pod or a person.
/// Moves to safety are published first and journalled then; an enable is journalled first and published then.
/// </summary>
public sealed partial class Gatekeeper : IRoutingSource, ISignalSink, IAsyncDisposable
{
    private const int EventsKept = 10_000;

    private readonly IJournal _journal;
    private readonly TimeProvider _time;
    private readonly Func<Guid> _chance;
    private readonly ILogger _logger;
    private readonly Outbox? _outbox;
    private readonly EventHistory _history = new(EventsKept);
    private readonly CancellationTokenSource _stop = new();
    private readonly RoutingBoard _board;
    private readonly TrafficWatch _traffic;
    private readonly GatekeeperTicks _ticks;
    private readonly GatekeeperQueue _queue;
    private ImmutableDictionary<string, PodLoad> _loads;
    private volatile FleetView _view;
    private Task _loop = Task.CompletedTask;
    private Task _ticking = Task.CompletedTask;

    /// <summary>Sets the gatekeeper up with the fleet as the journal knows it; nothing moves before <see cref="Start"/>.</summary>
    /// <param name="fleet">From <see cref="FleetReconfiguration.Begin"/>.</param>
    /// <param name="hashing">How addresses become slots.</param>
    /// <param name="journal">The durable memory.</param>
    /// <param name="time">The gate's clock; must not run backwards.</param>
    /// <param name="chance">Makes values never seen before, for the ids of latches.</param>
    /// <param name="logger">One line a transition.</param>
    /// <param name="loads">What runs on pods already, by name: in the process that is taken over from. Default: nothing.</param>
    /// <param name="outbox">Who tells people; null: nobody.</param>
    public Gatekeeper(
        Fleet fleet, SlotHashing hashing, IJournal journal, TimeProvider time, Func<Guid> chance, ILogger<Gatekeeper> logger,
        IReadOnlyDictionary<string, PodLoad>? loads = null, Outbox? outbox = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(time);
        (_journal, _time, _chance, _logger, _outbox) = (journal, time, chance, logger, outbox);
        _loads = ImmutableDictionary.CreateRange(StringComparer.Ordinal, loads ?? ImmutableDictionary<string, PodLoad>.Empty);
        (_traffic, _queue) = (new TrafficWatch(time), new GatekeeperQueue(time));
        _ticks = new GatekeeperTicks(_traffic, time);
        _history.Remember(journal.ReadNewest(EventsKept));

        // The first configuration is taken in at once, so that no view ever shows a fleet without it.
        var now = time.GetUtcNow();
        var first = Decide(fleet, new Reconfigured(fleet.Settings), now);
        var use = new SlotUse(hashing.Slots, time.TimestampFrequency, time.GetTimestamp());
        _board = new RoutingBoard(new RoutingSnapshot(1, Ramp.Routes(first.Fleet, now, LoadOf), hashing, use, first.Fleet.Settings.Pins));
        _view = new FleetView(first.Fleet, _board.Current, now);
        Announce(first);
        _ = JournalAsync(first, null, allPodsSeen: fleet.DistrustsUnknown);
    }

    /// <summary>Called on the gatekeeper's loop with each transition and the view after it; must be quick and must not throw.</summary>
    public event Action<Transition, FleetView>? Happened;

    /// <summary>Asks for a probe of a pod at once; set by the composition before <see cref="Start"/>.</summary>
    public Action<string> ProbeNow { get; set; } = _ => { };

    /// <summary>By how much the gate itself was late between two moments; set by the composition before <see cref="Start"/>.</summary>
    public Func<DateTimeOffset, DateTimeOffset, TimeSpan> LatenessIn { set => _traffic.LatenessIn = value; }

    /// <summary>The fleet as it is now.</summary>
    public FleetView View => _view;

    /// <inheritdoc/>
    public RoutingSnapshot Current => _board.Current;

    /// <summary>How many transitions there have been since the process started, by pod and cause.</summary>
    public IReadOnlyDictionary<(string Pod, Cause Cause), long> TransitionCounts => _history.Counts();

    /// <inheritdoc/>
    public void Follow(Action<RoutingSnapshot> follower) => _board.Follow(follower);

    /// <summary>Begins to take steps.</summary>
    public void Start()
    {
        _loop = Task.Run(RunAsync);
        _ticking = Task.Run(() => _ticks.RunAsync(() => _view, _queue, _logger, _stop.Token));
    }

    /// <inheritdoc/>
    public void Report(in Signal signal)
    {
        switch (signal.Outcome)
        {
            // Full queues lose nothing here: the next refused connection says the same again.
            // One that stands already need not be told again: in a freeze nobody routes around the pod, and each request would tell it.
            case Outcome.ConnectRefused
                when signal.Pod.Admission is Admission.Serving or Admission.Keeping && _view.Find(signal.Pod.Name)?.Health.ConnectionRefusedAt is null:
                _queue.TryPut(new Step(new ConnectionRefused(signal.Pod.Name), null));
                break;
            case Outcome.ConnectRefused or Outcome.ConnectTimedOut or Outcome.ConnectFailed or Outcome.Broken or Outcome.NoAnswer or Outcome.CutOff:
                ProbeNow(signal.Pod.Name);
                _ticks.Call();
                break;
            case Outcome.Answered when signal.StatusCode >= 500:
                _ticks.Call();
                break;
            case Outcome.Answered or Outcome.ClosedByGate:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(signal), signal.Outcome, "not a known outcome");
        }
    }

    /// <summary>Carries a command out. Returns when it is in effect and (unless the outcome says otherwise) durable.</summary>
    /// <param name="command">What a person wants.</param>
    /// <param name="cancel">Gives up waiting; the command may still be carried out.</param>
    public async Task<CommandOutcome> ExecuteAsync(Command command, CancellationToken cancel)
    {
        var step = new Step(new Commanded(command), new TaskCompletionSource<Done>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_stop.IsCancellationRequested || !_queue.TryPut(step))
            return Refused(new Refusal(RefusalKind.Unavailable, "the gate is stopping, handing over or has too much to do; try again"));

        var done = await step.Done!.Task.WaitAsync(cancel).ConfigureAwait(false);
        if (done.Result.Refusal is { } refusal) return Refused(refusal);

        var about = (command as PodCommand)?.Pod ?? "";
        var sentence = CommandSentence.Of(command, done.Result.Transitions, _view);
        if (command is DrainCommand or DisableCommand)
            await SendingBarrier.PassAsync(about, LoadOf(about), _time, _logger, cancel).ConfigureAwait(false);

        var durable = await done.Durable.WaitAsync(cancel).ConfigureAwait(false);
        return new CommandOutcome(null, durable, sentence, _view);

        CommandOutcome Refused(Refusal why) => new(why, true, why.Sentence, _view);
    }

    /// <summary>Puts something that happened into the queue; waits while the queue is full.</summary>
    /// <param name="input">What happened.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public ValueTask SubmitAsync(FleetInput input, CancellationToken cancel) => _queue.PutAsync(new Step(input, null), cancel);

    /// <summary>The events after a number, oldest first, from the last 10,000.</summary>
    /// <param name="after">The number of the last event already known; 0 for all.</param>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<Transition> Events(long after, int most) => _history.After(after, most);

    /// <summary>Completes at the next event. Take it, then ask for the events, then wait for it: so none is missed.</summary>
    public Task NextEvent => _history.Next;

    /// <summary>The number of the newest event that is not kept any more; 0 when all are.</summary>
    public long EventsForgotten => _history.Forgotten;

    /// <summary>Stops taking steps; what is in the journal's hands stays there.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        _queue.Complete();
        await Task.WhenAll(_loop, _ticking).ConfigureAwait(false);
        while (_queue.TryTake(out var step)) step.Done?.TrySetResult(Done.Stopping);
        _queue.Dispose();
        _ticks.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _queue.WaitAsync().ConfigureAwait(false))
        {
            while (!_stop.IsCancellationRequested && _queue.TryTake(out var step))
            {
                try
                {
                    Take(step);
                }
                catch (Exception exception)
                {
                    // One input that cannot be digested must not stop the judging of all pods; it is left out, whole, and said.
                    _logger.StepFailed(exception, step.Input.ToString());
                    step.Done?.TrySetException(exception);
                }
            }

            if (_stop.IsCancellationRequested) return;
            await _queue.RestAsync(_view.Fleet.Pods.Count, _stop.Token).ConfigureAwait(false);
        }
    }

    private void Take(Step step)
    {
        var now = _time.GetUtcNow();
        var result = Decide(_view.Fleet, step.Input, now);
        Publish(result.Fleet, now);
        Announce(result);
        foreach (var pod in result.ProbeNow.IsDefault ? [] : result.ProbeNow) ProbeNow(pod);
        // A person who commands an enable is answered when it is in effect. One that fell due in the same step is nobody's, and has its versions first.
        var asked = step.Input is Commanded { Command: EnableCommand enable } && enable.Pod == result.Prepared?.Pod;
        if (result.Prepared is { } prepared) _ = WriteEnableAsync(prepared, asked ? step.Done : null);

        // Whoever asked or not: what must last is written.
        var durable = JournalAsync(result, (step.Input as EnableWritten)?.Prepared);
        if (!asked) step.Done?.TrySetResult(new Done(result, durable));
    }

    /// <summary>The one call site of the transition function.</summary>
    private FleetStepResult Decide(Fleet fleet, FleetInput input, DateTimeOffset now) =>
        FleetStep.Apply(fleet, input, new StepContext(now, name => LoadOf(name).InFlight, _chance())
        {
            InUse = (name, within) => _board.Current.InUse(name, within, _time.GetTimestamp()),
        });

    private void Publish(Fleet fleet, DateTimeOffset now)
    {
        var snapshot = _view.Snapshot;
        var routes = Ramp.Routes(fleet, now, LoadOf, snapshot.Pods);

        // Pins by reference: a reload that changes none publishes once more, and no step compares a thousand of them.
        var changed = routes != snapshot.Pods || !ReferenceEquals(fleet.Settings.Pins, snapshot.Pins);
        if (changed) snapshot = snapshot.Next(routes, fleet.Settings.Pins);
        _view = new FleetView(fleet, snapshot, now);
        if (changed)
        {
            _board.Publish(snapshot);
            _ticks.Call();
        }

        if (_loads.Count <= fleet.Pods.Count) return;
        foreach (var gone in _loads.Keys.Where(name => !fleet.Pods.ContainsKey(name))) ImmutableInterlocked.TryRemove(ref _loads, gone, out _);
    }

    private void Announce(FleetStepResult result)
    {
        _history.Add(result.Transitions);
        foreach (var transition in result.Transitions)
        {
            var level = transition.To is PodState.Open or PodState.Ramping or PodState.Drained ? LogLevel.Information : LogLevel.Warning;
            if (transition.Pod.Length == 0) _logger.FleetWide(transition.Cause, transition.Sentence);
            else _logger.Changed(level, transition.Pod, transition.From, transition.To, transition.Cause, transition.Who, transition.Sentence);
            Happened?.Invoke(transition, _view);
        }
    }

    /// <summary>Hands what must last to the journal, in the order of the steps. An enable that was written beforehand is not written twice.</summary>
    private Task<bool> JournalAsync(FleetStepResult result, Transition? written, bool allPodsSeen = false)
    {
        var lasting = result.Transitions.Where(transition => transition.IsLasting)
            .Where(transition => written is null || transition.IsTold || transition.Pod != written.Pod || transition.Version != written.Version).ToArray();
        var alerts = _outbox is null ? [] : AlertRules.From(result);
        var isLasting = lasting.Length > 0 || result.FreezeChanged || result.AgendaChanged || allPodsSeen;
        if (!isLasting && alerts.Count == 0) return Task.FromResult(true);
        var agenda = result.AgendaChanged ? result.Fleet.Agenda : null;
        var entry = new JournalEntry(lasting, result.FreezeChanged, result.Fleet.Freeze, allPodsSeen) { Agenda = agenda };

        // What people are told is written together with why.
        var recorded = alerts.Count == 0 ? _journal.RecordAsync(entry) : _outbox!.Raise(alerts, rows => _journal.RecordAsync(entry with { Outbox = rows }));
        return isLasting ? TellAsync() : Task.FromResult(true);

        async Task<bool> TellAsync()
        {
            if (await recorded.ConfigureAwait(false)) return true;
            foreach (var transition in lasting) _logger.NotDurable(transition.Pod, transition.Sentence);
            return false;
        }
    }

    private async Task WriteEnableAsync(Transition prepared, TaskCompletionSource<Done>? asked)
    {
        var durable = await _journal.CommitAsync(new JournalEntry([prepared])).ConfigureAwait(false);
        if (durable)
        {
            await WriteOrStopAsync(new Step(new EnableWritten(prepared), asked)).ConfigureAwait(false);
            return;
        }

        await WriteOrStopAsync(new Step(new EnableNotWritten(prepared), null)).ConfigureAwait(false);
        var refusal = new Refusal(RefusalKind.NotDurable, $"{prepared.Pod} was not enabled: the journal cannot be written, and an enable must be durable before it takes effect");
        asked?.TrySetResult(new Done(new FleetStepResult(_view.Fleet, [], Refusal: refusal), Task.FromResult(true)));
    }

    private async Task WriteOrStopAsync(Step step)
    {
        try
        {
            await _queue.PutAsync(step, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            step.Done?.TrySetResult(Done.Stopping);
        }
    }

    private PodLoad LoadOf(string pod) => ImmutableInterlocked.GetOrAdd(ref _loads, pod, _ => new PodLoad());
}
