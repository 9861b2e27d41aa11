using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control;

/// <summary>Everything that API, page and metrics show of the fleet: one immutable picture of one moment.</summary>
/// <param name="Fleet">The pods with all that is known of them.</param>
/// <param name="Snapshot">The routing table that is in force with it.</param>
/// <param name="At">When it was made.</param>
public sealed record FleetView(Fleet Fleet, RoutingSnapshot Snapshot, DateTimeOffset At)
{
    /// <summary>A pod by name, or null.</summary>
    /// <param name="name">The pod's name.</param>
    public Pod? Find(string name) => Fleet.Pods.GetValueOrDefault(name);

    /// <summary>How a pod is routed, or null when there is none of that name.</summary>
    /// <param name="name">The pod's name.</param>
    public PodRoute? Route(string name)
    {
        // In ordinal order of names.
        var index = Snapshot.Pods.AsSpan().BinarySearch(new Named(name));
        return index < 0 ? null : Snapshot.Pods[index];
    }

    /// <summary>What a report was judged to be; the report itself while it has not been, and when it is long ago.</summary>
    /// <param name="report">As the prober made it.</param>
    public ProbeReport Judged(ProbeReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (Find(report.Pod)?.Health is not { } health) return report;
        var track = report.Check is null ? health.Document : health.Checks.GetValueOrDefault(report.Check, ProbeTrack.Empty);
        return track.Recent.FindLast(known => known.SentAt == report.SentAt) ?? report;
    }

    /// <summary>How many slots a pod owns.</summary>
    /// <param name="name">The pod's name.</param>
    public int SlotsOf(string name) => Route(name) is { } route ? Snapshot.SlotCounts[route.Index] : 0;

    private readonly struct Named(string name) : IComparable<PodRoute>
    {
        public int CompareTo(PodRoute? other) => string.CompareOrdinal(name, other!.Name);
    }
}
