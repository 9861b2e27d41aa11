using System.Text.Json;

namespace PodGate.Core.Health.Formats;

/// <summary>
/// A health document in JSON: its status, its components by its format, its other fields. A bare string is a status too. What the format is changes only
/// where components are looked for: the words mean the same everywhere.
/// </summary>
internal static class JsonAnswer
{
    /// <summary>The trouble of a body that is no JSON at all.</summary>
    internal const string DoesNotParse = "JSON that does not parse";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = HealthDocument.DepthLimit };

    /// <summary>Reads a body. Null when it is JSON but no document: it has no status.</summary>
    /// <param name="body">At most <see cref="HealthDocument.BodyLimit"/> bytes.</param>
    /// <param name="mediaType">What the answer says it is.</param>
    /// <param name="format">What it is known to be, or Auto.</param>
    /// <param name="settings">The names of fields that are not common; null: there are none.</param>
    internal static HealthFinding? Read(ReadOnlySpan<byte> body, ReadOnlySpan<char> mediaType, HealthFormat format, HealthSettings? settings)
    {
        try
        {
            using var json = JsonDocument.Parse(body.ToArray(), Options);
            return Read(json.RootElement, mediaType, format, settings);
        }
        catch (JsonException)
        {
            return HealthFinding.Unreadable(DoesNotParse);
        }
        catch (InvalidOperationException)
        {
            // What the platform throws for strings that are no text, such as half a surrogate pair.
            return HealthFinding.Unreadable("JSON whose text is not valid UTF-8");
        }
    }

    private static HealthFinding? Read(JsonElement root, ReadOnlySpan<char> mediaType, HealthFormat format, HealthSettings? settings)
    {
        if (root.ValueKind == JsonValueKind.String) return HealthFinding.Of(HealthWords.Of(root.GetString()));
        if (root.ValueKind != JsonValueKind.Object) return null;

        var numbers = AspNetFormat.IsReport(root);
        if (Status(root, numbers) is not { } status) return null;
        var list = new ComponentList(numbers);
        var fields = HealthFields.Of(root, settings);
        switch (format == HealthFormat.Auto ? Recognise(root, mediaType) : format)
        {
            case HealthFormat.HealthJson:
                // Where the document itself does not say when, the newest of its checks does.
                if (HealthJsonFormat.Read(root, list) is { } newest && fields.ObservedAt is null) fields = fields with { ObservedAt = newest };
                break;
            case HealthFormat.Actuator:
                ActuatorFormat.Read(root, list);
                break;
            case HealthFormat.MicroProfile:
                MicroProfileFormat.Read(root, list);
                break;
            default:
                AspNetFormat.Read(root, list);
                break;
        }

        return status with { Components = list.Listed, Unlisted = list.Unlisted, Fields = fields };
    }

    /// <summary>What the document is: by what only one format has, else by its content type.</summary>
    private static HealthFormat Recognise(JsonElement root, ReadOnlySpan<char> mediaType)
    {
        if (AspNetFormat.Fits(root)) return HealthFormat.AspNet;
        if (MicroProfileFormat.Fits(root)) return HealthFormat.MicroProfile;
        if (HealthJsonFormat.Fits(root) || mediaType.Equals(HealthJsonFormat.MediaType, StringComparison.OrdinalIgnoreCase)) return HealthFormat.HealthJson;
        if (ActuatorFormat.Fits(root) || mediaType.StartsWith(ActuatorFormat.MediaTypePrefix, StringComparison.OrdinalIgnoreCase)) return HealthFormat.Actuator;
        return HealthFormat.AspNet;
    }

    private static HealthFinding? Status(JsonElement root, bool numbers)
    {
        HealthFinding? worst = null;
        foreach (var property in root.EnumerateObject())
        {
            if (!JsonNames.Is(property, "status")) continue;
            var status = property.Value.ValueKind == JsonValueKind.String || (numbers && property.Value.ValueKind == JsonValueKind.Number)
                ? HealthFinding.Of(ComponentList.StatusWord(property.Value, numbers))
                : HealthFinding.Unreadable("a status that is none of the words that are known");
            // Who writes the key twice means the worse one, whichever the reader would take.
            if (worst is null || HealthWords.Worse(worst.Word, status.Word) != worst.Word) worst = status;
        }

        return worst;
    }
}
