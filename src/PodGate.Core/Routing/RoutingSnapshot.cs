using System.Collections.Immutable;
using System.Net;

namespace PodGate.Core.Routing;

/// <summary>
/// Everything the request path needs to know, immutable: which pod owns which slot, and what each pod may get. A pure function of
/// the fleet (same pods, same table, whatever happened before).
/// </summary>
public sealed class RoutingSnapshot
{
    private readonly SlotTable _table;

    // For each pin its pod's index, or -1.
    private readonly int[] _pinned;

    /// <summary>Makes a snapshot; builds its slot table.</summary>
    /// <param name="version">Grows by one with each publication.</param>
    /// <param name="pods">Every configured pod, in ordinal order of names, indices in step.</param>
    /// <param name="hashing">How a client's address becomes a slot.</param>
    /// <param name="use">Where the use of slots is written down; null: a memory of its own, which begins now.</param>
    /// <param name="pins">Networks that belong to a pod; null: none.</param>
    /// <exception cref="ArgumentException">The pods are missing, not in order, not in step, or a share is out of range.</exception>
    public RoutingSnapshot(long version, ImmutableArray<PodRoute> pods, SlotHashing hashing, SlotUse? use = null, Pins? pins = null)
        : this(version, pods, hashing, use, pins ?? Pins.None, null)
    {
    }

    private RoutingSnapshot(long version, ImmutableArray<PodRoute> pods, SlotHashing hashing, SlotUse? use, Pins pins, SlotTable? before)
    {
        ArgumentNullException.ThrowIfNull(hashing);
        Use = use ?? new SlotUse(hashing.Slots, frequency: TimeSpan.TicksPerSecond, now: 0);
        Version = version;
        Hashing = hashing;
        _table = SlotTable.Build(pods, hashing, before);
        Pods = pods;
        Pins = pins;
        var byName = pins.IsEmpty ? null : pods.ToDictionary(pod => pod.Name, pod => pod.Index, StringComparer.Ordinal);
        _pinned = byName is null ? [] : [.. pins.All.Select(pin => byName.GetValueOrDefault(pin.Pod, -1))];
    }

    /// <summary>
    /// The snapshot of the next version, with these pods: the same as one that is made anew, in the time that the change takes, not the fleet (a pod of 1,000
    /// that leaves takes a millisecond instead of a fifth of a second).
    /// </summary>
    /// <param name="pods">Every configured pod, in ordinal order of names, indices in step.</param>
    /// <exception cref="ArgumentException">The pods are missing, not in order, not in step, or a share is out of range.</exception>
    public RoutingSnapshot Next(ImmutableArray<PodRoute> pods) => Next(pods, Pins);

    /// <summary>The same with other pins.</summary>
    /// <param name="pods">Every configured pod, in ordinal order of names, indices in step.</param>
    /// <param name="pins">Networks that belong to a pod.</param>
    /// <exception cref="ArgumentException">The pods are missing, not in order, not in step, or a share is out of range.</exception>
    public RoutingSnapshot Next(ImmutableArray<PodRoute> pods, Pins pins)
    {
        ArgumentNullException.ThrowIfNull(pins);
        return new RoutingSnapshot(Version + 1, pods, Hashing, Use, pins, _table);
    }

    /// <summary>Grows by one with each publication.</summary>
    public long Version { get; }

    /// <summary>Every configured pod, in ordinal order of names.</summary>
    public ImmutableArray<PodRoute> Pods { get; }

    /// <summary>How a client's address becomes a slot.</summary>
    public SlotHashing Hashing { get; }

    /// <summary>Networks that belong to a pod.</summary>
    public Pins Pins { get; }

    /// <summary>When each slot was last used; the same object in every snapshot. The one thing here that changes.</summary>
    public SlotUse Use { get; }

    /// <summary>How many slots each pod owns, in the order of <see cref="Pods"/>.</summary>
    public ImmutableArray<int> SlotCounts => _table.Counts;

    /// <summary>
    /// The pod that owns a slot, or null when no pod may serve. One array read; allocates nothing. A slot of an older hashing that had more is nobody's.
    /// </summary>
    /// <param name="slot">0 to <see cref="SlotHashing.Slots"/> - 1.</param>
    public PodRoute? Owner(int slot) => At(_table.OwnerIndex(slot));

    /// <summary>
    /// Where a retry goes: the pod that would own the slot if the tried ones were gone, or null when there is none. Allocates nothing;
    /// costs a pass over the pods.
    /// </summary>
    /// <param name="slot">0 to <see cref="SlotHashing.Slots"/> - 1.</param>
    /// <param name="tried">Names of pods already tried; names, because a retry may read a newer snapshot than the first attempt did.</param>
    public PodRoute? Next(int slot, ReadOnlySpan<string> tried) => At(_table.BestIndex(slot, tried));

    /// <summary>
    /// Where a client's request goes: to the pod that its network is pinned to, while that may serve, else to the owner of its slot, or to the next one when
    /// that was tried; null: nowhere. Allocates nothing, and without pins costs nothing beside what <see cref="Owner"/> and Next do.
    /// </summary>
    /// <param name="client">The client's address.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="tried">Names of pods already tried.</param>
    public PodRoute? For(IPAddress client, int slot, ReadOnlySpan<string> tried)
    {
        if (!Pins.IsEmpty && Pins.IndexOf(client) is var pin and >= 0) return ForPinned(pin, slot, tried);
        return BySlot(slot, tried);
    }

    /// <summary>Whether a client is pinned so that no other pod may serve it.</summary>
    /// <param name="client">The client's address.</param>
    public bool Refuses(IPAddress client) => Pins.Find(client) is { Otherwise: PinOtherwise.Refuse };

    /// <summary>Which of a pod's slots were used within a time (or the gate does not run that long). Costs a pass over all slots.</summary>
    /// <param name="pod">The pod's name.</param>
    /// <param name="within">The time.</param>
    /// <param name="now">The timestamp of this moment.</param>
    /// <returns>None, when there is no such pod.</returns>
    public SlotSet InUse(string pod, TimeSpan within, long now)
    {
        var owner = Pods.FirstOrDefault(route => route.Name == pod)?.Index;
        return owner is null ? SlotSet.Empty : SlotSet.Of(Hashing.Slots, slot => _table.OwnerIndex(slot) == owner && Use.WasUsed(slot, within, now));
    }

    /// <summary>
    /// A pin is no way round what was decided: out of the traffic is out of the traffic. What it overrides is whose slot it is, and so the share of a ramp. A
    /// pod on standby is for those who have nobody better, and who is refused elsewhere has nobody.
    /// </summary>
    private PodRoute? ForPinned(int pin, int slot, ReadOnlySpan<string> tried)
    {
        var refuses = Pins.All[pin].Otherwise == PinOtherwise.Refuse;
        var own = At(_pinned[pin]);
        if (own is not null && tried.Contains(own.Name)) own = null;
        var serves = own?.Admission == Admission.Serving || (own?.Admission == Admission.Keeping && own.Kept.Contains(slot));
        if (serves || (refuses && own?.Admission == Admission.Standby)) return own;
        if (refuses) return null;
        var other = BySlot(slot, tried);
        return own?.Admission == Admission.Standby && other?.Admission == Admission.Standby ? own : other;
    }

    private PodRoute? BySlot(int slot, ReadOnlySpan<string> tried) => tried.IsEmpty ? Owner(slot) : Next(slot, tried);

    private PodRoute? At(int index) => index < 0 ? null : Pods[index];
}
