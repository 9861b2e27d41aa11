using System.Collections.Immutable;

namespace PodGate.Core.Pods;

/// <summary>
/// The mark that automation sets when it fails a pod over. Durable. Only a person's enable that names this latch clears it:
/// a latch set meanwhile has another <paramref name="Id"/> and stays.
/// </summary>
/// <param name="Id">Unique over all gates and all time.</param>
/// <param name="Cause">The kind of thing that condemned the pod.</param>
/// <param name="Sentence">The reason in one sentence; the same in log, journal, API and page.</param>
/// <param name="Since">When it was set.</param>
/// <param name="Evidence">The reports and numbers the verdict rests on, oldest first, for operators only; at most 20 lines of 500 characters.</param>
public sealed record Latch(string Id, Cause Cause, string Sentence, DateTimeOffset Since, ImmutableArray<string> Evidence)
{
    /// <summary>Two latches are the same when their ids are.</summary>
    public bool Equals(Latch? other) => other is not null && other.Id == Id;

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);
}
