using System.Collections.Immutable;

namespace PodGate.Core.Health;

/// <summary>
/// What must be remembered of a pod's documents to judge the next one: since when a component has been unwell, what last advanced. Immutable and bounded.
/// <para>
/// Documents may arrive in another order than they were asked for. So the last <see cref="Kept"/> are kept as they are, and what they amount to is counted
/// from them in the order in which they were sent; only what is older is kept as a sum. One that comes even later is judged by itself and not remembered.
/// </para>
/// </summary>
public sealed record DocumentMemory
{
    /// <summary>Nothing was read yet.</summary>
    public static readonly DocumentMemory Empty = new();

    /// <summary>How many documents may overtake one.</summary>
    internal const int Kept = 32;

    /// <summary>When the newest document was asked for that is only in <see cref="Sum"/>; null when there is none.</summary>
    internal DateTimeOffset? SumUntil { get; init; }

    /// <summary>What the older documents amount to.</summary>
    internal DocumentState Sum { get; init; } = DocumentState.Empty;

    /// <summary>The last documents in the order they were asked for.</summary>
    internal ImmutableList<DocumentView> Recent { get; init; } = [];

    /// <summary>What all of them amount to.</summary>
    internal DocumentState Now { get; init; } = DocumentState.Empty;

    /// <summary>What the documents that were asked for before a moment amount to; null when that cannot be told any more.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="limit">How long a mark may stand still.</param>
    internal DocumentState? Before(DateTimeOffset moment, TimeSpan limit)
    {
        if (moment <= SumUntil) return null;
        if (Recent.IsEmpty || Recent[^1].SentAt < moment) return Now;
        var state = Sum;
        foreach (var view in Recent.TakeWhile(view => view.SentAt < moment)) state = state.Then(view, limit);
        return state;
    }

    /// <summary>Remembers a document, in its place.</summary>
    /// <param name="view">What is to be remembered of it.</param>
    /// <param name="limit">How long a mark may stand still.</param>
    internal DocumentMemory With(DocumentView view, TimeSpan limit)
    {
        if (view.SentAt <= SumUntil) return this;
        var at = Recent.Count;
        // Of two that were asked for in the same instant the order must not depend on which arrived first.
        while (at > 0 && Recent[at - 1].CompareTo(view) > 0) at--;
        var recent = Recent.Insert(at, view);
        var now = at == Recent.Count ? Now.Then(view, limit) : recent.Aggregate(Sum, (state, next) => state.Then(next, limit));
        if (recent.Count <= Kept) return this with { Recent = recent, Now = now };
        return new DocumentMemory { Sum = Sum.Then(recent[0], limit), SumUntil = recent[0].SentAt, Recent = recent.RemoveAt(0), Now = now };
    }
}

/// <summary>What is to be remembered of one document.</summary>
/// <param name="SentAt">When it was asked for.</param>
/// <param name="Unwell">The names of the components that are worse than degraded; empty where no rule asks since when.</param>
/// <param name="TellsAll">Components that are not in <paramref name="Unwell"/> are well. False of an answer that speaks of no components and is not good: an
/// error page, or garbage, says nothing of them.</param>
/// <param name="Marks">The marks that ought to advance, by <see cref="MarkKind"/>; null where there is none.</param>
internal sealed record DocumentView(DateTimeOffset SentAt, ImmutableArray<string> Unwell, bool TellsAll, ImmutableArray<string?> Marks)
{
    /// <summary>By time; within an instant by content.</summary>
    /// <param name="other">The other.</param>
    internal int CompareTo(DocumentView other)
    {
        var byTime = SentAt.CompareTo(other.SentAt);
        if (byTime != 0) return byTime;
        var byMarks = string.CompareOrdinal(string.Join('\n', Marks), string.Join('\n', other.Marks));
        if (byMarks != 0) return byMarks;
        var byUnwell = string.CompareOrdinal(string.Join('\n', Unwell), string.Join('\n', other.Unwell));
        return byUnwell != 0 ? byUnwell : TellsAll.CompareTo(other.TellsAll);
    }
}

/// <summary>What several documents, one after the other, amount to.</summary>
/// <param name="UnwellSince">Since when each component that is unwell has been so in every document that speaks of components; names without case.</param>
/// <param name="Marks">How each mark has moved, by <see cref="MarkKind"/>; what the last answer did not carry is as it was before it.</param>
internal sealed record DocumentState(ImmutableSortedDictionary<string, DateTimeOffset> UnwellSince, ImmutableArray<Mark?> Marks)
{
    internal static readonly DocumentState Empty =
        new(ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.OrdinalIgnoreCase), [null, null, null, null]);

    /// <summary>What it is after one more document.</summary>
    /// <param name="view">It.</param>
    /// <param name="limit">How long a mark may stand still.</param>
    internal DocumentState Then(DocumentView view, TimeSpan limit)
    {
        var since = UnwellSince;
        if (view.TellsAll && (!since.IsEmpty || !view.Unwell.IsEmpty))
        {
            var unwell = Empty.UnwellSince.ToBuilder();
            foreach (var name in view.Unwell) unwell[name] = since.GetValueOrDefault(name, view.SentAt);
            since = unwell.ToImmutable();
        }

        return new DocumentState(since, [.. Marks.Select((mark, kind) => Mark.Next(mark, view.Marks[kind], view.SentAt, limit))]);
    }

    /// <summary>The same with only those marks that a document carries: it is judged by what is in it.</summary>
    /// <param name="view">The document.</param>
    internal DocumentState CarriedBy(DocumentView view) => this with { Marks = [.. Marks.Select((mark, kind) => view.Marks[kind] is null ? null : mark)] };
}

/// <summary>The marks by which a document shows that it is new.</summary>
internal enum MarkKind
{
    /// <summary>The field that the settings name.</summary>
    Named,

    /// <summary>When the pod says it looked.</summary>
    ObservedAt,

    /// <summary>A number that grows.</summary>
    Sequence,

    /// <summary>How long the pod has been running.</summary>
    Uptime,
}

/// <summary>How one mark has moved.</summary>
/// <param name="Value">What it is.</param>
/// <param name="Since">When it was first seen to be that.</param>
/// <param name="Seen">When it was last seen.</param>
/// <param name="Quick">How often in a row it has moved on soon; as far as <see cref="Enough"/>.</param>
/// <param name="BeforeSince">When the value before was first seen; null while there was none.</param>
internal sealed record Mark(string Value, DateTimeOffset Since, DateTimeOffset Seen, int Quick, DateTimeOffset? BeforeSince = null)
{
    /// <summary>
    /// So often in a row must a mark that nobody named have advanced soon before its standing still means something: what changes once, at a start or a
    /// change of configuration, or once an hour, is no proof of freshness.
    /// </summary>
    internal const int Enough = 3;

    /// <summary>It has shown that it moves all the time.</summary>
    internal bool Moves => Quick >= Enough;

    /// <summary>
    /// A mark after one more look. Any other value is an advance: a pod that was started again counts from the beginning. An answer without the mark is no
    /// look at it; if it were, one error page now and then would let a frozen document pass for ever.
    /// </summary>
    internal static Mark? Next(Mark? mark, string? value, DateTimeOffset at, TimeSpan limit)
    {
        if (value is null) return mark;
        if (mark is null) return new Mark(value, at, at, 0);
        if (mark.Value == value) return mark with { Seen = at };
        // Only what was seen counts as a pause, not the time in which the pod was not asked. Two thirds of the limit leave room for uneven probing.
        var soon = (mark.Seen - mark.Since).Ticks <= limit.Ticks / 3 * 2;
        return new Mark(value, at, at, soon ? Math.Min(mark.Quick + 1, Enough) : 0, mark.Since);
    }
}
