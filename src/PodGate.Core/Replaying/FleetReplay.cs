using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Replaying;

/// <summary>What happened to a pod in a replay.</summary>
public enum ReplayEventKind
{
    /// <summary>It was routed around.</summary>
    Suspended,

    /// <summary>It proved itself well and came back.</summary>
    Back,

    /// <summary>It was failed over.</summary>
    Latched,

    /// <summary>It would have been taken out, and the guard, a missing witness or the mode kept it.</summary>
    HeldBack,

    /// <summary>The person that a replay assumes enabled it.</summary>
    Enabled,
}

/// <summary>Something that happened in a replay.</summary>
/// <param name="At">When.</param>
/// <param name="Pod">To which pod.</param>
/// <param name="Kind">What.</param>
/// <param name="Cause">The rule.</param>
/// <param name="Sentence">The sentence as the gate would have said it.</param>
public sealed record ReplayEvent(DateTimeOffset At, string Pod, ReplayEventKind Kind, Cause Cause, string Sentence);

/// <summary>What a replay led to.</summary>
/// <param name="Events">In order.</param>
/// <param name="Probes">How many probes were replayed.</param>
/// <param name="Restarts">How often what was measured was forgotten: the gate started, or recorded nothing for more than a minute.</param>
/// <param name="CutShort">Good probes that a shorter timeout made time-outs.</param>
/// <param name="Unknowable">Time-outs of which nobody knows what a longer timeout would have made.</param>
public sealed record ReplayResult(ImmutableArray<ReplayEvent> Events, long Probes, int Restarts, long CutShort, long Unknowable);

/// <summary>
/// Plays recorded probes to a fleet of its own, through the very transition function that a gate goes by. Nobody's traffic depends on that fleet: it is
/// thrown away with the answer. At the beginning every pod is taken for enabled and passed.
/// </summary>
public sealed class FleetReplay
{
    /// <summary>How long a latched pod must have looked well before the person that is assumed enables it, unless said otherwise.</summary>
    public static readonly TimeSpan EnabledAfter = TimeSpan.FromMinutes(10);

    private const string Person = "replay";

    /// <summary>A gate that ran would have recorded something within this.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    private readonly FleetSettings _settings;
    private readonly TimeSpan _enableAfter;
    private readonly ImmutableArray<ReplayEvent>.Builder _events = ImmutableArray.CreateBuilder<ReplayEvent>();
    private readonly Dictionary<string, DateTimeOffset> _askedAt = new(StringComparer.Ordinal);
    private Fleet _fleet;
    private DateTimeOffset _now;
    private int _steps;

    private FleetReplay(FleetSettings settings, TimeSpan enableAfter, DateTimeOffset begin)
    {
        _settings = settings;
        _enableAfter = enableAfter;
        _now = begin;
        var intent = new PodIntent(IntentKind.Enabled, Person, "taken for enabled at the beginning", begin);
        var known = settings.Pods.Values.ToDictionary(
            pod => pod.Name, pod => new PodRecord(pod.Name, pod.Address.ToString(), 1, intent, null, begin), StringComparer.Ordinal);
        _fleet = FleetReconfiguration.Begin(settings, known, null, 0);
        Apply(new Reconfigured(settings));
        _events.Clear();
    }

    /// <summary>Replays a history.</summary>
    /// <param name="history">It; pods that are not configured are left out.</param>
    /// <param name="settings">The numbers to go by. Documents were judged when they were recorded, so their rules are not held against them again.</param>
    /// <param name="timeout">The timeout to take for the one that was in force; null: as it was.</param>
    /// <param name="enableAfter">How long a latched pod must have looked well before somebody enables it.</param>
    public static ReplayResult Run(RecordedHistory history, FleetSettings settings, TimeSpan? timeout, TimeSpan enableAfter)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(settings);
        settings = WithoutDocumentRules(settings) with { ProbeTimeout = timeout ?? settings.ProbeTimeout };
        var probes = history.Probes.Where(line => settings.Pods.ContainsKey(line.Pod)).ToImmutableArray();
        if (probes.IsEmpty) return new ReplayResult([], 0, 0, 0, 0);

        var starts = new Queue<DateTimeOffset>(history.Starts.Order());
        var order = new ReplayOrder(probes, timeout);
        var replay = new FleetReplay(settings, enableAfter, probes.Min(line => line.From));
        var (count, restarts) = (0L, 0);
        foreach (var (report, cutShort) in order.Reports())
        {
            var silent = count > 0 && report.FinishedAt - replay._now > LongestSilence + settings.ProbeInterval;
            if (StartedBefore(report.SentAt, starts) | silent)
            {
                if (count > 0) restarts++;
                replay.Restart(report.SentAt > replay._now ? report.SentAt : replay._now);
            }

            replay.PassUntil(report.FinishedAt);
            if (cutShort) replay.AskOthers(report);
            replay.Apply(new ProbeEnded(report));
            replay.EnableWhatLooksWell();
            count++;
        }

        return new ReplayResult(replay._events.ToImmutable(), count, restarts, order.CutShort, order.Unknowable);
    }

    private static bool StartedBefore(DateTimeOffset moment, Queue<DateTimeOffset> starts)
    {
        var started = false;
        while (starts.TryPeek(out var start) && start <= moment)
        {
            starts.Dequeue();
            started = true;
        }

        return started;
    }

    private static FleetSettings WithoutDocumentRules(FleetSettings settings) => settings with
    {
        Pods = settings.Pods.ToImmutableSortedDictionary(
            pod => pod.Key, pod => pod.Value with { Health = new HealthSettings(pod.Value.Health.Url) }, StringComparer.Ordinal),
    };

    /// <summary>What is measured is forgotten, as when a gate starts; what is durable stays.</summary>
    private void Restart(DateTimeOffset at)
    {
        _now = at;
        var known = _fleet.Pods.ToDictionary(pod => pod.Key, pod => pod.Value.Record, StringComparer.Ordinal);
        _fleet = FleetReconfiguration.Begin(_settings, known, null, _fleet.LastNumber);
        Apply(new Reconfigured(_settings));
    }

    /// <summary>While somebody waits for time to pass (a hold, a ramp), it passes as in a gate; else reports are clock enough.</summary>
    private void PassUntil(DateTimeOffset moment)
    {
        while (moment - _now > Tick && _fleet.Pods.Values.Any(pod => pod.Suspension is not null || pod.HeldBack is not null))
        {
            _now += Tick;
            Apply(new TimePassed());
        }

        _now = moment > _now ? moment : _now;
    }

    /// <summary>
    /// A gate that had met this time-out would have asked the other pods at once. It did not, so there is no such probe in the history; a pod that answered
    /// a probe of about that time is taken to have answered that one, too.
    /// </summary>
    private void AskOthers(ProbeReport silent)
    {
        var lately = silent.SentAt - (2 * _settings.ProbeInterval);
        var others = _fleet.Pods.Values.Where(pod => pod.Name != silent.Pod && pod.Record.Latch is null);
        if (others.Any(pod => pod.Health.Last is { IsAnswer: true } last && last.SentAt >= lately))
            Apply(new ReferenceAnswered(Person, silent.SentAt));
    }

    private void EnableWhatLooksWell()
    {
        foreach (var pod in _fleet.Pods.Values.Where(pod => pod.Record.Latch is not null))
        {
            if (pod.Health.WellSince is not { } well || _now - well < _enableAfter) continue;
            if (_askedAt.TryGetValue(pod.Name, out var asked) && _now - asked < AskAgain) continue;
            _askedAt[pod.Name] = _now;
            var reason = $"it has looked well for {Sentences.Span(_now - well)}";
            if (Apply(new Commanded(new EnableCommand(pod.Name, Person, reason, false, null))).Prepared is { } prepared) Apply(new EnableWritten(prepared));
        }
    }

    private FleetStepResult Apply(FleetInput input)
    {
        var result = FleetStep.Apply(_fleet, input, new StepContext(_now, _ => 0, new Guid(++_steps, 0, 0, new byte[8])));
        _fleet = result.Fleet;
        foreach (var transition in result.Transitions) Note(transition);
        return result;
    }

    private void Note(Transition transition)
    {
        if (transition.Pod.Length == 0 || KindOf(transition, _fleet.Pods[transition.Pod]) is not { } kind) return;
        _events.Add(new ReplayEvent(transition.At, transition.Pod, kind, transition.Cause, transition.Sentence));
    }

    private static ReplayEventKind? KindOf(Transition transition, Pod after)
    {
        if (after.Record.Latch is { } latch && transition.LatchBefore?.Id != latch.Id) return ReplayEventKind.Latched;
        if (transition.LatchBefore is not null && after.Record.Latch is null) return ReplayEventKind.Enabled;
        if (after.HeldBack is { } held && transition.HeldBackBefore?.Cause != held.Cause) return ReplayEventKind.HeldBack;
        if (transition.From == transition.To) return null;
        return transition.To switch
        {
            PodState.Suspended => ReplayEventKind.Suspended,
            PodState.Open or PodState.Ramping when transition.From is PodState.Suspended or PodState.Held => ReplayEventKind.Back,
            _ => null,
        };
    }
}
