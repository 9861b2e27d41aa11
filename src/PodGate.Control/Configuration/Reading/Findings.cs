namespace PodGate.Control.Configuration.Reading;

/// <summary>Collects everything that is wrong, so that a person gets it all at once, and where each key was read.</summary>
internal sealed class Findings
{
    /// <summary>A file with more errors than this is not the gate's; the rest is counted.</summary>
    public const int MostErrors = 200;

    private readonly List<(ConfigurationPlace Place, ConfigurationFinding Finding)> _errors = [];
    private readonly List<(ConfigurationPlace Place, ConfigurationFinding Finding)> _warnings = [];
    private readonly Dictionary<string, ConfigurationPlace> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private int _beyond;

    public bool HasErrors => _errors.Count > 0;

    /// <summary>Errors in the order of the file, then those of the environment.</summary>
    public IReadOnlyList<ConfigurationFinding> Errors
    {
        get
        {
            var sorted = Sorted(_errors);
            if (_beyond > 0)
                sorted.Add(new(sorted[0].Place, "", $"has {_beyond} more errors", "correct the ones above first"));
            return sorted;
        }
    }

    public IReadOnlyList<ConfigurationFinding> Warnings => Sorted(_warnings);

    /// <summary>Complains of a key. Relations that rest on it are then left alone: one mistake, one line.</summary>
    public void Error(ConfigurationPlace place, string key, string what, string remedy)
    {
        _failed.Add(key);
        if (_errors.Count < MostErrors)
            _errors.Add((place, new(place.ToString(), key, what, remedy)));
        else
            _beyond++;
    }

    /// <summary>Says something that does not stop the gate.</summary>
    public void Warning(ConfigurationPlace place, string key, string what, string remedy)
    {
        if (_warnings.Count < MostErrors)
            _warnings.Add((place, new(place.ToString(), key, what, remedy)));
    }

    /// <summary>Remembers where a key was read.</summary>
    public void Saw(string key, ConfigurationPlace place) => _places[key] = place;

    /// <summary>Whether the file or the environment says anything about a key.</summary>
    public bool IsSet(string key) => _places.ContainsKey(key);

    /// <summary>Whether none of the keys, nor anything within them, has been complained of.</summary>
    public bool AreWell(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_failed.Any(failed => IsWithin(failed, key)))
                return false;
        }

        return true;
    }

    /// <summary>Where the first of these keys that is there was read; the start of the file when none is.</summary>
    public ConfigurationPlace PlaceOf(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (_places.TryGetValue(key, out var place))
                return place;
        }

        return _places.GetValueOrDefault("");
    }

    private static bool IsWithin(string key, string parent) =>
        key.StartsWith(parent, StringComparison.Ordinal) && (key.Length == parent.Length || key[parent.Length] is '.' or '[');

    private static List<ConfigurationFinding> Sorted(List<(ConfigurationPlace Place, ConfigurationFinding Finding)> found) =>
        [.. found.OrderBy(entry => entry.Place).Select(entry => entry.Finding)];
}
