using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

/// <summary>Tells a fleet's story step by step, with a clock of its own, and keeps all transitions.</summary>
internal sealed class FleetStory
{
    private static readonly PodLoad Idle = new();
    private readonly Random _random = new(1);
    private int _steps;
    private readonly Dictionary<string, long> _inFlight = [];

    public FleetStory(int pods, FleetSettings? settings = null, bool passed = true, params string[] names)
    {
        var all = names.Length > 0 ? names : [.. Enumerable.Range(0, pods).Select(i => $"pod-{(char)('a' + i)}")];
        settings = Configure(settings ?? new FleetSettings(), all);
        Fleet = FleetReconfiguration.Begin(settings, ImmutableDictionary<string, PodRecord>.Empty, null, 0);
        Apply(new Reconfigured(settings));
        foreach (var name in all) Outcomes[name] = new SlotOutcomes();
        if (!passed) return;
        for (var i = 0; i < settings.Rise; i++) Everybody(ProbeResult.Healthy);
        Transitions.Clear();
    }

    public Fleet Fleet { get; set; }

    public DateTimeOffset Now { get; set; } = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public List<Transition> Transitions { get; } = [];

    /// <summary>Called after every step with the fleet before it.</summary>
    public Action<Fleet>? AfterStep { get; set; }

    public FleetInput? LastInput { get; private set; }

    public FleetStepResult Last { get; private set; } = null!;

    /// <summary>Enables that fell due by themselves and are to be written.</summary>
    public Queue<Transition> Due { get; } = new();

    public Pod this[string name] => Fleet.Pods[name];

    public static FleetSettings Configure(FleetSettings settings, IEnumerable<string> names) => settings with
    {
        Pods = names.ToImmutableSortedDictionary(n => n, PodOf, StringComparer.Ordinal),
    };

    public static PodSettings PodOf(string name) => new(
        name, new Uri($"http://127.0.0.1:{9000 + name[^1]}/"), new HealthSettings(new Uri($"http://127.0.0.1:{9000 + name[^1]}/health")), ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>Which slots of a pod were used within a time.</summary>
    public Func<string, TimeSpan, SlotSet> InUse { get; set; } = (_, _) => SlotSet.Empty;

    /// <summary>What became of the clients' requests, by pod.</summary>
    public Dictionary<string, SlotOutcomes> Outcomes { get; } = [];

    /// <summary>A request of a source ended on a pod.</summary>
    public void Request(string pod, int slot, SlotOutcome outcome = SlotOutcome.Fine, double milliseconds = 2)
    {
        if (!Outcomes.TryGetValue(pod, out var outcomes)) Outcomes[pod] = outcomes = new SlotOutcomes();
        if (Fleet.Pods.GetValueOrDefault(pod)?.Health.Traffic.NotBefore is { } moment && moment != default) outcomes.ForgetBefore = SlotOutcomes.MomentOf(moment);
        outcomes.Record(slot, outcome, SlotOutcomes.MomentOf(Now), TimeSpan.FromMilliseconds(milliseconds));
    }

    /// <summary>Looks at the clients' requests as the gate does.</summary>
    public void Look()
    {
        var subjects = Fleet.Pods.Values.Where(pod => pod.MayCarryRequests && Outcomes.ContainsKey(pod.Name))
            .Select(pod => new TrafficSubject(pod.Name, Outcomes[pod.Name], pod.Suspension is null, pod.Health.Traffic)).ToArray();
        Apply(new TrafficSeen(TrafficLook.Take(subjects, Now, Fleet.Settings.Traffic)));
    }

    public PodState State(string name) => Fleet.Pods[name].State;

    public string States() => string.Join(' ', Fleet.Pods.Values.Select(pod => pod.State));

    public FleetStepResult Apply(FleetInput input)
    {
        var seed = new byte[16];
        _random.NextBytes(seed);
        var before = Fleet;
        var context = new StepContext(Now, name => _inFlight.GetValueOrDefault(name), new Guid(seed)) { InUse = InUse };
        Last = FleetStep.Apply(Fleet, input, context);
        Fleet = Last.Fleet;
        if (++_steps % 8 == 0) Told(FleetStep.Apply(before, input, context, settleAll: true)).Should().Be(Told(Last), "whom a step passes over has nothing to settle");
        LastInput = input;
        Transitions.AddRange(Last.Transitions);
        if (Last.Prepared is { } prepared && !AsksFor(input, prepared)) Due.Enqueue(prepared);
        Check();
        AfterStep?.Invoke(before);
        return Last;
    }

    private static string Told(FleetStepResult result) => string.Join('\n', result.Fleet.Pods.Values.Select(pod =>
            $"{pod.Name} {pod.State} {pod.Suspension} {pod.HeldBack} {pod.Ramp} {pod.Closed} {pod.Emptied} {pod.GivesUpSince:O} {pod.InFlight} {pod.Kept.Count} {pod.Record.Version} {pod.Health.Level} {pod.Sentence}")
        .Concat(result.Transitions.Select(transition => $"{transition.Number} {transition.Pod} {transition.From} {transition.To} {transition.Cause} {transition.Sentence}"))
        .Append($"{result.Fleet.InTraffic} {result.Fleet.FailuresUntilGuard} {result.Refusal}"));

    /// <summary>The gate ends and starts again, with what is durable.</summary>
    public void Restart()
    {
        var records = Fleet.Pods.Values.Select(pod => pod.Record).Concat(Fleet.Gone.Values).ToDictionary(record => record.Name, StringComparer.Ordinal);
        Fleet = FleetReconfiguration.Begin(Fleet.Settings, records, Fleet.Freeze, Fleet.LastNumber, agenda: Fleet.Agenda);
        Due.Clear();
        foreach (var outcomes in Outcomes.Keys.ToArray()) Outcomes[outcomes] = new SlotOutcomes();
        Apply(new Reconfigured(Fleet.Settings));
    }

    public void InFlight(string pod, long count) => _inFlight[pod] = count;

    public void Pass(TimeSpan time)
    {
        Now += time;
        Apply(new TimePassed());
    }

    public void Seconds(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>One probe that takes no time unless it is silent: then it was sent a second ago.</summary>
    public void Probe(string pod, ProbeResult result, double? took = null)
    {
        var silence = result is ProbeResult.TimedOut or ProbeResult.Unreachable;
        var sent = Now - TimeSpan.FromSeconds(took ?? (silence ? 1 : 0));
        Apply(new ProbeEnded(new ProbeReport(pod, sent, Now, result, $"{result}")));
    }

    public void Everybody(ProbeResult result)
    {
        Seconds(0.2);
        foreach (var name in Fleet.Pods.Keys) Probe(name, result);
    }

    /// <summary>Rounds of probes: the named pods fail, the others are well.</summary>
    public void Rounds(int rounds, ProbeResult result, params string[] failing)
    {
        for (var i = 0; i < rounds; i++)
        {
            Seconds(0.2);
            foreach (var name in Fleet.Pods.Keys.Where(name => !failing.Contains(name))) Probe(name, ProbeResult.Healthy);
            foreach (var name in failing) Probe(name, result);
        }
    }

    public FleetStepResult Command(Command command)
    {
        var result = Apply(new Commanded(command));
        return result.Prepared is { } prepared && AsksFor(LastInput!, prepared) ? Apply(new EnableWritten(prepared)) : result;
    }

    /// <summary>Plans a maintenance, in minutes from now; its id, or null when it was refused.</summary>
    public string? Plan(string pod, double from, double until, bool force = false, bool enable = false, TimeSpan? deadline = null)
    {
        var (begin, end) = (Now.AddMinutes(from), Now.AddMinutes(until));
        var result = Command(new PlanMaintenanceCommand(pod, "anna", "kernel update", begin, end, "UTC") { Force = force, EnableWhenWell = enable, Deadline = deadline });
        return result.Refusal is null ? Fleet.Agenda.Plans.Last(plan => plan.Pod == pod && plan.From == begin && plan.Planned == Now).Id : null;
    }

    public MaintenancePlan PlanOf(string id) => Fleet.Agenda.Plans.Single(plan => plan.Id == id);

    public FleetStepResult Enable(string pod, bool force = false, long? version = null) => Command(new EnableCommand(pod, "anna", "mended", force, version));

    public FleetStepResult Drain(string pod, bool force = false, double deadline = 30) =>
        Command(new DrainCommand(pod, "anna", "update", force, null, TimeSpan.FromSeconds(deadline)));

    public ImmutableArray<PodRoute> Routes() => Ramp.Routes(Fleet, Now, _ => Idle);

    private static bool AsksFor(FleetInput input, Transition prepared) => input is Commanded { Command: EnableCommand enable } && enable.Pod == prepared.Pod;

    /// <summary>What holds after every step of every story.</summary>
    private void Check()
    {
        var routes = Routes();
        foreach (var pod in Fleet.Pods.Values)
        {
            var route = routes.Single(r => r.Name == pod.Name);
            var keeps = !pod.Kept.IsEmpty && pod.Record is { Latch: null, FirstPassed: not null, Intent: { Drain: DrainKind.Soft } intent } && intent.Deadline > Now;
            pod.Kept.IsEmpty.Should().Be(!keeps, "only a soft drain keeps slots ({0})", pod.State);
            if (!keeps && (pod.Record.Latch is not null || pod.Record.Intent.Kind == IntentKind.Disabled))
                route.Admission.Should().BeOneOf([Admission.Excluded, Admission.Closed], "a latched or disabled pod gets nothing ({0})", pod.State);
            pod.Record.Version.Should().BePositive();
            if (pod.Record.Intent.Hold is { } percent && route.Admission == Admission.Serving && pod.State == PodState.Ramping)
                route.Share.Should().BeLessThanOrEqualTo(Math.Max(1, PodRoute.FullShare * percent / 100), "{0} is held", pod.Name);
        }

        Last.Transitions.Where(t => t.Sentence.Length <= 10 || t.Cause == default || t.Sentence.Contains('\n')).Should().BeEmpty();
        Last.Transitions.Select(t => t.Number).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }
}
