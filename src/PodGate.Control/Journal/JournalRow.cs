using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>A transition as it stands in the file: plain columns, chained to the one before by its hash.</summary>
/// <param name="Sequence">Consecutive.</param>
/// <param name="Number">The event's number.</param>
/// <param name="At">Ticks of the UTC time.</param>
/// <param name="Pod">The pod's name; empty for the fleet.</param>
/// <param name="From">The state before, as a word.</param>
/// <param name="To">The state after, as a word.</param>
/// <param name="Cause">The cause's number.</param>
/// <param name="Sentence">The reason.</param>
/// <param name="Who">The person, or automation.</param>
/// <param name="Version">The pod's version after it.</param>
/// <param name="Record">The pod's record after it as JSON, or null when it did not change.</param>
/// <param name="Fleet">What changed of the fleet as a whole as JSON, or null.</param>
/// <param name="Previous">The hash of the row before.</param>
/// <param name="Hash">SHA-256 over all the others.</param>
internal sealed record JournalRow(
    long Sequence,
    long Number,
    long At,
    string Pod,
    string From,
    string To,
    int Cause,
    string Sentence,
    string Who,
    long Version,
    string? Record,
    string? Fleet,
    string Previous,
    string Hash)
{
    internal static JournalRow Make(long sequence, string previous, Transition transition, string? fleet)
    {
        var row = new JournalRow(
            sequence,
            transition.Number,
            transition.At.UtcTicks,
            JournalJson.Storable(transition.Pod),
            transition.From.ToString(),
            transition.To.ToString(),
            (int)transition.Cause,
            JournalJson.Storable(transition.Sentence),
            JournalJson.Storable(transition.Who),
            transition.Version,
            transition.Record is null ? null : JournalJson.Write(transition.Record),
            fleet,
            previous,
            Hash: "");
        return row with { Hash = JournalHashing.OfRow(row) };
    }

    internal Transition ToTransition() => new(
        Number,
        new DateTimeOffset(At, TimeSpan.Zero),
        Pod,
        JournalJson.Word<PodState>(From),
        JournalJson.Word<PodState>(To),
        (Cause)Cause,
        Sentence,
        Who,
        Version,
        Record is null ? null : JournalJson.ReadRecord(Record));
}
