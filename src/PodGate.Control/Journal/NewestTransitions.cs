using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>The newest durable transitions in memory, so that reading them never waits for the disk.</summary>
internal sealed class NewestTransitions
{
    private readonly object _lock = new();
    private readonly Queue<Transition> _newest = new();
    private readonly int _limit;

    internal NewestTransitions(int limit, IEnumerable<Transition> found)
    {
        _limit = limit;
        Add(found);
    }

    internal void Add(IEnumerable<Transition> transitions)
    {
        lock (_lock)
        {
            foreach (var transition in transitions)
            {
                _newest.Enqueue(transition);
                if (_newest.Count > _limit)
                    _newest.Dequeue();
            }
        }
    }

    internal IReadOnlyList<Transition> Read(int most)
    {
        lock (_lock)
            return [.. _newest.Skip(Math.Max(0, _newest.Count - Math.Max(0, most)))];
    }
}
