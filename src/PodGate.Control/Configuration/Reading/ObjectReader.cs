namespace PodGate.Control.Configuration.Reading;

/// <summary>Goes through an object's members by a table of what may be there; complains of the others.</summary>
internal static class ObjectReader
{
    /// <summary>Calls back for each known member.</summary>
    /// <param name="written">The object.</param>
    /// <param name="key">Its key; empty for the root.</param>
    /// <param name="known">The names that may be there.</param>
    /// <param name="findings">Where complaints go.</param>
    /// <param name="read">Reads one member, given its name, its full key and its value.</param>
    /// <param name="elsewhere">Full keys of other sections, for "did you mean".</param>
    public static void Read(
        WrittenValue written,
        string key,
        IReadOnlyCollection<string> known,
        Findings findings,
        Action<string, string, WrittenValue> read,
        IReadOnlyCollection<string>? elsewhere = null)
    {
        foreach (var member in written.Members)
        {
            var path = WrittenValue.Join(key, member.Name);
            if (!known.Contains(member.Name))
            {
                findings.Error(member.Place, path, "is not a key", Suggestion.For(member.Name, known, elsewhere));
                continue;
            }

            findings.Saw(path, member.Value.Place);
            read(member.Name, path, member.Value);
        }
    }
}
