using PodGate.Core.Pods;

namespace PodGate.Control;

/// <summary>The newest transitions in memory, durable or not; bounded. One writer, any readers.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class EventHistory(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<Transition> _events = new();
    private readonly Dictionary<(string Pod, Cause Cause), long> _counts = [];
    private TaskCompletionSource _next = Waiting();
    private long _forgotten;

    /// <summary>The number of the newest event that is not kept any more; 0: none was forgotten.</summary>
    public long Forgotten
    {
        get
        {
            lock (_lock) return _forgotten;
        }
    }

    /// <summary>Completes when something happens. Whoever waits takes it before he looks, so that nothing comes in between.</summary>
    public Task Next
    {
        get
        {
            lock (_lock) return _next.Task;
        }
    }

    /// <summary>Takes in what the journal remembered; it is not counted, since counters begin with the process.</summary>
    public void Remember(IEnumerable<Transition> transitions) => Enqueue(transitions, counted: false);

    public void Add(IEnumerable<Transition> transitions) => Enqueue(transitions, counted: true);

    public IReadOnlyList<Transition> After(long number, int most)
    {
        lock (_lock) return [.. _events.Where(transition => transition.Number > number).Take(most)];
    }

    public IReadOnlyDictionary<(string Pod, Cause Cause), long> Counts()
    {
        lock (_lock) return new Dictionary<(string, Cause), long>(_counts);
    }

    private void Enqueue(IEnumerable<Transition> transitions, bool counted)
    {
        var happened = false;
        lock (_lock)
        {
            foreach (var transition in transitions)
            {
                _events.Enqueue(transition);
                if (_events.Count > capacity) _forgotten = _events.Dequeue().Number;
                if (!counted) continue;
                var key = (transition.Pod, transition.Cause);
                _counts[key] = _counts.GetValueOrDefault(key) + 1;
                happened = true;
            }

            if (!happened) return;
            _next.SetResult();
            _next = Waiting();
        }
    }

    // Who waits goes on elsewhere: the one who tells is the gatekeeper's loop.
    private static TaskCompletionSource Waiting() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
