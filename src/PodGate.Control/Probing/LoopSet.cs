namespace PodGate.Control.Probing;

/// <summary>A loop that had stopped and was replaced.</summary>
/// <param name="Target">What it asks.</param>
/// <param name="Silent">How long it had started nothing.</param>
internal sealed record StoppedLoop(ProbeTarget Target, TimeSpan Silent);

/// <summary>Loops by the names of their targets; none waits for another. All members may be called from any thread.</summary>
/// <param name="room">What the loops share.</param>
internal sealed class LoopSet(ProbeRoom room) : IAsyncDisposable
{
    // What makes a loop stop holds threads and sockets; a loop that stops again and again is replaced more and more rarely.
    private const int MostDoublings = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ProbeLoop> _loops = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _restarts = new(StringComparer.Ordinal);
    private List<Task> _ending = [];
    private bool _stopped;

    /// <summary>Asks these targets and no others. A target whose subject changed gets a new loop, and what the old one still finds is dropped.</summary>
    /// <param name="targets">The targets, each name once.</param>
    internal void Apply(IReadOnlyCollection<ProbeTarget> targets)
    {
        lock (_lock)
        {
            if (_stopped) return;
            var names = targets.Select(target => target.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _loops.Keys.Where(name => !names.Contains(name)).ToList()) End(gone);
            foreach (var target in targets)
            {
                if (_loops.TryGetValue(target.Name, out var loop))
                {
                    if (loop.Target.Subject.Equals(target.Subject))
                    {
                        loop.Change(target);
                        continue;
                    }

                    End(target.Name);
                }

                Begin(target);
            }
        }
    }

    /// <summary>Does something to the loop of a name; nothing when there is none.</summary>
    /// <param name="name">The target's name.</param>
    /// <param name="act">What; must be quick.</param>
    internal void With(string name, Action<ProbeLoop> act)
    {
        lock (_lock)
        {
            if (_loops.TryGetValue(name, out var loop)) act(loop);
        }
    }

    /// <summary>Does something to every loop.</summary>
    /// <param name="act">What; must be quick.</param>
    internal void WithAll(Action<ProbeLoop> act)
    {
        lock (_lock)
        {
            foreach (var loop in _loops.Values) act(loop);
        }
    }

    /// <summary>Replaces the loops that have stopped; at the second look, since the first one may meet a loop that is just about to start.</summary>
    /// <param name="longest">No silence counts for longer than this: the gate itself was stopped until then.</param>
    internal IReadOnlyList<StoppedLoop> RestartStopped(TimeSpan longest)
    {
        List<StoppedLoop> stopped = [];
        lock (_lock)
        {
            if (_stopped) return stopped;
            foreach (var loop in _loops.Values.ToList())
            {
                var name = loop.Target.Name;
                var before = loop.HasReported ? 0 : _restarts.GetValueOrDefault(name);
                var silent = loop.SinceLastStart;
                var isOver = Min(silent, longest) > loop.Patience * Math.Pow(2, Math.Min(before, MostDoublings));
                if (isOver && loop.IsSuspected)
                {
                    End(name);
                    _restarts[name] = before + 1;
                    Begin(loop.Target);
                    stopped.Add(new StoppedLoop(loop.Target, silent));
                }

                loop.IsSuspected = isOver;
            }
        }

        return stopped;
    }

    /// <summary>The names of the replaced loops that report again; each is named once.</summary>
    internal IReadOnlyList<ProbeTarget> TakeRecovered()
    {
        lock (_lock)
        {
            var recovered = _restarts.Keys.Where(name => _loops[name].HasReported).Select(name => _loops[name].Target).ToList();
            foreach (var target in recovered) _restarts.Remove(target.Name);
            return recovered;
        }
    }

    /// <summary>Ends all loops; afterwards no report comes any more.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Task> ending;
        lock (_lock)
        {
            if (_stopped) return;
            _stopped = true;
            foreach (var name in _loops.Keys.ToList()) End(name);
            ending = _ending;
        }

        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Begin(ProbeTarget target)
    {
        var loop = new ProbeLoop(target, room);
        _loops.Add(target.Name, loop);
        loop.Start();
    }

    private void End(string name)
    {
        _loops.Remove(name, out var loop);
        _restarts.Remove(name);
        // The task ends when its loop does, and the list holds only those that have not.
        _ending = [.. _ending.Where(task => !task.IsCompleted), loop!.DisposeAsync().AsTask()];
    }
}
