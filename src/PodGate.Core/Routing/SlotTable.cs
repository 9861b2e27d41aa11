using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PodGate.Core.Routing;

/// <summary>
/// Which pod owns which slot, by keyed rendezvous hashing. Intuition: for every slot the pods draw a number, always the same one, and
/// the highest number among those that may serve wins. A pod that leaves therefore loses its own slots to the runners-up of each, no
/// other slot changes hands, and when it returns it wins exactly what it had.
/// <para>
/// The ranking of a slot has tiers: (1) pods in the traffic whose share covers the slot, (2) pods in the traffic whose share does not,
/// (3) pods on standby. The highest non-empty tier wins, within it the score, within a tie the name that comes first. A pod that gives its clients up
/// slowly is ranked as if it were in the traffic for the slots that it keeps, and not at all for others; excluded and closed pods are not ranked at all.
/// </para>
/// <para>
/// A table can be made from the one before it, in much less time: a slot whose owner is what it was only asks the pods that changed whether they now rank
/// higher. That is a way to the same result and no other one.
/// </para>
/// <para>
/// A pure function of the key, the number of slots, and the pods' names, admissions, shares and kept slots. Integers only, so that every gate
/// computes the same table; changing anything in <see cref="SlotDraw"/> moves every customer of every fleet.
/// </para>
/// </summary>
internal sealed class SlotTable
{
    private const ushort Nobody = ushort.MaxValue;

    private readonly Contender[] _serving;
    private readonly Contender[] _standby;
    private readonly ushort[] _owners;
    private readonly int[] _counts;

    private SlotTable(Contender[] serving, Contender[] standby, ushort[] owners, int[] counts)
    {
        _serving = serving;
        _standby = standby;
        _owners = owners;
        _counts = counts;
        Counts = ImmutableCollectionsMarshal.AsImmutableArray(counts);
    }

    /// <summary>How many slots each pod owns, by its index.</summary>
    public ImmutableArray<int> Counts { get; }

    /// <summary>Builds the table.</summary>
    /// <param name="pods">Every pod, in strict ordinal order of names, indices in step.</param>
    /// <param name="hashing">The key and the number of slots.</param>
    /// <param name="before">A table of the same hashing, to begin from; null: there is none. It changes how long it takes and nothing else.</param>
    public static SlotTable Build(ImmutableArray<PodRoute> pods, SlotHashing hashing, SlotTable? before)
    {
        Check(pods);
        var serving = pods.Where(pod => pod.Admission is Admission.Serving or Admission.Keeping).Select(pod => Contender.Of(pod, hashing.Key));
        var standby = pods.Where(pod => pod.Admission == Admission.Standby).Select(pod => Contender.Of(pod, hashing.Key));
        var table = new SlotTable([.. serving], [.. standby], new ushort[hashing.Slots], new int[pods.Length]);
        if (before is null || before._owners.Length != hashing.Slots || !table.FillFrom(before)) table.Fill();
        return table;
    }

    /// <summary>The index of the pod that owns a slot, or -1 when no pod may serve, or there is no such slot (any more). One array read.</summary>
    public int OwnerIndex(int slot)
    {
        if ((uint)slot >= (uint)_owners.Length) return -1;
        var owner = _owners[slot];
        return owner == Nobody ? -1 : owner;
    }

    /// <summary>
    /// The index of the pod that ranks first for a slot when the tried ones are left out, or -1 when no other may serve, or there is no such slot. The table
    /// itself is made by this method, so that a retry goes exactly where the slot would go without the tried pods. Allocates nothing.
    /// </summary>
    public int BestIndex(int slot, ReadOnlySpan<string> tried)
    {
        if ((uint)slot >= (uint)_owners.Length) return -1;
        var best = Best(_serving, slot, tried);
        return best >= 0 ? best : Best(_standby, slot, tried);
    }

    private void Fill()
    {
        for (var slot = 0; slot < _owners.Length; slot++) Own(slot, BestIndex(slot, []));
    }

    /// <summary>Fills the table from the one before it; false when so much has changed that this would take longer than to begin anew.</summary>
    private bool FillFrom(SlotTable before)
    {
        // Standby pods own slots only where nobody serves: that all of them come in, or all go, is a change of every slot.
        if (_serving.Length == 0 || before._serving.Length == 0) return false;
        var now = _serving.ToDictionary(contender => contender.Name, StringComparer.Ordinal);
        var was = before._serving.ToDictionary(contender => contender.Name, StringComparer.Ordinal);
        var rising = _serving.Where(contender => !was.TryGetValue(contender.Name, out var old) || !contender.Ranks(old)).ToArray();
        if (rising.Length * 2 > _serving.Length) return false;

        // For each index of before: the same pod as it ranks now; none when it left, or ranks differently, so that the slots it had are open to all.
        var stays = new Contender?[before._counts.Length];
        foreach (var old in before._serving)
        {
            if (now.TryGetValue(old.Name, out var same) && same.Ranks(old)) stays[old.Index] = same;
        }

        for (var slot = 0; slot < _owners.Length; slot++)
        {
            var owner = before._owners[slot];
            if (owner == Nobody || stays[owner] is not { } contender)
            {
                Own(slot, BestIndex(slot, []));
                continue;
            }

            var spread = SlotDraw.Spread(slot);
            foreach (ref readonly var other in rising.AsSpan())
            {
                if (other.Takes(slot) && other.Beats(contender, spread)) contender = other;
            }

            Own(slot, contender.Index);
        }

        return true;
    }

    private void Own(int slot, int index)
    {
        _owners[slot] = index < 0 ? Nobody : (ushort)index;
        if (index >= 0) _counts[index]++;
    }

    private static int Best(ReadOnlySpan<Contender> contenders, int slot, ReadOnlySpan<string> tried)
    {
        var spread = SlotDraw.Spread(slot);
        var best = -1;
        var bestCovers = false;
        ulong bestScore = 0;
        foreach (ref readonly var contender in contenders)
        {
            if (tried.Length > 0 && tried.Contains(contender.Name)) continue;
            if (!contender.Takes(slot)) continue;
            var covers = contender.Covers(spread);
            if (bestCovers && !covers) continue;

            // Contenders come in the order of names, so in a tie the one that is there stays.
            var score = contender.Score(spread);
            if (best >= 0 && covers == bestCovers && score <= bestScore) continue;
            (best, bestCovers, bestScore) = (contender.Index, covers, score);
        }

        return best;
    }

    private static void Check(ImmutableArray<PodRoute> pods)
    {
        if (pods.IsDefault) throw new ArgumentException("The pods are missing; a fleet without pods is an empty array.", nameof(pods));
        if (pods.Length >= Nobody) throw new ArgumentException($"{pods.Length} pods are too many: at most {Nobody - 1} fit.", nameof(pods));
        for (var i = 0; i < pods.Length; i++)
        {
            var pod = pods[i];
            if (pod.Index != i)
                throw new ArgumentException($"Pod {pod.Name} has the index {pod.Index}, but its place is {i}.", nameof(pods));
            if (i > 0 && string.CompareOrdinal(pods[i - 1].Name, pod.Name) >= 0)
                throw new ArgumentException($"Pod {pod.Name} comes after {pods[i - 1].Name}, but names must differ and be in ordinal order.", nameof(pods));
            if (pod.Share is < 0 or > PodRoute.FullShare)
                throw new ArgumentException($"Pod {pod.Name} has the share {pod.Share}, but a share is 0 to {PodRoute.FullShare}.", nameof(pods));
        }
    }

    /// <summary>A pod that may own slots, with what it draws its numbers from.</summary>
    private readonly struct Contender
    {
        private readonly SlotDraw _draw;
        private readonly int _share;
        private readonly SlotSet _takes;

        private Contender(PodRoute pod, SlotDraw draw)
        {
            Index = pod.Index;
            Name = pod.Name;
            _share = pod.Share;
            _takes = pod.Admission == Admission.Keeping ? pod.Kept : SlotSet.All;
            _draw = draw;
        }

        public int Index { get; }

        public string Name { get; }

        public static Contender Of(PodRoute pod, Key128 key) => new(pod, SlotDraw.Of(pod.Name, key));

        /// <summary>Whether it ranks, for every slot, exactly as it did.</summary>
        public bool Ranks(in Contender before) => _draw == before._draw && _share == before._share && _takes == before._takes;

        /// <summary>Whether the pod has to do with the slot at all.</summary>
        public bool Takes(int slot) => ReferenceEquals(_takes, SlotSet.All) || _takes.Contains(slot);

        /// <summary>Whether it ranks before another pod that serves. In a tie of scores the name that comes first does.</summary>
        public bool Beats(in Contender other, ulong spread)
        {
            var (covers, otherCovers) = (Covers(spread), other.Covers(spread));
            if (covers != otherCovers) return covers;
            var (score, otherScore) = (Score(spread), other.Score(spread));
            return score > otherScore || (score == otherScore && Index < other.Index);
        }

        /// <summary>The number that the pod draws for a slot; the highest wins.</summary>
        public ulong Score(ulong spread) => _draw.Score(spread);

        /// <summary>Whether the pod's share covers a slot.</summary>
        public bool Covers(ulong spread) => _draw.Covers(spread, _share);
    }
}
