using PodGate.Control.Journal;
using PodGate.Core.Pods;

namespace Micro;

/// <summary>A journal that is well and that nobody writes to: the metrics page asks it how it is.</summary>
internal sealed class StillJournal : IJournal
{
    public event Action<string?>? WritabilityChanged
    {
        add { }
        remove { }
    }

    public JournalState Start { get; } = new("gate", Fleets.Hashing.Key, new Dictionary<string, PodRecord>(), null, 0, true);

    public bool IsWritable => true;

    public int Backlog => 0;

    public Task<bool> RecordAsync(JournalEntry entry) => throw new NotSupportedException("No benchmark writes to the journal.");

    public Task<bool> CommitAsync(JournalEntry entry) => throw new NotSupportedException("No benchmark writes to the journal.");

    public IReadOnlyList<Transition> ReadNewest(int most) => [];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
