using System.Collections.Immutable;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

/// <summary>What matters of a pod to the slot table.</summary>
internal sealed record PodCase(string Name, Admission Admission = Admission.Serving, int Share = PodRoute.FullShare)
{
    /// <summary>Of one that is Keeping: what it keeps.</summary>
    public SlotSet Kept { get; init; } = SlotSet.Empty;

    public override string ToString() => $"{Name}:{Admission}:{Share}";
}

/// <summary>What matters of a fleet to the slot table. The pods may be in any order; the snapshot gets them sorted.</summary>
internal sealed record FleetCase(Key128 Key, ImmutableArray<PodCase> Pods)
{
    /// <summary>Picks a pod, a permutation, or whatever a property needs by chance.</summary>
    public int Seed { get; init; }

    /// <summary>One of the pods, by chance.</summary>
    public PodCase Picked => Pods[Seed % Pods.Length];

    public FleetCase With(PodCase pod) => this with { Pods = [.. Pods.Where(other => other.Name != pod.Name), pod] };

    public FleetCase Without(string name) => this with { Pods = [.. Pods.Where(other => other.Name != name)] };

    public RoutingSnapshot Snapshot(int slots = Fleets.Slots) =>
        new(1, Fleets.Routes(Pods), new SlotHashing(Key, slots));

    /// <summary>The owner of each slot by name; null for nobody.</summary>
    public string?[] Owners(int slots = Fleets.Slots)
    {
        var snapshot = Snapshot(slots);
        return [.. Enumerable.Range(0, slots).Select(slot => snapshot.Owner(slot)?.Name)];
    }

    public override string ToString() => $"{{ key {Key}, seed {Seed}, {string.Join(" ", Pods)} }}";
}

internal static class Fleets
{
    /// <summary>Few slots, so that many fleets can be tried.</summary>
    public const int Slots = 512;

    public static Key128 Key(int number) => new((ulong)number * 0x9e3779b97f4a7c15, ~(ulong)number * 0xd1342543de82ef95);

    /// <summary>A fleet of open pods: pod-1, pod-2, ...</summary>
    public static FleetCase Open(int key, int pods) =>
        new(Key(key), [.. Enumerable.Range(1, pods).Select(i => new PodCase($"pod-{i}"))]);

    public static FleetCase Of(params PodCase[] pods) => new(Key(1), [.. pods]);

    public static ImmutableArray<PodRoute> Routes(IEnumerable<PodCase> pods) =>
        [.. pods.OrderBy(pod => pod.Name, StringComparer.Ordinal).Select((pod, index) => Route(index, pod))];

    public static PodRoute Route(int index, PodCase pod) =>
        new(index, pod.Name, new Uri("http://127.0.0.1:9"), [], pod.Admission, pod.Share, new PodLoad()) { Kept = pod.Kept };
}
