using System.Runtime.InteropServices;
using System.Text.Json;

namespace PodGate.Core.Health.Formats;

/// <summary>
/// The fields of a JSON document that are about the document itself: when, how often, whose, of which version. The common names are known at the top
/// and, behind those, in the objects <c>info</c> and <c>details</c>, in any case, and written with '_' or '-' too. Others are named in the settings.
/// </summary>
internal sealed record HealthFields
{
    /// <summary>The most characters of a name that a document gives itself or its product.</summary>
    internal const int NameLimit = 63;

    /// <summary>The most characters of a mark; a longer text is none.</summary>
    internal const int MarkLimit = 100;

    /// <summary>Of a document that has none.</summary>
    internal static readonly HealthFields None = new();

    private const int LongestName = 24;

    // The order is that of preference: what says when the pod looked goes before what might be the time of anything.
    private static readonly string[] Moments = ["observedat", "checkedat", "timestamp", "time", "lastupdated", "updatedat"];
    private static readonly string[] Counters = ["sequence", "seq", "counter"];
    private static readonly string[] Uptimes = ["uptime", "uptimeseconds"];
    private static readonly string[] Owners = ["pod", "podname", "podid"];
    private static readonly string[] Versions = ["version", "releaseid"];
    private static readonly string[] All = [.. Moments, .. Counters, .. Uptimes, .. Owners, .. Versions];

    internal DateTimeOffset? ObservedAt { get; init; }

    internal bool SaysWhenItLooked { get; init; }

    internal long? Sequence { get; init; }

    internal TimeSpan? Uptime { get; init; }

    internal string? Identity { get; init; }

    internal string? Version { get; init; }

    internal string? FreshnessMark { get; init; }

    /// <summary>Reads them.</summary>
    /// <param name="root">The document.</param>
    /// <param name="settings">The names of fields that are not common; null: there are none.</param>
    internal static HealthFields Of(JsonElement root, HealthSettings? settings)
    {
        if (root.ValueKind != JsonValueKind.Object) return None;
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        Collect(root, found);
        foreach (var inner in (ReadOnlySpan<string>)["info", "details"])
        {
            if (JsonNames.Find(root, inner) is { ValueKind: JsonValueKind.Object } value) Collect(value, found);
        }

        var named = settings?.Identity?.Field;
        var mark = settings?.Freshness.Field;
        var (momentName, moment) = First(found, Moments, value => FieldValues.Time(value));
        return new HealthFields
        {
            ObservedAt = moment?.At,
            SaysWhenItLooked = moment is { HasZone: true } && momentName is "observedat" or "checkedat",
            Sequence = First(found, Counters, FieldValues.Number).Value,
            Uptime = First(found, Uptimes, FieldValues.Duration).Value,
            Identity = named is null ? First(found, Owners, Name) : Named(root, named, NameLimit),
            Version = First(found, Versions, Name),
            FreshnessMark = mark is null ? null : Named(root, mark, MarkLimit),
        };
    }

    private static string? Named(JsonElement root, string path, int most) => JsonNames.At(root, path) is { } value ? FieldValues.Scalar(value, most) : null;

    private static string? Name(JsonElement value) => FieldValues.Scalar(value, NameLimit);

    private static (string? Name, T? Value) First<T>(Dictionary<string, JsonElement> found, string[] names, Func<JsonElement, T?> read)
        where T : struct
    {
        foreach (var name in names)
        {
            if (found.TryGetValue(name, out var value) && read(value) is { } result) return (name, result);
        }

        return (null, null);
    }

    private static string? First(Dictionary<string, JsonElement> found, string[] names, Func<JsonElement, string?> read) =>
        names.Select(name => found.TryGetValue(name, out var value) ? read(value) : null).FirstOrDefault(text => text is not null);

    private static void Collect(JsonElement value, Dictionary<string, JsonElement> found)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)) continue;
            if (Common(JsonMarshal.GetRawUtf8PropertyName(property)) is { } name) found.TryAdd(name, property.Value);
        }
    }

    /// <summary>The common name that a name is a spelling of, or null. Names written with escapes are none: nobody does that who means it.</summary>
    private static string? Common(ReadOnlySpan<byte> raw)
    {
        if (raw.Length > LongestName) return null;
        Span<char> letters = stackalloc char[LongestName];
        var length = 0;
        foreach (var b in raw)
        {
            if (b is not ((byte)'_' or (byte)'-')) letters[length++] = char.ToLowerInvariant((char)b);
        }

        foreach (var name in All)
        {
            if (letters[..length].SequenceEqual(name)) return name;
        }

        return null;
    }
}
