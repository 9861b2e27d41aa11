using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>How much of its own slots a pod gets while it warms up, and how a fleet becomes routes.</summary>
public static class Ramp
{
    private static readonly TimeSpan FirstProbesApart = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// The share at a moment: grows in equal steps, the first at once, the last before the ramp ends. Never shrinks, and stands still while it is held.
    /// </summary>
    /// <param name="ramp">The ramp.</param>
    /// <param name="now">The moment.</param>
    /// <param name="settings">Duration and steps.</param>
    public static int ShareAt(RampRun ramp, DateTimeOffset now, FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(ramp);
        ArgumentNullException.ThrowIfNull(settings);
        var duration = ramp.DurationBy(settings);
        if (duration <= TimeSpan.Zero) return PodRoute.FullShare;
        var progress = Math.Clamp(ramp.Gone(now) / duration, 0, 1);
        var step = Math.Min(settings.RampSteps, (int)(progress * settings.RampSteps) + 1);
        return Math.Max(1, PodRoute.FullShare * step / settings.RampSteps);
    }

    /// <summary>What the request path may know of the fleet.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="now">The moment, for shares.</param>
    /// <param name="loadOf">The counters of each pod.</param>
    /// <param name="before">What it knows until now; the same array comes back when nothing of it changes, as after most steps. Default: nothing.</param>
    public static ImmutableArray<PodRoute> Routes(Fleet fleet, DateTimeOffset now, Func<string, PodLoad> loadOf, ImmutableArray<PodRoute> before = default)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(loadOf);
        var known = before.IsDefault ? [] : before;
        ImmutableArray<PodRoute>.Builder? routes = null;
        var index = 0;
        foreach (var pod in fleet.Pods.Values)
        {
            var same = index < known.Length && IsStill(known[index], pod, fleet, now);
            if (!same && routes is null)
            {
                routes = ImmutableArray.CreateBuilder<PodRoute>(fleet.Pods.Count);
                routes.AddRange(known, index);
            }

            routes?.Add(same ? known[index] : RouteOf(pod, index, fleet, now, loadOf(pod.Name)));
            index++;
        }

        if (routes is not null) return routes.DrainToImmutable();
        return index == known.Length ? known : known[..index];
    }

    private static PodRoute RouteOf(Pod pod, int index, Fleet fleet, DateTimeOffset now, PodLoad load) =>
        new(index, pod.Name, pod.Settings.Address, pod.Endpoints, AdmissionOf(pod), ShareOf(pod, fleet, now), load)
        {
            MovesWaiting = MovesWaiting(pod), Kept = pod.Kept, Farewell = GivingUp.FarewellOf(pod, fleet.Settings),
        };

    private static bool IsStill(PodRoute route, Pod pod, Fleet fleet, DateTimeOffset now) =>
        route.Name == pod.Name && route.Admission == AdmissionOf(pod) && route.Share == ShareOf(pod, fleet, now) && route.MovesWaiting == MovesWaiting(pod)
        && route.Kept == pod.Kept && route.Farewell == GivingUp.FarewellOf(pod, fleet.Settings)
        && route.Endpoints == pod.Endpoints && (ReferenceEquals(route.Address, pod.Settings.Address) || route.Address == pod.Settings.Address);

    private static Admission AdmissionOf(Pod pod) => StateTable.AdmissionOf(pod.State, pod.Suspension is not null, pod.Closed, !pod.Kept.IsEmpty);

    private static int ShareOf(Pod pod, Fleet fleet, DateTimeOffset now)
    {
        if (pod.State != PodState.Ramping) return PodRoute.FullShare;
        var most = ShareHeldAt(pod.Record.Intent.Hold);
        return pod.Ramp is { } ramp ? Math.Min(most, ShareAt(ramp, now, fleet.Settings)) : most;
    }

    /// <summary>How much of its own slots a pod gets at most that is held, 1 to <see cref="PodRoute.FullShare"/>.</summary>
    /// <param name="percent">1 to 99; null: it is not held.</param>
    public static int ShareHeldAt(int? percent) => percent is { } held ? Math.Max(1, PodRoute.FullShare * held / 100) : PodRoute.FullShare;

    private static bool MovesWaiting(Pod pod) => pod.Record.Latch is not null || pod.Suspension is { Cause: not Cause.Leaving };

    /// <summary>
    /// How soon a pod is probed again: fast while something is in doubt and the answer matters, else at the usual interval. A run of silence that nobody
    /// witnesses is not hurried after: the gate may be cut off, and hammering would not mend that.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="settings">The intervals.</param>
    public static TimeSpan ProbeIntervalOf(Pod pod, FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(settings);
        var unheard = pod.Health.Evidence.Unwitnessed > 2 * settings.Fall;
        var hurry = pod.State switch
        {
            PodState.Waiting => pod.Health.GoodInARow > 0 || pod.Health.Recent.Count < settings.Rise,
            PodState.Suspended or PodState.Held => true,
            PodState.Open or PodState.Ramping or PodState.Observed => pod.Health.Evidence.Run.Length > 0,
            PodState.Draining => pod.Health.Evidence.Run.Length > 0 && !pod.Kept.IsEmpty,
            _ => false,
        };
        if (!hurry || unheard) return settings.ProbeInterval;

        // At its start everybody waits at once. A gate that asks a thousand pods five times a second each comes to answer nobody.
        var together = pod.State == PodState.Waiting ? settings.Pods.Count * FirstProbesApart : TimeSpan.Zero;
        return TimeSpan.FromTicks(Math.Min(settings.ProbeInterval.Ticks, Math.Max(settings.FastProbeInterval.Ticks, together.Ticks)));
    }

    /// <summary>
    /// How soon a check of a pod runs again: five times as slow as a hurried probe, and never slower than usual, while its last run failed or the pod is routed
    /// around, as long as the answer matters for the traffic.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="check">The check.</param>
    /// <param name="settings">The intervals.</param>
    public static TimeSpan CheckIntervalOf(Pod pod, CheckSettings check, FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(check);
        ArgumentNullException.ThrowIfNull(settings);
        var evidence = pod.Health.Checks.GetValueOrDefault(check.Name, ProbeTrack.Empty).Evidence;
        var unheard = evidence.Unwitnessed > 2 * check.Fall;
        var hurry = pod.State switch
        {
            PodState.Suspended or PodState.Held => true,
            PodState.Open or PodState.Ramping or PodState.Observed => evidence.Run.Length > 0,
            _ => false,
        };
        var hurried = TimeSpan.FromTicks(Math.Min(check.Interval.Ticks, 5 * settings.FastProbeInterval.Ticks));
        return hurry && !unheard ? hurried : check.Interval;
    }
}
