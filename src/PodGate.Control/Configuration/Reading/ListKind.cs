using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>A list of values of one kind.</summary>
internal sealed class ListKind<T>(ValueKind<T> item, string name, string example, int least = 0, int most = 256) : ValueKind<ImmutableArray<T>>
{
    public override string Name => name;

    protected override string Example => example;

    public override bool IsList => true;

    public override IReadOnlyList<string> ItemKeys => item.ItemKeys;

    public override bool TryRead(ConfigurationNode node, string key, Findings findings, [NotNullWhen(true)] out ImmutableArray<T> value)
    {
        value = [];
        if (node.Kind != NodeKind.Array)
            return Refuse(node, key, findings);
        if (node.Items.Count < least)
            return Refuse(node, key, findings, "is empty");
        if (node.Items.Count > most)
            return Refuse(node, key, findings, $"has {node.Items.Count} entries", $"write {most} at most");

        var well = true;
        var values = ImmutableArray.CreateBuilder<T>(node.Items.Count);
        for (var i = 0; i < node.Items.Count; i++)
        {
            var itemKey = $"{key}[{i}]";
            findings.Saw(itemKey, node.Items[i].Place);
            if (item.TryRead(node.Items[i], itemKey, findings, out var one))
                values.Add(one);
            else
                well = false;
        }

        value = values.ToImmutable();
        return well;
    }

    public override string Show(ImmutableArray<T> value) => value.Length == 0 ? "[]" : $"[{string.Join(", ", value.Select(item.Show))}]";
}
