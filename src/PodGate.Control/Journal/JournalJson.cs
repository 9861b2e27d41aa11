using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>
/// The text of records and freezes in the journal's files. Written by hand and not by reflection: the format must not change because
/// somebody renames a property.
/// </summary>
internal static class JournalJson
{
    /// <summary>What stands for no freeze, and for an agenda that never was.</summary>
    internal const string None = "null";

    internal static string Write(PodRecord record) => Render(json =>
    {
        json.WriteString("name", record.Name);
        json.WriteString("address", record.Address);
        json.WriteNumber("version", record.Version);
        json.WriteStartObject("intent");
        json.WriteString("kind", record.Intent.Kind.ToString());
        json.WriteString("who", record.Intent.Who);
        json.WriteString("why", record.Intent.Why);
        json.WriteString("since", record.Intent.Since);
        WriteTime(json, "deadline", record.Intent.Deadline);
        json.WriteString("drain", record.Intent.Drain.ToString());
        WriteTime(json, "until", record.Intent.Until);
        if (record.Intent.KeepActive is { } active) json.WriteString("keepActive", active.ToString("c", CultureInfo.InvariantCulture));
        if (record.Intent.Owner is { } owner) json.WriteString("owner", owner);
        if (record.Intent.Hold is { } hold) json.WriteNumber("hold", hold);
        json.WriteEndObject();
        WriteLatch(json, record.Latch);
        WriteTime(json, "firstPassed", record.FirstPassed);
        json.WriteBoolean("configured", record.Configured);
        if (record.KeepsNobody) json.WriteBoolean("keepsNobody", true);
        if (record.Note is not { } note) return;
        json.WriteStartObject("note");
        json.WriteString("who", note.Who);
        json.WriteString("text", note.Text);
        json.WriteString("at", note.At);
        json.WriteEndObject();
    });

    internal static PodRecord ReadRecord(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        var intent = json.GetProperty("intent");
        return new PodRecord(
            Text(json, "name"),
            Text(json, "address"),
            json.GetProperty("version").GetInt64(),
            new PodIntent(
                Word<IntentKind>(intent, "kind"),
                Text(intent, "who"),
                Text(intent, "why"),
                intent.GetProperty("since").GetDateTimeOffset(),
                Time(intent, "deadline"),
                Word<DrainKind>(intent, "drain"),
                Time(intent, "until"))
            {
                KeepActive = intent.TryGetProperty("keepActive", out _)
                    ? TimeSpan.ParseExact(Text(intent, "keepActive"), "c", CultureInfo.InvariantCulture)
                    : null,
                Owner = intent.TryGetProperty("owner", out _) ? Text(intent, "owner") : null,
                Hold = intent.TryGetProperty("hold", out var hold) ? hold.GetInt32() : null,
            },
            ReadLatch(json.GetProperty("latch")),
            Time(json, "firstPassed"),
            json.GetProperty("configured").GetBoolean())
        {
            KeepsNobody = json.TryGetProperty("keepsNobody", out var nobody) && nobody.GetBoolean(),
            Note = json.TryGetProperty("note", out var note)
                ? new PodNote(Text(note, "who"), Text(note, "text"), note.GetProperty("at").GetDateTimeOffset()) : null,
        };
    }

    internal static string Write(FreezeOrder? freeze) => freeze is null ? None : Render(json =>
    {
        json.WriteString("who", freeze.Who);
        json.WriteString("why", freeze.Why);
        json.WriteString("since", freeze.Since);
        json.WriteString("until", freeze.Until);
    });

    internal static FreezeOrder? ReadFreeze(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        return json.ValueKind == JsonValueKind.Null
            ? null
            : new FreezeOrder(Text(json, "who"), Text(json, "why"),
                json.GetProperty("since").GetDateTimeOffset(), json.GetProperty("until").GetDateTimeOffset());
    }

    /// <summary>What a row of the chain changes of the fleet as a whole, or null when nothing.</summary>
    internal static string? WriteFleet(bool freezeChanged, FreezeOrder? freeze, bool? unknownPodsStartDisabled, string? agenda = null) =>
        !freezeChanged && unknownPodsStartDisabled is null && agenda is null ? null : Render(json =>
        {
            if (freezeChanged)
            {
                json.WritePropertyName("freeze");
                json.WriteRawValue(Write(freeze));
            }
            if (unknownPodsStartDisabled is { } disabled)
                json.WriteBoolean("unknownPodsStartDisabled", disabled);
            if (agenda is not null)
            {
                json.WritePropertyName("agenda");
                json.WriteRawValue(agenda);
            }
        });

    /// <summary>The freeze, the mark and the agenda that a row sets; null for what it leaves alone.</summary>
    internal static (string? Freeze, bool? UnknownPodsStartDisabled, string? Agenda) ReadFleet(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        return (
            json.TryGetProperty("freeze", out var freeze) ? freeze.GetRawText() : null,
            json.TryGetProperty("unknownPodsStartDisabled", out var disabled) ? disabled.GetBoolean() : null,
            json.TryGetProperty("agenda", out var agenda) ? agenda.GetRawText() : null);
    }

    /// <summary>A text as it comes back from the file: no lone surrogates and no NUL, which would not, so that its hash would differ.</summary>
    internal static string Storable(string text)
    {
        foreach (var c in text)
        {
            if (c == '\0' || char.IsSurrogate(c))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
        }
        return text;
    }

    internal static string Render(Action<Utf8JsonWriter> properties)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    internal static string Text(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null");

    internal static T Word<T>(string word)
        where T : struct, Enum =>
        Enum.TryParse<T>(word, out var value) && value.ToString() == word ? value : throw new FormatException($"'{word}' is no {typeof(T).Name}");

    /// <summary>What reading a damaged text can throw.</summary>
    internal static bool IsDamage(Exception e) =>
        e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException
            or OverflowException or ArgumentException or InvalidCastException;

    private static T Word<T>(JsonElement json, string name)
        where T : struct, Enum => Word<T>(Text(json, name));

    private static DateTimeOffset? Time(JsonElement json, string name)
    {
        var value = json.GetProperty(name);
        return value.ValueKind == JsonValueKind.Null ? null : value.GetDateTimeOffset();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } time)
            json.WriteString(name, time);
        else
            json.WriteNull(name);
    }

    private static void WriteLatch(Utf8JsonWriter json, Latch? latch)
    {
        if (latch is null)
        {
            json.WriteNull("latch");
            return;
        }
        json.WriteStartObject("latch");
        json.WriteString("id", latch.Id);
        json.WriteNumber("cause", (int)latch.Cause);
        json.WriteString("sentence", latch.Sentence);
        json.WriteString("since", latch.Since);
        json.WriteStartArray("evidence");
        foreach (var line in latch.Evidence.IsDefault ? [] : latch.Evidence)
            json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static Latch? ReadLatch(JsonElement json) =>
        json.ValueKind == JsonValueKind.Null
            ? null
            : new Latch(
                Text(json, "id"),
                (Cause)json.GetProperty("cause").GetInt32(),
                Text(json, "sentence"),
                json.GetProperty("since").GetDateTimeOffset(),
                [.. json.GetProperty("evidence").EnumerateArray().Select(line => line.GetString() ?? throw new FormatException("a line of evidence is null"))]);
}
