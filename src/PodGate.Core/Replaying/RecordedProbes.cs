using System.Collections.Immutable;
using PodGate.Core.Health;

namespace PodGate.Core.Replaying;

/// <summary>One probe as the history keeps it, or a run of good ones that were all alike.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Check">The check; null: the health address.</param>
/// <param name="Result">How they ended, as it was judged: rules for components, freshness and identity have been held against it.</param>
/// <param name="Sentence">In a sentence.</param>
/// <param name="From">When the first was sent.</param>
/// <param name="Took">The longest that one of them took; in a run the others took at least half of it, or less than <see cref="Quick"/>.</param>
/// <param name="Gaps">Milliseconds from each one to the next; one less than there are probes.</param>
public sealed record RecordedProbes(
    string Pod, string? Check, ProbeResult Result, string Sentence, DateTimeOffset From, TimeSpan Took, ImmutableArray<int> Gaps)
{
    /// <summary>Probes that took less are alike, however long they took.</summary>
    public static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);

    /// <summary>The most probes of a run.</summary>
    public const int LongestRun = 120;

    /// <summary>The port that clients use took a connection during each of them (<see cref="ProbeReport.DataPortTook"/>).</summary>
    public bool DataPortTook { get; init; }

    /// <summary>How many there are.</summary>
    public int Count => Gaps.Length + 1;

    /// <summary>When the last one was sent.</summary>
    public DateTimeOffset To => From + TimeSpan.FromMilliseconds(Gaps.Sum(gap => (long)gap));
}

/// <summary>What a gate has recorded.</summary>
/// <param name="Probes">In any order.</param>
/// <param name="Starts">When a gate began to record: what it had measured before was forgotten then.</param>
public sealed record RecordedHistory(ImmutableArray<RecordedProbes> Probes, ImmutableArray<DateTimeOffset> Starts)
{
    /// <summary>The part of it that was sent from one moment to another.</summary>
    /// <param name="from">The first moment that counts; null: the beginning.</param>
    /// <param name="to">The last moment that counts; null: the end.</param>
    public RecordedHistory Between(DateTimeOffset? from, DateTimeOffset? to) => new(
        [.. Probes.Select(probes => Cut(probes, from, to)).OfType<RecordedProbes>()],
        [.. Starts.Where(start => (from is null || start >= from) && (to is null || start <= to))]);

    private static RecordedProbes? Cut(RecordedProbes probes, DateTimeOffset? from, DateTimeOffset? to)
    {
        if ((from is null || probes.From >= from) && (to is null || probes.To <= to)) return probes;
        var (sent, first, last, begin) = (probes.From, -1, -1, probes.From);
        for (var i = 0; i < probes.Count; i++)
        {
            if (i > 0) sent += TimeSpan.FromMilliseconds(probes.Gaps[i - 1]);
            if (sent < from || sent > to) continue;
            if (first < 0) (first, begin) = (i, sent);
            last = i;
        }

        return first < 0 ? null : probes with { From = begin, Gaps = probes.Gaps[first..last] };
    }
}
