using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>What is wrong with a name, and what would be right.</summary>
internal sealed record WrongName(string What, string Remedy);

/// <summary>An object whose members have names that people choose, and values of one kind.</summary>
/// <param name="item">The values' kind.</param>
/// <param name="wrongName">What is wrong with a name; null when it is right.</param>
/// <param name="name">What it is, with its article.</param>
/// <param name="example">What would be right, beginning with a verb.</param>
/// <param name="plural">What is counted.</param>
/// <param name="most">How many there may be.</param>
/// <param name="comparer">How names are compared.</param>
internal class NamedKind<T>(
    ValueKind<T> item,
    Func<string, WrongName?> wrongName,
    string name,
    string example,
    string plural,
    int most,
    StringComparer comparer) : ValueKind<ImmutableSortedDictionary<string, T>>
{
    public override string Name => name;

    public override IReadOnlyList<string> ItemKeys => item.ItemKeys;

    /// <summary>The kind of the values.</summary>
    public ValueKind<T> Item => item;

    /// <summary>How many there may be.</summary>
    public int Most => most;

    protected override string Example => example;

    public override bool TryRead(
        WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out ImmutableSortedDictionary<string, T>? value)
    {
        value = null;
        if (written.Kind != WrittenKind.Object)
            return Refuse(written, key, findings);
        if (written.Members.Count > most)
            return Refuse(written, key, findings, $"has {written.Members.Count} {plural}", $"write {most} at most");

        var well = true;
        var values = ImmutableSortedDictionary.CreateBuilder<string, T>(comparer);
        foreach (var member in written.Members)
        {
            var path = WrittenValue.Join(key, member.Name);
            findings.Saw(path, member.Value.Place);
            if (wrongName(member.Name) is { } wrong)
            {
                findings.Error(member.Place, path, wrong.What, wrong.Remedy);
                well = false;
            }

            if (!item.TryRead(member.Value, path, findings, out var one))
            {
                well = false;
            }
            else if (!values.TryAdd(member.Name, one))
            {
                // The same name exactly has been complained of already.
                findings.Error(member.Place, path, "is there already, upper and lower case aside", "keep one of them");
                well = false;
            }
        }

        value = values.ToImmutable();
        return well;
    }

    public override string Show(ImmutableSortedDictionary<string, T> value) =>
        value.Count == 0 ? "{}" : $"{{ {string.Join(", ", value.Select(pair => $"{WrittenValue.Write(pair.Key)}: {item.Show(pair.Value)}"))} }}";
}
