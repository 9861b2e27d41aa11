using System.Collections.Immutable;

namespace PodGate.Core.Pods;

/// <summary>A fleet while a step works on it. Lives for one step; collects the reasons, and at the end turns differences into transitions.</summary>
internal sealed class FleetDraft(Fleet before, StepContext context)
{
    // A fleet may have a thousand pods, and most steps are about a few of them.
    private readonly PodsAtWork _pods = new(before.Pods);
    private readonly Dictionary<string, (Cause Cause, string Sentence, string Who)> _reasons = new(StringComparer.Ordinal);
    private readonly List<Transition> _fleetWide = [];
    private long _number = before.LastNumber;

    public DateTimeOffset Now => context.Now;

    public StepContext Context => context;

    public FleetSettings Settings { get; set; } = before.Settings;

    public FreezeOrder? Freeze { get; set; } = before.Freeze;

    public Agenda Agenda { get; set; } = before.Agenda;

    public DateTimeOffset NoPlannedEnableBefore { get; set; } = before.NoPlannedEnableBefore;

    public ImmutableDictionary<string, PodRecord> Gone { get; set; } = before.Gone;

    public DateTimeOffset? LastAutomaticLatch { get; set; } = before.LastAutomaticLatch;

    public bool DistrustsUnknown { get; set; } = before.DistrustsUnknown;

    public bool Running { get; set; } = before.Running;

    /// <summary>It is the first step of a gate: nothing has been measured yet.</summary>
    public bool Begins => !before.Running;

    public int InTraffic { get; set; } = before.InTraffic;

    /// <summary>When the probes were sent that reference targets answered; the newest ones.</summary>
    public ImmutableList<DateTimeOffset> ReferenceAnswers { get; private set; } = before.ReferenceAnswers;

    public Refusal? Refusal { get; set; }

    public Transition? Prepared { get; set; }

    public HashSet<string> ProbeNow { get; } = new(StringComparer.Ordinal);

    /// <summary>In ordinal order; the pods of the moment when it was asked, whatever is added or removed while it is gone through.</summary>
    public IReadOnlyList<string> Names => _pods.Names;

    public IEnumerable<Pod> Pods => _pods.Pods;

    public bool MayAct => Settings.Mode == FailoverMode.Act && Freeze is null;

    public Pod? Find(string name) => _pods.Find(name);

    public void Update(string name, Func<Pod, Pod> change)
    {
        if (_pods.Find(name) is { } pod) _pods.Set(change(pod));
    }

    /// <summary>Replaces the pod of that name.</summary>
    public void Set(Pod pod) => _pods.Set(pod);

    public void Add(Pod pod) => _pods.Add(pod);

    public void Remove(string name) => _pods.Remove(name);

    /// <summary>Changes what is durable of a pod, and so counts its version.</summary>
    public void Record(string name, Func<PodRecord, PodRecord> change) =>
        Update(name, pod => pod with { Record = change(pod.Record) with { Version = pod.NextVersion } });

    /// <summary>Says why a pod changes in this step. The first reason stands: what came in explains what followed from it, unless it was a mere note.</summary>
    public void Because(string name, Cause cause, string sentence, string who = Transition.Automation)
    {
        if (!_reasons.TryGetValue(name, out var first) || first.Cause == Cause.Noted) _reasons[name] = (cause, sentence, who);
    }

    /// <summary>Replaces the reason: a latch tells more than the suspicion that led to it.</summary>
    public void BecauseAboveAll(string name, Cause cause, string sentence, string who = Transition.Automation) =>
        _reasons[name] = (cause, sentence, who);

    public bool HasReason(string name) => _reasons.ContainsKey(name);

    public void HearReference(DateTimeOffset sentAt)
    {
        var answers = ReferenceAnswers.Add(sentAt);
        ReferenceAnswers = answers.Count > Fleet.ReferenceAnswersKept ? answers.RemoveAt(0) : answers;
    }

    public void Tell(Cause cause, string sentence, string who) =>
        _fleetWide.Add(new Transition(NextNumber(), Now, "", default, default, cause, sentence, who, 0, null));

    /// <summary>Tells of a pod what changes neither its state nor what is durable of it; the causes are those of <see cref="Transition.IsTold"/>.</summary>
    public void TellOf(string name, Cause cause, string sentence, string who)
    {
        var (state, version) = Find(name) is { } pod ? (pod.State, pod.Record.Version) : (PodState.Drained, 0);
        _fleetWide.Add(new Transition(NextNumber(), Now, name, state, state, cause, sentence, who, version, null));
    }

    /// <summary>Writes down what is durable of a pod that is not there any more.</summary>
    public void RecordGone(PodRecord record, string sentence)
    {
        Gone = Gone.SetItem(record.Name, record);
        _fleetWide.Add(new Transition(
            NextNumber(), Now, record.Name, PodState.Drained, PodState.Drained, Cause.Removed, sentence, "configuration", record.Version, record));
    }

    /// <summary>Numbers grow with time, so that they go on growing after a restart whatever was lost.</summary>
    public long NextNumber() => _number = Math.Max(_number + 1, Now.ToUnixTimeMilliseconds() * 1000);

    public FleetStepResult Finish()
    {
        if (Refusal is not null) return new FleetStepResult(before, [], Refusal: Refusal, ProbeNow: []);

        var transitions = ImmutableArray.CreateBuilder<Transition>();
        transitions.AddRange(_fleetWide);
        foreach (var (old, pod) in _pods.Changed)
        {
            var name = pod.Name;
            var durable = old is null || old.Record.Version != pod.Record.Version;
            var turned = pod.Suspension is { } now && old?.Suspension is { } was && was.Cause != now.Cause;
            var changed = old is null || durable || turned || old.State != pod.State || old.HeldBack?.Cause != pod.HeldBack?.Cause
                || (old.Closed != pod.Closed && HasReason(name));
            if (!changed) continue;

            var moved = old is null || old.State != pod.State;
            var explained = _reasons.TryGetValue(name, out var reason) && !(moved && reason.Cause == Cause.Noted);
            var (cause, sentence, who) = explained ? reason : Sentences.Default(old, pod, Settings);
            _pods.Set(pod with
            {
                Sentence = cause != Cause.Noted && (moved || durable || turned || pod.HeldBack is not null) ? sentence : pod.Sentence,
                StateSince = moved ? Now : pod.StateSince,
            });
            transitions.Add(new Transition(
                NextNumber(), Now, name, old?.State ?? PodState.Waiting, pod.State, cause, sentence, who, pod.Record.Version, durable ? pod.Record : null)
            {
                LatchBefore = old?.Record.Latch, HeldBackBefore = old?.HeldBack, IntentBefore = old?.Record.Intent,
            });
        }

        foreach (var old in _pods.Removed)
        {
            var name = old.Name;
            transitions.Add(new Transition(
                NextNumber(), Now, name, old.State, PodState.Drained, Cause.Removed, $"{name} is empty and gone from the configuration",
                Transition.Automation, Gone[name].Version, Gone[name]));
        }

        var fleet = before with
        {
            Settings = Settings, Pods = _pods.ToImmutable(), Gone = Gone, Freeze = Freeze, LastAutomaticLatch = LastAutomaticLatch,
            Agenda = Agenda, NoPlannedEnableBefore = NoPlannedEnableBefore,
            InTraffic = InTraffic, Running = Running, DistrustsUnknown = DistrustsUnknown, ReferenceAnswers = ReferenceAnswers,
            FailuresUntilGuard = Math.Max(0, InTraffic - Settings.EffectiveMinimumOpen), LastNumber = _number,
        };
        return new FleetStepResult(fleet, transitions.ToImmutable(), before.Freeze != Freeze, null, Prepared, [.. ProbeNow.Order(StringComparer.Ordinal)])
        {
            AgendaChanged = !ReferenceEquals(before.Agenda, Agenda),
        };
    }
}
