using System.Collections.Immutable;

namespace PodGate.Core.Pods;

/// <summary>
/// The pods of a fleet while a step works on them: read and replaced by name, and turned back into the fleet's tree at the end. It costs what the step touches,
/// not what the fleet has. Lives for one step.
/// </summary>
internal sealed class PodsAtWork(ImmutableSortedDictionary<string, Pod> before)
{
    // Whom the step has touched; Now is null of one that it took away.
    private readonly Dictionary<string, (Pod? Before, Pod? Now)> _touched = new(StringComparer.Ordinal);
    private string[]? _names;
    private bool _sameNames = true;

    /// <summary>In ordinal order.</summary>
    public IReadOnlyList<string> Names => _names ??= _sameNames
        ? [.. before.Keys]
        : [.. before.Keys.Union(_touched.Keys).Where(name => Find(name) is not null).Order(StringComparer.Ordinal)];

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Pod> Pods => _sameNames ? Known() : Names.Select(Find).OfType<Pod>();

    /// <summary>Those that are not what they were, or were not there before, in the order of their names.</summary>
    public IEnumerable<(Pod? Before, Pod Now)> Changed => _touched.Values.Where(pod => pod.Now is not null && !ReferenceEquals(pod.Before, pod.Now))
        .Select(pod => (pod.Before, pod.Now!)).OrderBy(pod => pod.Item2.Name, StringComparer.Ordinal).ToArray();

    /// <summary>Those that are gone, in the order of their names.</summary>
    public IEnumerable<Pod> Removed =>
        _touched.Values.Where(pod => pod.Now is null).Select(pod => pod.Before).OfType<Pod>().OrderBy(pod => pod.Name, StringComparer.Ordinal);

    public Pod? Find(string name)
    {
        if (_touched.TryGetValue(name, out var pod)) return pod.Now;
        if (!before.TryGetValue(name, out var known)) return null;
        _touched.Add(name, (known, known));
        return known;
    }

    public void Set(Pod pod)
    {
        if (Find(pod.Name) is { } now && !ReferenceEquals(now, pod)) _touched[pod.Name] = (_touched[pod.Name].Before, pod);
    }

    public void Add(Pod pod)
    {
        _touched[pod.Name] = (before.GetValueOrDefault(pod.Name), pod);
        Rename();
    }

    public void Remove(string name)
    {
        if (Find(name) is null) return;
        _touched[name] = (_touched[name].Before, null);
        Rename();
    }

    /// <summary>The fleet's pods after the step.</summary>
    public ImmutableSortedDictionary<string, Pod> ToImmutable()
    {
        var after = before.ToBuilder();
        foreach (var (name, (was, now)) in _touched)
        {
            if (now is null) after.Remove(name);
            else if (!ReferenceEquals(was, now)) after[name] = now;
        }

        return after.ToImmutable();
    }

    private IEnumerable<Pod> Known()
    {
        foreach (var (name, pod) in before) yield return _touched.TryGetValue(name, out var touched) ? touched.Now! : pod;
    }

    private void Rename()
    {
        _sameNames = false;
        _names = null;
    }
}
