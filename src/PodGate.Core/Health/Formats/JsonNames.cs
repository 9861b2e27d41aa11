using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace PodGate.Core.Health.Formats;

/// <summary>Looks names up in JSON without case, and without making a string of every name: documents are untrusted and may have thousands.</summary>
internal static class JsonNames
{
    /// <summary>Whether a property has a name.</summary>
    /// <param name="property">The property.</param>
    /// <param name="wanted">The name.</param>
    internal static bool Is(JsonProperty property, ReadOnlySpan<char> wanted)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        if (Ascii.EqualsIgnoreCase(raw, wanted)) return true;
        // What is left are names with escapes (\u0073tatus) and names that are not ASCII. These must be written exactly so, which can be told without a
        // string: a document could be full of them.
        return (!Ascii.IsValid(raw) || raw.Contains((byte)'\\')) && property.NameEquals(wanted);
    }

    /// <summary>The first property of a name, or null.</summary>
    /// <param name="value">Anything; what is no object has no properties.</param>
    /// <param name="wanted">The name.</param>
    internal static JsonElement? Find(JsonElement value, ReadOnlySpan<char> wanted)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        foreach (var property in value.EnumerateObject())
        {
            if (Is(property, wanted)) return property.Value;
        }

        return null;
    }

    /// <summary>What is at a path of names and indices joined by dots, or null. Names may have dots themselves: the longest that is there is taken.</summary>
    /// <param name="value">Where it begins.</param>
    /// <param name="path">Such as <c>info.build.time</c> or <c>checks.0.time</c>.</param>
    internal static JsonElement? At(JsonElement value, ReadOnlySpan<char> path)
    {
        while (true)
        {
            var end = path.Length;
            JsonElement? next = null;
            while (end > 0 && (next = Step(value, path[..end])) is null) end = path[..end].LastIndexOf('.');
            if (next is not { } found) return null;
            if (end == path.Length) return found;
            value = found;
            path = path[(end + 1)..];
        }
    }

    /// <summary>The text of a property, or null when it is none.</summary>
    /// <param name="value">Where to look.</param>
    /// <param name="name">The name.</param>
    internal static string? Text(JsonElement value, string name) =>
        Find(value, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Step(JsonElement value, ReadOnlySpan<char> name)
    {
        if (value.ValueKind != JsonValueKind.Array) return Find(value, name);
        return int.TryParse(name, System.Globalization.NumberStyles.None, null, out var index) && index < value.GetArrayLength() ? value[index] : null;
    }
}
