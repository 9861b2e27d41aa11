using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>An object whose members are a table: read into a record over its defaults, and shown with what differs from them.</summary>
/// <param name="name">What it is, with its article.</param>
/// <param name="example">What would be right, beginning with a verb.</param>
/// <param name="defaults">What holds without any member.</param>
/// <param name="members">The table.</param>
internal class ObjectKind<T>(string name, string example, T defaults, params IReadOnlyList<ObjectMember<T>> members) : ValueKind<T>
    where T : class
{
    public override string Name => name;

    public override IReadOnlyList<string> ItemKeys { get; } = [.. members.Select(member => member.Name)];

    /// <summary>The table.</summary>
    public IReadOnlyList<ObjectMember<T>> Members => members;

    /// <summary>What holds without any member.</summary>
    public T Defaults => defaults;

    protected override string Example => example;

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out T? value)
    {
        value = null;
        if (written.Kind != WrittenKind.Object)
            return Refuse(written, key, findings);

        // All members are read whatever the first ones are like: one go, all errors.
        var (read, well) = (defaults, true);
        ObjectReader.Read(written, key, ItemKeys, findings, (child, path, childValue) =>
        {
            if (members.First(member => member.Name == child).TryRead(read, childValue, path, findings, out var next))
                read = next;
            else
                well = false;
        });
        well &= HasShape(written, key, findings) && written.Members.TrueForAll(member => ItemKeys.Contains(member.Name));
        if (!well || !IsSound(read, written, key, findings))
            return false;
        value = read;
        return true;
    }

    public override string Show(T value)
    {
        var shown = members.Where(member => member.IsShownAlways(value) || member.Show(value) != member.Show(defaults)).ToList();
        return shown.Count == 0 ? "{}" : $"{{ {string.Join(", ", shown.Select(member => $"\"{member.Name}\": {member.Show(value)}"))} }}";
    }

    /// <summary>Whether the right members are there; looked at whatever their values are like. Complains otherwise.</summary>
    protected virtual bool HasShape(WrittenValue written, string key, Findings findings) => true;

    /// <summary>Whether the members go together; looked at when each is right by itself. Complains otherwise.</summary>
    protected virtual bool IsSound(T value, WrittenValue written, string key, Findings findings) => true;
}
