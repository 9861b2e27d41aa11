using System.Collections.Immutable;

namespace PodGate.Core.Routing;

/// <summary>Slots that would change hands.</summary>
/// <param name="From">Who owns them now; null: nobody.</param>
/// <param name="To">Who would own them; null: nobody.</param>
/// <param name="Slots">How many.</param>
/// <param name="Used">How many of them were used lately: about as many clients, since only a few share a slot.</param>
public sealed record SlotMove(string? From, string? To, int Slots, int Used);

/// <summary>
/// Who would move if a pod were taken out of the traffic, or came back into it. Counted by slots, which clients whose networks are pinned to another pod do
/// not use: these are not in it.
/// </summary>
/// <param name="Moves">What would change hands, by the names of both.</param>
/// <param name="Used">How many slots of each pod were used lately, as they are owned now.</param>
public sealed record MovePreview(ImmutableArray<SlotMove> Moves, ImmutableSortedDictionary<string, int> Used)
{
    /// <summary>Compares what is with what would be. Builds a table, and goes over all slots.</summary>
    /// <param name="snapshot">What is.</param>
    /// <param name="pod">The pod that would change.</param>
    /// <param name="admission">What it would get.</param>
    /// <param name="kept">Of one that would be <see cref="Admission.Keeping"/>: the slots that stay.</param>
    /// <param name="lately">What counts as lately.</param>
    /// <param name="now">The timestamp of this moment.</param>
    /// <param name="share">How much of its own slots it would serve. <value>Default: all of them, as at the end of its ramp.</value></param>
    public static MovePreview Of(
        RoutingSnapshot snapshot, string pod, Admission admission, SlotSet kept, TimeSpan lately, long now, int share = PodRoute.FullShare)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(kept);
        var routes = snapshot.Pods.Select(
            route => route.Name == pod ? route with { Admission = admission, Share = share, Kept = kept } : route).ToImmutableArray();
        var then = snapshot.Next(routes);
        var moves = new SortedDictionary<(string From, string To), (int Slots, int Used)>();
        var used = snapshot.Pods.ToDictionary(route => route.Name, _ => 0, StringComparer.Ordinal);
        for (var slot = 0; slot < snapshot.Hashing.Slots; slot++)
        {
            var (from, to) = (snapshot.Owner(slot)?.Name, then.Owner(slot)?.Name);
            var isUsed = snapshot.Use.WasSeen(slot, lately, now) ? 1 : 0;
            if (from is not null) used[from] += isUsed;
            if (from == to) continue;
            var move = moves.GetValueOrDefault((from ?? "", to ?? ""));
            moves[(from ?? "", to ?? "")] = (move.Slots + 1, move.Used + isUsed);
        }

        return new MovePreview(
            [.. moves.Select(move => new SlotMove(Named(move.Key.From), Named(move.Key.To), move.Value.Slots, move.Value.Used))],
            used.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    private static string? Named(string name) => name.Length == 0 ? null : name;
}
