using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>A list of values of one kind.</summary>
internal sealed class ListKind<T>(ValueKind<T> item, string name, string example, int least = 0, int most = 256) : ValueKind<ImmutableArray<T>>
{
    public override string Name => name;

    protected override string Example => example;

    public override bool IsList => true;

    /// <summary>An entry that is there twice is a mistake.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>The entries' kind.</summary>
    public ValueKind<T> Item => item;

    /// <summary>How many there may be.</summary>
    public int Most => most;

    public override IReadOnlyList<string> ItemKeys => item.ItemKeys;

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out ImmutableArray<T> value)
    {
        value = [];
        if (written.Kind != WrittenKind.Array)
            return Refuse(written, key, findings);
        if (written.Items.Count < least)
            return Refuse(written, key, findings, "is empty");
        if (written.Items.Count > most)
            return Refuse(written, key, findings, $"has {written.Items.Count} entries", $"write {most} at most");

        var well = true;
        var values = ImmutableArray.CreateBuilder<T>(written.Items.Count);
        for (var i = 0; i < written.Items.Count; i++)
        {
            var itemKey = $"{key}[{i}]";
            findings.Saw(itemKey, written.Items[i].Place);
            if (!item.TryRead(written.Items[i], itemKey, findings, out var one))
            {
                well = false;
            }
            else if (IsDistinct && values.Contains(one))
            {
                findings.Error(written.Items[i].Place, itemKey, $"{written.Items[i].Quoted} is there twice", "keep one of them");
                well = false;
            }
            else
            {
                values.Add(one);
            }
        }

        value = values.ToImmutable();
        return well;
    }

    public override string Show(ImmutableArray<T> value) => value.Length == 0 ? "[]" : $"[{string.Join(", ", value.Select(item.Show))}]";
}
