using PodGate.Control;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Operator;

/// <summary>How the fleet is shown. Viewers get no evidence, no words of health documents (they carry exceptions and connection strings), no
/// credentials.</summary>
internal static class ApiMapping
{
    /// <summary>The whole fleet.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="role">Who looks.</param>
    public static FleetJson Fleet(OperatorSources sources, TokenRole role)
    {
        var view = sources.View();
        var fleet = view.Fleet;
        var gate = new GateJson(
            sources.Time.GetUtcNow(),
            fleet.Settings.Mode.ToString(),
            fleet.Settings.EffectiveMinimumOpen,
            fleet.InTraffic,
            fleet.FailuresUntilGuard,
            sources.Journal.IsWritable,
            sources.Journal.Backlog,
            fleet.Freeze is { } freeze ? new FreezeJson(freeze.Who, freeze.Why, freeze.Since, freeze.Until) : null,
            view.Snapshot.Version,
            sources.LastReload(),
            RollMapping.Notable(sources, view, role))
        {
            Maintenance = MaintenanceMapping.Plans(fleet, ended: false),
        };
        return new FleetJson(gate, [.. fleet.Pods.Values.Select(pod => Pod(view, pod, role))]);
    }

    /// <summary>One pod.</summary>
    /// <param name="view">The picture it is in.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="role">Who looks.</param>
    public static PodJson Pod(FleetView view, Pod pod, TokenRole role)
    {
        var intent = pod.Record.Intent;
        var slots = view.SlotsOf(pod.Name);
        return new PodJson(
            pod.Name,
            pod.State.ToString(),
            pod.Sentence,
            pod.StateSince,
            intent.Kind.ToString(),
            intent.Who,
            intent.Why,
            intent.Since,
            intent.Deadline,
            pod.Record.Latch is { } latch ? Latch(latch, role) : null,
            pod.Health.Level.ToString(),
            pod.Health.WellSince,
            pod.HeldBack?.Sentence,
            slots,
            (double)slots / view.Snapshot.Hashing.Slots,
            view.Route(pod.Name)?.Load.InFlight ?? pod.InFlight,
            Address(pod.Settings.Address, role),
            pod.Settings.Labels,
            Probe(pod, role),
            pod.Record.Version)
        {
            Ramp = Ramp(view, pod),
            KeepActive = intent.Kind == IntentKind.Disabled ? intent.KeepActive : null,
            Maintenance = MaintenanceMapping.NextOf(view.Fleet, pod.Name),
            Until = intent.Until,
            Expired = intent.Until <= view.At,
            Owner = intent.Owner,
            Hold = intent.Hold,
            Note = pod.Record.Note is { } note ? new NoteJson(note.Who, note.Text, note.At) : null,
        };
    }

    /// <summary>What runs on a pod, oldest first.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="most">How many are listed; all are counted.</param>
    public static ConnectionsJson Connections(OperatorSources sources, string pod, int most)
    {
        var open = sources.Connections().Where(one => one.Pod == pod).OrderByDescending(one => one.Age).ToList();
        var counts = open.CountBy(one => one.Kind).OrderBy(entry => entry.Key).ToDictionary(entry => entry.Key.ToString(), entry => entry.Value);
        var goodbyes = sources.View().Route(pod)?.Farewell is { } farewell ? new GoodbyesJson(farewell.From, farewell.Until) : null;
        return new ConnectionsJson(pod, counts, open.Count(one => one.ToldGoodbye), goodbyes, [.. open.Take(most).Select(one => new ConnectionJson(
            one.Kind.ToString(), one.Client.ToString(), one.Age.TotalSeconds, one.Idle.TotalSeconds, one.BytesToClient, one.BytesToPod, one.ToldGoodbye))]);
    }

    /// <summary>An event.</summary>
    /// <param name="transition">It.</param>
    public static EventJson Event(Transition transition) => new(
        transition.Number,
        transition.At,
        transition.Pod,
        transition.From.ToString(),
        transition.To.ToString(),
        transition.Cause.ToString(),
        transition.Sentence,
        transition.Who,
        transition.IsLasting);

    private static RampJson? Ramp(FleetView view, Pod pod) => pod is not { State: PodState.Ramping, Ramp: { } ramp } ? null : new RampJson(
        (double)(view.Route(pod.Name)?.Share ?? 0) / PodRoute.FullShare,
        ramp.DurationBy(view.Fleet.Settings),
        ramp.Held(view.At),
        ramp.HeldSince,
        ramp.HeldSince is null ? null : ramp.HeldBecause);

    private static LatchJson Latch(Latch latch, TokenRole role) =>
        new(latch.Id, latch.Cause.ToString(), latch.Sentence, latch.Since, role >= TokenRole.Operator ? latch.Evidence : []);

    private static ProbeJson? Probe(Pod pod, TokenRole role) => pod.Health.Last is { } last
        ? new ProbeJson(last.SentAt, last.Result.ToString(), role >= TokenRole.Operator ? last.Sentence : "", last.Duration.TotalMilliseconds)
        : null;

    private static string Address(Uri address, TokenRole role) =>
        role >= TokenRole.Operator || address.UserInfo.Length == 0 ? address.ToString()
            : new UriBuilder(address) { UserName = "", Password = "" }.Uri.ToString();
}
