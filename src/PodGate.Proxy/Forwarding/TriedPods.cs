namespace PodGate.Proxy.Forwarding;

/// <summary>Names of the pods that were tried for one request; reused by its exchange, so that a retry allocates nothing.</summary>
internal sealed class TriedPods
{
    /// <summary>Pods that may be tried for one request.</summary>
    public const int Most = 3;

    private readonly string[] _names = new string[Most];
    private int _count;

    /// <summary>Those that are not to be tried again.</summary>
    public ReadOnlySpan<string> Names => _names.AsSpan(0, _count);

    /// <summary>Whether another one may be tried.</summary>
    public bool MayTryAnother => _count < Most;

    /// <summary>Remembers one that is not to be tried again.</summary>
    public void Add(string name)
    {
        if (MayTryAnother && !Names.Contains(name)) _names[_count++] = name;
    }

    /// <summary>The same with one more, which is not remembered: its name lies behind the others for now, where it does no harm.</summary>
    public ReadOnlySpan<string> With(string name)
    {
        if (!MayTryAnother || Names.Contains(name)) return Names;
        _names[_count] = name;
        return _names.AsSpan(0, _count + 1);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_names);
        _count = 0;
    }
}
