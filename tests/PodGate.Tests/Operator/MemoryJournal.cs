using PodGate.Control.Journal;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Tests.Operator;

/// <summary>A journal in memory that can be told to fail; the real one has tests of its own.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly List<Transition> _durable = [];
    private readonly List<(string? Text, int Transitions)> _outbox = [];

    public JournalState Start { get; } = new("gate-1", new Key128(1, 2), new Dictionary<string, PodRecord>(), null, 0, true);

    public bool IsWritable { get; set; } = true;

    public int Backlog { get; private set; }

    /// <summary>What is planned, as last written.</summary>
    public Agenda? Agenda { get; private set; }

    /// <summary>Every change of the outbox, with how many transitions were written together with it.</summary>
    public IReadOnlyList<(string? Text, int Transitions)> Outbox
    {
        get
        {
            lock (_durable) return [.. _outbox];
        }
    }

    public event Action<string?>? WritabilityChanged;

    public void Break()
    {
        IsWritable = false;
        WritabilityChanged?.Invoke("No space left on device");
    }

    public Task<bool> RecordAsync(JournalEntry entry)
    {
        if (IsWritable) lock (_durable) _durable.AddRange(entry.Transitions);
        else Backlog++;
        lock (_durable) _outbox.AddRange(entry.Outbox.Select(row => (row.Text, entry.Transitions.Count)));
        if (IsWritable) Agenda = entry.Agenda ?? Agenda;
        return Task.FromResult(IsWritable);
    }

    public Task<bool> CommitAsync(JournalEntry entry)
    {
        if (IsWritable) lock (_durable) _durable.AddRange(entry.Transitions);
        return Task.FromResult(IsWritable);
    }

    public IReadOnlyList<Transition> ReadNewest(int most)
    {
        lock (_durable) return [.. _durable.TakeLast(most)];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
