using System.Buffers.Binary;
using System.Collections.Immutable;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control.Journal;

/// <summary>
/// Everything that a gate starts from, at one point of the chain; immutable. Journal, head and memory each hold one, and agreement
/// between them is what "verified" means. Records and freeze are kept as the very text that was hashed.
/// </summary>
internal sealed record JournalImage
{
    public required string GateId { get; init; }

    /// <summary>32 hexadecimal digits: the key's 16 bytes.</summary>
    public required string Key { get; init; }

    public long Sequence { get; init; }

    public string Hash { get; init; } = JournalHashing.Genesis;

    /// <summary>The highest event number.</summary>
    public long Number { get; init; }

    public string Freeze { get; init; } = JournalJson.None;

    /// <summary>What is planned as JSON; <see cref="JournalJson.None"/> when nothing ever was.</summary>
    public string Agenda { get; init; } = JournalJson.None;

    public bool UnknownPodsStartDisabled { get; init; }

    /// <summary>Records as JSON, by the pod's name.</summary>
    public ImmutableSortedDictionary<string, string> Pods { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>A gate that knows no pod.</summary>
    /// <param name="randomness">32 random bytes: the gate's id and the fleet's key.</param>
    internal static JournalImage New(ReadOnlySpan<byte> randomness)
    {
        if (randomness.Length != 32)
            throw new ArgumentException($"32 random bytes are needed, not {randomness.Length}.", nameof(randomness));
        return new JournalImage { GateId = Convert.ToHexStringLower(randomness[..16]), Key = Convert.ToHexStringLower(randomness[16..]) };
    }

    /// <summary>The image after a row.</summary>
    internal JournalImage After(JournalRow row)
    {
        var (freeze, unknownPods, agenda) = row.Fleet is null ? (null, null, null) : JournalJson.ReadFleet(row.Fleet);
        return this with
        {
            Sequence = row.Sequence,
            Hash = row.Hash,
            Number = Math.Max(Number, row.Number),
            Pods = row.Record is null ? Pods : Pods.SetItem(row.Pod, row.Record),
            Freeze = freeze ?? Freeze,
            Agenda = agenda ?? Agenda,
            UnknownPodsStartDisabled = unknownPods ?? UnknownPodsStartDisabled,
        };
    }

    /// <summary>The rows that an entry becomes at the end of this image. An entry about the freeze alone still becomes a row.</summary>
    internal IReadOnlyList<JournalRow> RowsOf(JournalEntry entry, DateTimeOffset now)
    {
        var fleet = JournalJson.WriteFleet(
            entry.FreezeChanged, entry.Freeze, entry.AllPodsSeen ? false : null, entry.Agenda is null ? null : JournalAgenda.Write(entry.Agenda));
        var transitions = entry.Transitions;
        if (transitions.Count == 0 && fleet is not null)
            transitions = [FleetTransition(entry, now)];
        var rows = new List<JournalRow>(transitions.Count);
        var (sequence, hash) = (Sequence, Hash);
        for (var i = 0; i < transitions.Count; i++)
        {
            var row = JournalRow.Make(++sequence, hash, transitions[i], i == transitions.Count - 1 ? fleet : null);
            hash = row.Hash;
            rows.Add(row);
        }
        return rows;
    }

    internal JournalState ToState(bool writable)
    {
        var key = Convert.FromHexString(Key);
        return new JournalState(
            GateId,
            new Key128(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key.AsSpan(8))),
            Pods.ToImmutableSortedDictionary(pod => pod.Key, pod => JournalJson.ReadRecord(pod.Value), StringComparer.Ordinal),
            JournalJson.ReadFreeze(Freeze),
            Sequence,
            writable)
        {
            LastNumber = Number,
            UnknownPodsStartDisabled = UnknownPodsStartDisabled,
            Agenda = JournalAgenda.Read(Agenda),
        };
    }

    /// <summary>What differs from another image of the same point, or null when nothing does.</summary>
    internal string? DifferenceFrom(JournalImage other)
    {
        if (GateId != other.GateId || Key != other.Key)
            return "the gate's id or key";
        if (Sequence != other.Sequence || Hash != other.Hash || Number != other.Number)
            return "the last transition";
        if (Freeze != other.Freeze || UnknownPodsStartDisabled != other.UnknownPodsStartDisabled)
            return "the freeze or the mark of a recovery";
        if (Agenda != other.Agenda)
            return "what is planned";
        foreach (var name in Pods.Keys.Union(other.Pods.Keys, StringComparer.Ordinal))
        {
            if (Pods.GetValueOrDefault(name) != other.Pods.GetValueOrDefault(name))
                return $"the pod '{name}'";
        }
        return null;
    }

    private Transition FleetTransition(JournalEntry entry, DateTimeOffset now) => new(
        Number,
        now,
        Pod: "",
        PodState.Open,
        PodState.Open,
        entry.AllPodsSeen ? Core.Pods.Cause.Added
            : !entry.FreezeChanged ? Core.Pods.Cause.MaintenancePlanned
            : entry.Freeze is null ? Core.Pods.Cause.Unfrozen : Core.Pods.Cause.Frozen,
        entry.AllPodsSeen ? "Every configured pod has a row of its own again."
            : !entry.FreezeChanged ? "What is planned changed."
            : entry.Freeze is null ? "The freeze ended." : $"Automation is frozen: {entry.Freeze.Why}",
        entry.Freeze?.Who ?? Transition.Automation,
        Version: 0,
        Record: null);
}
