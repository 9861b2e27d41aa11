using System.Collections.Immutable;
using System.Globalization;
using PodGate.Core.Routing;

namespace PodGate.Control;

/// <summary>Which slots of a pod had how many of its requests.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="All">All that were counted on it.</param>
/// <param name="Heaviest">Its heaviest slots, the heaviest first.</param>
public sealed record PodSlots(string Pod, long All, ImmutableArray<SlotCount> Heaviest);

/// <summary>Which slots were heavy lately.</summary>
/// <param name="Over">How long that is.</param>
/// <param name="Pods">Every pod that had requests, in ordinal order of names.</param>
public sealed record SlotsSeen(TimeSpan Over, ImmutableArray<PodSlots> Pods)
{
    /// <summary>Nothing yet.</summary>
    public static SlotsSeen None { get; } = new(TimeSpan.Zero, []);

    /// <summary>All requests that were counted.</summary>
    public long All => Pods.Sum(pod => pod.All);

    /// <summary>Requests a second that a count stands for.</summary>
    /// <param name="count">It.</param>
    public double RateOf(long count) => Over > TimeSpan.Zero ? count * SlotTally.OneIn / Over.TotalSeconds : 0;
}

/// <summary>A slot carries too much, or no longer does.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="Resolved">It no longer does.</param>
public sealed record SlotNotice(int Slot, string Sentence, bool Resolved);

/// <summary>
/// Looks which slots carry how much: many customers behind one address are one slot, which cannot be spread. Twice a minute it takes what was counted, and
/// knows the last five minutes; who carries too much in these is told of. It moves nobody.
/// </summary>
public sealed class HeavySlots : IDisposable
{
    /// <summary>How often it looks.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>How many looks it knows: five minutes.</summary>
    internal const int Looks = 10;

    /// <summary>Requests a second below which nobody is too heavy: a test of one person has a slot of its own, too.</summary>
    private const double LeastRate = 10;

    private readonly Func<FleetView> _view;
    private readonly TimeProvider _time;
    private readonly Lock _looking = new();
    private readonly Queue<SlotsSeen> _looks = new();
    private readonly HashSet<int> _told = [];
    private readonly ITimer _timer;
    private volatile SlotsSeen _seen = SlotsSeen.None;
    private long _lookedAt;

    /// <summary>Begins to look.</summary>
    /// <param name="view">The fleet; its pods' counts are taken.</param>
    /// <param name="time">The gate's clock.</param>
    public HeavySlots(Func<FleetView> view, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_view, _time) = (view, time);
        _lookedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static slots => ((HeavySlots)slots!).Look(), this, Pause, Pause);
    }

    /// <summary>Called on a thread of the pool when a slot carries too much, and when it no longer does; must be quick and must not throw.</summary>
    public event Action<SlotNotice>? Noticed;

    /// <summary>Which slots were heavy in the last five minutes, or as long as the gate runs.</summary>
    public SlotsSeen Read() => _seen;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Takes what was counted.</summary>
    internal void Look()
    {
        lock (_looking)
        {
            var (view, now) = (_view(), _time.GetTimestamp());
            var over = _time.GetElapsedTime(_lookedAt, now);
            _lookedAt = now;
            _looks.Enqueue(new SlotsSeen(
                over,
                [
                    .. view.Snapshot.Pods.Select(pod => (pod.Name, Counts: pod.Load.Tally.Take())).Where(pod => pod.Counts.All > 0)
                        .Select(pod => new PodSlots(pod.Name, pod.Counts.All, pod.Counts.Heaviest)),
                ]));
            if (_looks.Count > Looks) _looks.Dequeue();
            _seen = SumOf(_looks);
            if (_looks.Count == Looks) Tell(_seen, view.Fleet.Settings.Traffic.HeavySlotPercent);
        }
    }

    private void Tell(SlotsSeen seen, int percent)
    {
        var all = seen.All;
        var slots = SumOf(seen.Pods.SelectMany(pod => pod.Heaviest))
            .Where(slot => percent < 100 && slot.Count * 100 > all * percent && seen.RateOf(slot.Count) >= LeastRate).ToList();
        foreach (var slot in slots.Where(slot => _told.Add(slot.Slot)))
        {
            var pods = string.Join(", ", seen.Pods.Where(pod => pod.Heaviest.Any(one => one.Slot == slot.Slot)).Select(pod => pod.Pod));
            Noticed?.Invoke(new SlotNotice(slot.Slot, string.Create(
                CultureInfo.InvariantCulture,
                $"slot {slot.Slot} carries {slot.Count * 100.0 / all:0} % of all requests ({seen.RateOf(slot.Count):0} a second, on {pods}) for five minutes: many customers behind one address, or one that asks very much"), Resolved: false));
        }

        foreach (var slot in _told.Except(slots.Select(slot => slot.Slot)).ToArray())
        {
            _told.Remove(slot);
            Noticed?.Invoke(new SlotNotice(slot, string.Create(
                CultureInfo.InvariantCulture, $"slot {slot} no longer carries more than {percent} % of all requests"), Resolved: true));
        }
    }

    private static SlotsSeen SumOf(IReadOnlyCollection<SlotsSeen> looks) => new(
        TimeSpan.FromTicks(looks.Sum(look => look.Over.Ticks)),
        [
            .. looks.SelectMany(look => look.Pods).GroupBy(pod => pod.Pod, (name, pods) => SumOf(name, [.. pods]))
                .OrderBy(pod => pod.Pod, StringComparer.Ordinal),
        ]);

    private static PodSlots SumOf(string name, IReadOnlyList<PodSlots> pods) => new(
        name,
        pods.Sum(pod => pod.All),
        [.. SumOf(pods.SelectMany(pod => pod.Heaviest)).OrderByDescending(slot => slot.Count).ThenBy(slot => slot.Slot).Take(SlotTally.Told)]);

    private static IEnumerable<SlotCount> SumOf(IEnumerable<SlotCount> counts) =>
        counts.GroupBy(slot => slot.Slot, (slot, same) => new SlotCount(slot, same.Sum(count => count.Count)));
}
