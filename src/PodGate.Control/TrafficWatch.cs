using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control;

/// <summary>
/// Decides when clients' requests are looked at: at once when something failed or is under suspicion, else now and then for the sake of slowness.
/// One caller.
/// </summary>
internal sealed class TrafficWatch
{
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> _troubles = new(StringComparer.Ordinal);
    private DateTimeOffset _last;

    /// <summary>What is seen, or null when there is nothing to look at now.</summary>
    /// <param name="view">The fleet.</param>
    /// <param name="now">The moment.</param>
    public TrafficPicture? Look(FleetView view, DateTimeOffset now)
    {
        var settings = view.Fleet.Settings.Traffic;
        if (!settings.Enabled || (!HasNews(view) && now - _last < Seldom)) return null;
        _last = now;
        var subjects = new List<TrafficSubject>(view.Snapshot.Pods.Length);
        foreach (var route in view.Snapshot.Pods)
        {
            if (view.Find(route.Name) is { Record: { Intent.Kind: IntentKind.Enabled, Latch: null } } pod)
                subjects.Add(new TrafficSubject(route.Name, route.Load.Outcomes, route.Admission == Admission.Serving, pod.Health.Traffic));
        }

        return TrafficLook.Take(subjects, now, settings);
    }

    private bool HasNews(FleetView view)
    {
        var news = false;
        foreach (var route in view.Snapshot.Pods)
        {
            var troubles = route.Load.Outcomes.Troubles;
            if (_troubles.GetValueOrDefault(route.Name) != troubles)
            {
                _troubles[route.Name] = troubles;
                news = true;
            }

            news |= view.Find(route.Name)?.Health.Traffic.Verdict is not (null or TrafficVerdict.Quiet);
        }

        return news;
    }
}
