using System.Collections.Immutable;
using System.Net;
using PodGate.Core.Routing;

namespace PodGate.Control.History;

/// <summary>What a client met for a while.</summary>
public enum StayKind
{
    /// <summary>His requests went to a pod.</summary>
    OnPod,

    /// <summary>No pod might serve him.</summary>
    Nowhere,

    /// <summary>The gate did not run.</summary>
    NoGate,

    /// <summary>It cannot be told: the hashing was another one.</summary>
    NotKnown,
}

/// <summary>A while in which a client's requests went to one pod, or to none.</summary>
/// <param name="Kind">Which of both.</param>
/// <param name="Pod">The pod; null when there was none.</param>
/// <param name="From">Since when; of the first one that is known it may be longer.</param>
public sealed record Stay(StayKind Kind, string? Pod, DateTimeOffset From)
{
    /// <summary>Where he was instead if a soft drain had let him go; null: that is not in question.</summary>
    public string? Or { get; init; }

    /// <summary>The pin that his network fell under; null: none.</summary>
    public Pin? Pin { get; init; }

    /// <summary>Until when; null: it lasts.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Of a gate that did not run: it was killed, and may have run for <see cref="RoutingHistory.Beat"/> longer than it could say.</summary>
    public bool WasKilled { get; init; }
}

/// <summary>Where a client was, one stay after the other, made from the routing history. Immutable.</summary>
public sealed class ClientTrail
{
    /// <summary>A sentence belongs to a change that was noted so soon before or after it.</summary>
    private static readonly TimeSpan SameMoment = TimeSpan.FromSeconds(1);

    /// <summary>A process that takes over begins so soon.</summary>
    private static readonly TimeSpan TakeOver = TimeSpan.FromMinutes(1);

    private readonly ImmutableArray<RoutingEntry> _told;

    private ClientTrail(ImmutableArray<Stay> stays, ImmutableArray<RoutingEntry> told, ImmutableArray<RoutingEntry> missed)
    {
        Stays = stays;
        Missed = missed;
        _told = told;
    }

    /// <summary>Every stay, oldest first, without gaps.</summary>
    public ImmutableArray<Stay> Stays { get; }

    /// <summary>The entries before which changes are missing.</summary>
    public ImmutableArray<RoutingEntry> Missed { get; }

    /// <summary>Follows a client through a history.</summary>
    /// <param name="entries">The history, oldest first.</param>
    /// <param name="hashing">The hashing in force.</param>
    /// <param name="client">The client's address.</param>
    public static ClientTrail Of(IEnumerable<RoutingEntry> entries, SlotHashing hashing, IPAddress client)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(hashing);
        ArgumentNullException.ThrowIfNull(client);
        var place = new ClientPlace(hashing, client);
        var stays = new List<Stay>();
        var told = ImmutableArray.CreateBuilder<RoutingEntry>();
        var missed = ImmutableArray.CreateBuilder<RoutingEntry>();
        var (last, goesOn) = (DateTimeOffset.MinValue, false);
        foreach (var entry in entries)
        {
            if (entry.Missed > 0) missed.Add(entry);
            switch (entry.Kind)
            {
                case RoutingEntryKind.Routed:
                    Go(entry.Picture!.Mark == hashing.Mark ? StayOf(place.In(entry.Picture), entry.At) : new Stay(StayKind.NotKnown, null, entry.At));
                    break;
                case RoutingEntryKind.Told:
                    told.Add(entry);
                    break;
                case RoutingEntryKind.HandedOver:
                    goesOn = true;
                    break;
                case RoutingEntryKind.Ended:
                    Go(new Stay(StayKind.NoGate, null, entry.At));
                    break;
                case RoutingEntryKind.Began:
                    // One that was killed could not say so: its last word was the last sign of it.
                    if (stays.Count > 0 && !(goesOn && entry.At - last < TakeOver)) Go(new Stay(StayKind.NoGate, null, last) { WasKilled = true });
                    goesOn = false;
                    break;
            }

            if (entry.Kind != RoutingEntryKind.Told && entry.At > last) last = entry.At;
        }

        return new ClientTrail([.. stays], told.ToImmutable(), missed.ToImmutable());

        void Go(Stay next)
        {
            if (stays.Count > 0)
            {
                var stay = stays[^1];
                if (stay.Kind == next.Kind && stay.Pod == next.Pod && stay.Or == next.Or)
                {
                    stays[^1] = stay with { Pin = next.Pin };
                    return;
                }

                stays[^1] = stay with { Until = next.From };
            }

            stays.Add(next);
        }
    }

    /// <summary>The place in <see cref="Stays"/> of a moment; -1 when it is before all of them.</summary>
    /// <param name="moment">The moment.</param>
    public int IndexAt(DateTimeOffset moment)
    {
        var index = Stays.Length - 1;
        while (index >= 0 && Stays[index].From > moment) index--;
        return index;
    }

    /// <summary>Why a stay began, in the sentences of what happened to its pod, and to the one before, at that moment; none when nobody knows.</summary>
    /// <param name="index">Its place in <see cref="Stays"/>.</param>
    public IReadOnlyList<string> WhyBegan(int index)
    {
        if (index <= 0 || index >= Stays.Length) return [];
        var (stay, before) = (Stays[index], Stays[index - 1]);
        if (stay.Kind == StayKind.NoGate || before.Kind == StayKind.NoGate) return [];
        return
        [
            .. _told.Where(told => (told.At - stay.From).Duration() <= SameMoment)
                .Where(told => told.Pod.Length == 0 || told.Pod == stay.Pod || told.Pod == stay.Or || told.Pod == before.Pod || told.Pod == before.Or)
                .Select(told => told.Sentence).Distinct(StringComparer.Ordinal),
        ];
    }

    private static Stay StayOf(Place place, DateTimeOffset at) =>
        new(place.Pod is null ? StayKind.Nowhere : StayKind.OnPod, place.Pod, at) { Or = place.Or, Pin = place.Pin };
}
