using PodGate.Core.Pods;

namespace PodGate.Metrics;

/// <summary>
/// Counts transitions by pod and cause. It reads the gatekeeper's events from where it last stopped, so that the gatekeeper need not
/// know of it. The gatekeeper keeps its last 10,000 events and the gate catches up every second: what is lost is a storm of more than
/// that in a second, and only from a counter.
/// </summary>
internal sealed class TransitionMeter
{
    private const int Batch = 1000;

    private readonly Func<long, int, IReadOnlyList<Transition>> _events;
    private readonly Dictionary<(string Pod, Cause Cause), long> _counts = [];
    private long _last;

    /// <summary>Begins to count what comes after an event.</summary>
    /// <param name="events">Reads the events after a number, oldest first, at most so many.</param>
    /// <param name="after">The last event that is not counted; counters start with the process.</param>
    public TransitionMeter(Func<long, int, IReadOnlyList<Transition>> events, long after)
    {
        _events = events;
        _last = after;
    }

    /// <summary>Counts what has happened since the last call.</summary>
    public void CatchUp()
    {
        lock (_counts)
        {
            IReadOnlyList<Transition> batch;
            do
            {
                batch = _events(_last, Batch);
                foreach (var transition in batch)
                {
                    var key = (transition.Pod, transition.Cause);
                    _counts[key] = _counts.GetValueOrDefault(key) + 1;
                    _last = Math.Max(_last, transition.Number);
                }
            }
            while (batch.Count == Batch);
        }
    }

    /// <summary>Reads the counts, in a stable order.</summary>
    public IReadOnlyList<(string Pod, Cause Cause, long Count)> Read()
    {
        CatchUp();
        lock (_counts)
        {
            return [.. _counts.Select(pair => (pair.Key.Pod, pair.Key.Cause, pair.Value))
                .OrderBy(entry => entry.Pod, StringComparer.Ordinal).ThenBy(entry => entry.Cause)];
        }
    }

    /// <summary>Forgets pods that are no longer there.</summary>
    /// <param name="exists">Whether a pod is still there.</param>
    public void Keep(Func<string, bool> exists)
    {
        lock (_counts)
        {
            foreach (var key in _counts.Keys.Where(key => key.Pod.Length > 0 && !exists(key.Pod)).ToList()) _counts.Remove(key);
        }
    }
}
