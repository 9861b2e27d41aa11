using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>Entries that go to the disk together, with the rows they become and the images before and after.</summary>
internal sealed class JournalAttempt
{
    private JournalAttempt(
        List<WaitingEntry> group, JournalImage before, JournalImage after, List<JournalRow> rows, Dictionary<string, OutboxRow> outbox)
    {
        Group = group;
        Before = before;
        After = after;
        Rows = rows;
        Outbox = outbox.Values;
    }

    internal List<WaitingEntry> Group { get; }

    internal JournalImage Before { get; }

    internal JournalImage After { get; }

    internal List<JournalRow> Rows { get; }

    /// <summary>The last word about each row of the outbox.</summary>
    internal IReadOnlyCollection<OutboxRow> Outbox { get; }

    internal static JournalAttempt Make(List<WaitingEntry> group, JournalImage before, DateTimeOffset now)
    {
        var after = before;
        var rows = new List<JournalRow>();
        var outbox = new Dictionary<string, OutboxRow>(StringComparer.Ordinal);
        foreach (var waiting in group)
        {
            var added = after.RowsOf(waiting.Entry, now);
            rows.AddRange(added);
            after = added.Aggregate(after, (image, row) => image.After(row));
            foreach (var row in waiting.Entry.Outbox)
                outbox[row.Name] = row;
        }
        return new JournalAttempt(group, before, after, rows, outbox);
    }

    /// <summary>
    /// For commits that were answered as refused and turn out to be in the journal: the entry that brings it back to what the gate
    /// believes. Null when there is nothing to undo.
    /// </summary>
    internal JournalEntry? Undo(DateTimeOffset now)
    {
        if (!Group.Exists(entry => entry.IsCommit))
            return null;
        var wanted = Make(Group.FindAll(entry => !entry.IsCommit), Before, now).After;
        var undone = After.Pods
            .Where(pod => wanted.Pods.GetValueOrDefault(pod.Key) != pod.Value)
            .Select(pod => wanted.Pods.TryGetValue(pod.Key, out var record)
                ? JournalJson.ReadRecord(record)
                : JournalRecovery.Disable(JournalJson.ReadRecord(pod.Value), now))
            .Select(record => new Transition(
                After.Number,
                now,
                record.Name,
                PodState.Open,
                PodState.Open,
                Cause.Recovered,
                "A command that had been answered as not done was found in the journal, and is undone.",
                Transition.Automation,
                record.Version,
                record))
            .ToList();
        var freezeDiffers = wanted.Freeze != After.Freeze;
        return undone.Count == 0 && !freezeDiffers ? null : new JournalEntry(undone, freezeDiffers, JournalJson.ReadFreeze(wanted.Freeze));
    }
}
