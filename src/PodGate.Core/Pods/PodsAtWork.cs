using System.Collections.Immutable;

namespace PodGate.Core.Pods;

/// <summary>
/// The pods of a fleet while a step works on them: read and replaced by name in constant time, and turned back into the fleet's tree at the end at the cost of
/// what has changed. Lives for one step.
/// </summary>
internal sealed class PodsAtWork
{
    private readonly ImmutableSortedDictionary<string, Pod> _before;
    private readonly Dictionary<string, (Pod? Before, Pod Now)> _pods;
    private string[]? _names;

    public PodsAtWork(ImmutableSortedDictionary<string, Pod> before)
    {
        _before = before;
        _pods = new Dictionary<string, (Pod?, Pod)>(before.Count, StringComparer.Ordinal);
        _names = new string[before.Count];
        var i = 0;
        foreach (var (name, pod) in before)
        {
            _names[i++] = name;
            _pods.Add(name, (pod, pod));
        }
    }

    /// <summary>In ordinal order.</summary>
    public IReadOnlyList<string> Names => _names ??= [.. _pods.Keys.Order(StringComparer.Ordinal)];

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Pod> Pods
    {
        get
        {
            foreach (var name in Names)
            {
                if (_pods.TryGetValue(name, out var pod)) yield return pod.Now;
            }
        }
    }

    public Pod? Find(string name) => _pods.TryGetValue(name, out var pod) ? pod.Now : null;

    /// <summary>As it was before the step; null when it was not there.</summary>
    public Pod? Before(string name) => _pods.TryGetValue(name, out var pod) ? pod.Before : _before.GetValueOrDefault(name);

    public void Set(Pod pod)
    {
        if (_pods.TryGetValue(pod.Name, out var known) && !ReferenceEquals(known.Now, pod)) _pods[pod.Name] = (known.Before, pod);
    }

    public void Add(Pod pod)
    {
        _pods.Add(pod.Name, (_before.GetValueOrDefault(pod.Name), pod));
        _names = null;
    }

    public void Remove(string name)
    {
        if (_pods.Remove(name)) _names = null;
    }

    /// <summary>The fleet's pods after the step.</summary>
    public ImmutableSortedDictionary<string, Pod> ToImmutable()
    {
        var after = _before.ToBuilder();
        foreach (var (name, (before, now)) in _pods)
        {
            if (!ReferenceEquals(before, now)) after[name] = now;
        }

        if (after.Count > _pods.Count) after.RemoveRange(_before.Keys.Where(name => !_pods.ContainsKey(name)));
        return after.ToImmutable();
    }
}
