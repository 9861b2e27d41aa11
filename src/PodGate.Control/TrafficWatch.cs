using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control;

/// <summary>
/// Decides when clients' requests are looked at: at once when something failed or is under suspicion, soon when something was slow, else now and then.
/// What ended while the gate itself was late, or just after, is passed over: deadlines that pass while nobody looks at the clock are no pod's fault.
/// One caller.
/// </summary>
internal sealed class TrafficWatch(TimeProvider time)
{
    /// <summary>A look at a large fleet takes its time; no more than one part in so many of all time goes into looking.</summary>
    private const int OnePartIn = 10;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(500);

    // In the order of the snapshot's pods, as they were at the last look.
    private (long Troubles, long Slow)[] _seen = [];
    private RoutingSnapshot? _lookedAt;
    private Fleet? _followed;
    private bool _suspicion;
    private DateTimeOffset _last;
    private TimeSpan _took;
    private DateTimeOffset? _asked;
    private DateTimeOffset _blindUntil;

    /// <summary>By how much the gate itself was late between two moments; never, when nothing is given.</summary>
    public Func<DateTimeOffset, DateTimeOffset, TimeSpan> LatenessIn { get; set; } = static (_, _) => TimeSpan.Zero;

    /// <summary>A pod is under suspicion: it is to be looked at as often as possible.</summary>
    public bool IsSuspicious => _suspicion;

    /// <summary>What is seen, or null when there is nothing to look at now.</summary>
    /// <param name="view">The fleet.</param>
    /// <param name="now">The moment.</param>
    public TrafficPicture? Look(FleetView view, DateTimeOffset now)
    {
        var settings = view.Fleet.Settings.Traffic;
        if (LatenessIn(_asked ?? now, now) > Late) _blindUntil = now + Seldom;
        _asked = now;
        Follow(view);
        if (!settings.Enabled || now - _last < Patience(view) || now - _last < _took * OnePartIn) return null;
        _last = now;
        var begun = time.GetTimestamp();
        var subjects = new List<TrafficSubject>(view.Snapshot.Pods.Length);
        _lookedAt = view.Snapshot;
        if (_seen.Length != view.Snapshot.Pods.Length) _seen = new (long, long)[view.Snapshot.Pods.Length];
        foreach (var route in view.Snapshot.Pods)
        {
            var outcomes = route.Load.Outcomes;
            outcomes.SlowFrom = settings.SlowLeast;
            _seen[route.Index] = (outcomes.Troubles, outcomes.Slow);
            if (view.Find(route.Name) is not { } pod || !pod.MayCarryRequests) continue;
            var before = pod.Health.Traffic;

            // Of a pod under suspicion nothing is passed over: it may get no requests any more, and what is known of it is what the test goes by.
            if (before.NotBefore < _blindUntil && !before.IsSuspicion) before = before with { NotBefore = _blindUntil };
            subjects.Add(new TrafficSubject(route.Name, outcomes, route.Admission is Admission.Serving or Admission.Keeping, before));
        }

        var picture = TrafficLook.Take(subjects, now, settings);
        _took = time.GetElapsedTime(begun);
        return picture;
    }

    /// <summary>What the fleet says of its pods' traffic, once for each fleet. Sources that a pod failed before a person enabled it begin anew.</summary>
    private void Follow(FleetView view)
    {
        if (ReferenceEquals(view.Fleet, _followed)) return;
        _followed = view.Fleet;
        _suspicion = false;
        var index = 0;
        foreach (var pod in view.Fleet.Pods.Values)
        {
            // A view's routes are made of its fleet: the same pods in the same order.
            var (traffic, outcomes) = (pod.Health.Traffic, view.Snapshot.Pods[index++].Load.Outcomes);
            _suspicion |= traffic.Verdict != TrafficVerdict.Quiet;
            if (traffic.NotBefore != default) outcomes.ForgetBefore = SlotOutcomes.MomentOf(traffic.NotBefore);
        }
    }

    /// <summary>How long after the last look there has to be another.</summary>
    private TimeSpan Patience(FleetView view)
    {
        if (_suspicion || !ReferenceEquals(view.Snapshot, _lookedAt)) return TimeSpan.Zero;
        var patience = Seldom;
        foreach (var route in view.Snapshot.Pods)
        {
            var (troubles, slow) = _seen[route.Index];
            if (route.Load.Outcomes.Troubles != troubles) return TimeSpan.Zero;
            if (route.Load.Outcomes.Slow != slow) patience = Soon;
        }

        return patience;
    }
}
