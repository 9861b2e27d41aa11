using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>One kind of value: how it is read, shown, and described to a person who wrote something else.</summary>
internal abstract class ValueKind<T>
{
    /// <summary>What is wanted, with its article: "a duration".</summary>
    public abstract string Name { get; }

    /// <summary>What would be right, beginning with a verb.</summary>
    public string Remedy => OrNull ? Example + ", or null" : Example;

    /// <summary>The same without null.</summary>
    protected abstract string Example { get; }

    /// <summary>Null is right too.</summary>
    public bool OrNull { get; init; }

    /// <summary>The value is a list, which the environment writes one variable an item.</summary>
    public virtual bool IsList => false;

    /// <summary>The keys of an item that may be an object; empty when items are texts.</summary>
    public virtual IReadOnlyList<string> ItemKeys => [];

    /// <summary>The value is never shown: it is a secret, or has one in it.</summary>
    public bool Hidden { get; init; }

    /// <summary>Reads a value, or complains and returns false.</summary>
    public abstract bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out T? value);

    /// <summary>The value as it would be written in the file. Two values that differ are shown differently, but for secrets within objects.</summary>
    public abstract string Show(T value);

    /// <summary>Complains of a value that is none of this kind.</summary>
    protected bool Refuse(WrittenValue written, string key, Findings findings) =>
        Refuse(written, key, findings, $"{Quote(written)} is not {Name}");

    /// <summary>The value for a message; a secret only as such, whatever somebody wrote in its place.</summary>
    protected string Quote(WrittenValue written) =>
        Hidden && written.Kind is not (WrittenKind.Object or WrittenKind.Array or WrittenKind.Null) ? "the value (not shown)" : written.Quoted;

    /// <summary>Complains with words of its own.</summary>
    protected bool Refuse(WrittenValue written, string key, Findings findings, string what, string? remedy = null)
    {
        findings.Error(written.Place, key, what, remedy ?? Remedy);
        return false;
    }
}

/// <summary>A text that passes a check.</summary>
/// <param name="name">What it is, with its article.</param>
/// <param name="example">What would be right, beginning with a verb.</param>
/// <param name="check">Null when the text is right; else what is wrong with it, or an empty text for "is not one".</param>
internal sealed class TextKind(string name, string example, Func<string, string?> check) : ValueKind<string>
{
    public override string Name => name;

    protected override string Example => example;

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out string? value)
    {
        value = written.IsText ? written.Text : null;
        if (value is null)
            return Refuse(written, key, findings);
        if (check(value) is not { } wrong)
            return true;
        return wrong.Length == 0 ? Refuse(written, key, findings) : Refuse(written, key, findings, $"{Quote(written)} {wrong}");
    }

    /// <summary>A secret is a part of an object here, so that it is not compared by what is shown.</summary>
    public override string Show(string value) => Hidden ? "\"(not shown)\"" : WrittenValue.Write(value);
}

/// <summary>True or false.</summary>
internal sealed class FlagKind : ValueKind<bool>
{
    public override string Name => "true or false";

    protected override string Example => "write true or false, without quotes";

    public override bool TryRead(WrittenValue written, string key, Findings findings, out bool value)
    {
        value = written.Kind == WrittenKind.True || (written.Kind == WrittenKind.Variable && written.Text == "true");
        var isFlag = value || written.Kind == WrittenKind.False || (written.Kind == WrittenKind.Variable && written.Text == "false");
        return isFlag || Refuse(written, key, findings);
    }

    public override string Show(bool value) => value ? "true" : "false";
}

/// <summary>One of a few words, written exactly so.</summary>
internal sealed class ChoiceKind<T>(string name, params (string Word, T Value)[] choices) : ValueKind<T>
    where T : notnull
{
    public override string Name => name;

    public IEnumerable<string> Words => choices.Select(choice => choice.Word);

    protected override string Example
    {
        get
        {
            var words = choices.Select(choice => $"\"{choice.Word}\"").ToList();
            return $"write {string.Join(", ", words.SkipLast(1))} or {words[^1]}";
        }
    }

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out T? value)
    {
        foreach (var (word, meaning) in choices)
        {
            if (written.IsText && written.Text == word)
            {
                value = meaning;
                return true;
            }
        }

        value = default;
        return Refuse(written, key, findings);
    }

    public override string Show(T value) => $"\"{choices.First(choice => choice.Value.Equals(value)).Word}\"";
}
