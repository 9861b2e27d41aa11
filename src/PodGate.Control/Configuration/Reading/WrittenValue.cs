using System.Globalization;
using System.Text;

namespace PodGate.Control.Configuration.Reading;

/// <summary>What a value of the file is.</summary>
internal enum WrittenKind
{
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,

    /// <summary>From an environment variable: a text that stands for whatever the key wants.</summary>
    Variable,
}

/// <summary>Where something stands: a line and column of the file, or an environment variable (line 0).</summary>
internal readonly record struct ConfigurationPlace(string Source, int Line, int Column) : IComparable<ConfigurationPlace>
{
    /// <summary>File first, from top to bottom, then the variables by name.</summary>
    public int CompareTo(ConfigurationPlace other)
    {
        if (Line == 0 || other.Line == 0)
            return Line != other.Line ? (Line == 0 ? 1 : -1) : string.CompareOrdinal(Source, other.Source);
        return Line != other.Line ? Line.CompareTo(other.Line) : Column.CompareTo(other.Column);
    }

    public override string ToString() =>
        Line == 0 ? Source : string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}");
}

/// <summary>One name and value of an object.</summary>
internal sealed record ConfigurationMember(string Name, ConfigurationPlace Place, WrittenValue Value);

/// <summary>A value of the file with its place, so that every complaint can say where. Read-only once the overlay has been laid.</summary>
internal sealed class WrittenValue(WrittenKind kind, ConfigurationPlace place, string text = "")
{
    /// <summary>Longer values are cut in messages.</summary>
    private const int LongestQuote = 80;

    public WrittenKind Kind { get; } = kind;

    public ConfigurationPlace Place { get; } = place;

    /// <summary>The text of a text or variable, the digits of a number.</summary>
    public string Text { get; } = text;

    /// <summary>The members of an object, in the order of the file; duplicates have been complained of and left out.</summary>
    public List<ConfigurationMember> Members { get; } = [];

    /// <summary>The items of an array.</summary>
    public List<WrittenValue> Items { get; } = [];

    /// <summary>A text, or a variable that may be read as one.</summary>
    public bool IsText => Kind is WrittenKind.Text or WrittenKind.Variable;

    /// <summary>Null, or a variable that says so.</summary>
    public bool IsNull => Kind == WrittenKind.Null || (Kind == WrittenKind.Variable && Text is "" or "null");

    public ConfigurationMember? Find(string name) => Members.Find(member => member.Name == name);

    /// <summary>How the value is shown in a message: one line, harmless in a terminal, not too long.</summary>
    public string Quoted => Kind switch
    {
        WrittenKind.Object => "an object",
        WrittenKind.Array => "an array",
        WrittenKind.Number => Text.Length <= LongestQuote ? Text : Text[..LongestQuote] + "...",
        WrittenKind.True => "true",
        WrittenKind.False => "false",
        WrittenKind.Null => "null",
        WrittenKind.Text or WrittenKind.Variable => Quote(Text),
        _ => throw new InvalidOperationException("a kind of value that nobody knows"),
    };

    /// <summary>Puts a text between quotes for a message: a long one is cut.</summary>
    public static string Quote(string text) => Write(text, LongestQuote);

    /// <summary>Puts a text between quotes; what a terminal would obey or hide is written as an escape.</summary>
    public static string Write(string text, int longest = int.MaxValue)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (quoted.Length > longest)
            {
                quoted.Append("...");
                break;
            }

            if (rune.Value is '"' or '\\')
                quoted.Append('\\');
            Append(quoted, rune);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Writes what a terminal would obey or hide as an escape, wherever in a line it stands.</summary>
    public static string Harmless(string line)
    {
        if (line.EnumerateRunes().All(IsHarmless))
            return line;
        var harmless = new StringBuilder(line.Length + 16);
        foreach (var rune in line.EnumerateRunes())
            Append(harmless, rune);
        return harmless.ToString();
    }

    /// <summary>Appends a name to a key: <c>Pods.pod-a</c>, or <c>Pods["a b"]</c> when the name is not a plain one.</summary>
    public static string Join(string key, string name)
    {
        var plain = name.Length is > 0 and <= 63 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '$');
        if (!plain)
            return $"{key}[{Quote(name)}]";
        return key.Length == 0 ? name : $"{key}.{name}";
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        if (IsHarmless(rune))
            text.Append(rune.ToString());
        else
            text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
