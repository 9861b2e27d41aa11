using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control.Journal;

/// <summary>
/// What a gate finds when it starts: everything that must survive it.
/// </summary>
/// <param name="GateId">Made at random by <c>--init</c>.</param>
/// <param name="Key">The fleet's hashing key, made at random by <c>--init</c>.</param>
/// <param name="Pods">Every pod ever configured and not forgotten, by name.</param>
/// <param name="Freeze">The freeze in force when the gate last wrote, or null.</param>
/// <param name="Sequence">The journal's last entry.</param>
/// <param name="Writable">False when this came from the last good copy because the journal cannot be written.</param>
public sealed record JournalState(
    string GateId,
    Key128 Key,
    IReadOnlyDictionary<string, PodRecord> Pods,
    FreezeOrder? Freeze,
    long Sequence,
    bool Writable)
{
    /// <summary>The number of the newest journalled transition; new events are numbered after it.</summary>
    public long LastNumber { get; init; }

    /// <summary>
    /// True after a recovery that may have lost something: a configured pod that is not in <see cref="Pods"/> may have been latched, so it
    /// must start with intent Disabled by "recovery". Durable until an entry with <see cref="JournalEntry.AllPodsSeen"/> is written.
    /// </summary>
    public bool UnknownPodsStartDisabled { get; init; }

    /// <summary>What people have planned.</summary>
    public Agenda Agenda { get; init; } = Agenda.Empty;

    /// <summary>The rows of the outbox, in no order; empty when only the head could be read.</summary>
    public IReadOnlyList<OutboxRow> Outbox { get; init; } = [];
}

/// <summary>A row of the outbox: an alert with what became of it so far, or a silence. What its text means is known in the room of alerts only.</summary>
/// <param name="Name">Unique, ASCII.</param>
/// <param name="Text">ASCII; in an entry null when the row goes.</param>
public sealed record OutboxRow(string Name, string? Text);

/// <summary>One journal entry: transitions that belong together and become durable together, or not at all.</summary>
/// <param name="Transitions">What happened, in order; those with a <see cref="Transition.Record"/> change that pod's row.</param>
/// <param name="FreezeChanged">True when <paramref name="Freeze"/> is to be written.</param>
/// <param name="Freeze">The freeze after it.</param>
/// <param name="AllPodsSeen">True when every configured pod now has a row: ends <see cref="JournalState.UnknownPodsStartDisabled"/>.</param>
public sealed record JournalEntry(
    IReadOnlyList<Transition> Transitions,
    bool FreezeChanged = false,
    FreezeOrder? Freeze = null,
    bool AllPodsSeen = false)
{
    /// <summary>What is planned after it; null when that did not change.</summary>
    public Agenda? Agenda { get; init; }

    /// <summary>
    /// Rows of the outbox that are written, or go, together with the transitions. Each is whole, so writing it twice does no harm. An entry of these alone
    /// leaves the chain as it is.
    /// </summary>
    public IReadOnlyList<OutboxRow> Outbox { get; init; } = [];
}

/// <summary>The durable memory of a gate. One instance a state directory; has a writer thread of its own.</summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>What was found at the start.</summary>
    JournalState Start { get; }

    /// <summary>False from the first write that failed until one succeeds.</summary>
    bool IsWritable { get; }

    /// <summary>Entries that are in effect and wait to be written.</summary>
    int Backlog { get; }

    /// <summary>
    /// For moves to safety, which are in effect already. Completes true once the entry is durable, false once a first attempt to write it
    /// failed: it then stays in the backlog and is written, in order, as soon as that works again. Never throws.
    /// </summary>
    /// <param name="entry">What happened.</param>
    Task<bool> RecordAsync(JournalEntry entry);

    /// <summary>
    /// For moves to traffic, which take effect only afterwards. Completes true once the entry is durable; false when it is not and never will be
    /// (also while a backlog waits: order is kept). Never throws.
    /// </summary>
    /// <param name="entry">What shall happen.</param>
    Task<bool> CommitAsync(JournalEntry entry);

    /// <summary>The newest durable transitions, oldest first.</summary>
    /// <param name="most">How many at most.</param>
    IReadOnlyList<Transition> ReadNewest(int most);

    /// <summary>Called on the writer thread when <see cref="IsWritable"/> changes; the argument says what went wrong, or null when it is well again.</summary>
    event Action<string?>? WritabilityChanged;
}
