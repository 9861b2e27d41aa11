using System.Collections.Immutable;
using System.Text.Json;

namespace PodGate.Core.Health;

/// <summary>What a document says, before the status code is held against it.</summary>
/// <param name="Word">Healthy, Degraded, Unhealthy, or Unreadable.</param>
/// <param name="Trouble">Why it is unreadable, as the end of a sentence "answered 200 with ..."; null when it is not.</param>
/// <param name="Components">What it says about its components.</param>
internal sealed record HealthFinding(ProbeResult Word, string? Trouble, ImmutableArray<HealthComponent> Components)
{
    internal static HealthFinding Unreadable(string trouble) => new(ProbeResult.Unreadable, trouble, []);

    internal static HealthFinding Of(ProbeResult word, ImmutableArray<HealthComponent> components) => new(word, null, components);
}

/// <summary>
/// ASP.NET Core's health report as JSON, in the shapes that are met: UIResponseWriter's (<c>entries</c>), that of Microsoft's
/// documentation (<c>results</c>), a serialized <c>HealthReport</c> (status as a number, names in Pascal case), arrays of named checks, and a bare string.
/// </summary>
internal static class HealthJson
{
    /// <summary>The trouble of a body that is no JSON at all.</summary>
    internal const string DoesNotParse = "JSON that does not parse";

    private const int NameLimit = 60;
    private const int TextLimit = 120;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = HealthDocument.DepthLimit };
    private static readonly string[] ComponentLists = ["entries", "results", "checks", "components", "healthChecks"];
    private static readonly string[] ComponentNames = ["name", "component", "key"];

    /// <summary>Reads a body. Null when it is JSON but no document: it has no status.</summary>
    /// <param name="body">At most <see cref="HealthDocument.BodyLimit"/> bytes.</param>
    internal static HealthFinding? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body.ToArray(), Options);
            return Read(json.RootElement);
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

    private static HealthFinding? Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.String) return Named(root.GetString()!, []);
        if (root.ValueKind != JsonValueKind.Object) return null;

        var isReport = Find(root, "totalDuration") is not null && (Find(root, "entries") ?? Find(root, "results")) is not null;
        var components = ImmutableArray<HealthComponent>.Empty;
        HealthFinding? worst = null;
        foreach (var property in root.EnumerateObject())
        {
            if (Is(property.Name, "status"))
            {
                // Who writes the key twice means the worse one, whichever the reader would take.
                var status = Status(property.Value, isReport);
                if (worst is null || HealthDocument.Worse(worst.Word, status.Word) != worst.Word) worst = status;
            }
            else if (components.IsEmpty && ComponentLists.Any(list => Is(property.Name, list)))
            {
                components = Components(property.Value, isReport);
            }
        }

        return worst is null ? null : worst with { Components = components };
    }

    private static HealthFinding Named(string word, ImmutableArray<HealthComponent> components) => HealthDocument.OfWord(word) switch
    {
        ProbeResult.Unreadable => HealthFinding.Unreadable("an unknown status (known: Healthy, Degraded, Unhealthy)"),
        var known => HealthFinding.Of(known, components),
    };

    /// <summary>Numbers are the platform's HealthStatus, and are believed only in the platform's own shape: elsewhere 0 often means well.</summary>
    private static HealthFinding Status(JsonElement value, bool isReport) => value.ValueKind switch
    {
        JsonValueKind.String => Named(value.GetString()!, []),
        JsonValueKind.Number when isReport && value.TryGetInt32(out var number) && number is >= 0 and <= 2 =>
            HealthFinding.Of(number switch { 0 => ProbeResult.Unhealthy, 1 => ProbeResult.Degraded, _ => ProbeResult.Healthy }, []),
        _ => HealthFinding.Unreadable("a status that is none of the words Healthy, Degraded, Unhealthy"),
    };

    private static ImmutableArray<HealthComponent> Components(JsonElement list, bool isReport)
    {
        var found = ImmutableArray.CreateBuilder<HealthComponent>();
        if (list.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in list.EnumerateObject().Take(HealthDocument.ComponentLimit))
                found.Add(Component(property.Name, property.Value, isReport));
        }
        else if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray().Take(HealthDocument.ComponentLimit))
            {
                if (item.ValueKind != JsonValueKind.Object) continue;
                var name = ComponentNames.Select(key => Text(item, key)).FirstOrDefault(text => text is not null);
                found.Add(Component(name ?? "unnamed", item, isReport));
            }
        }

        return found.ToImmutable();
    }

    private static HealthComponent Component(string name, JsonElement value, bool isReport)
    {
        var status = value.ValueKind == JsonValueKind.Object ? Find(value, "status") : value;
        var result = status is { } found ? Status(found, isReport).Word : ProbeResult.Unreadable;
        // Only the description: exceptions and data are for the pod's own people.
        var text = value.ValueKind == JsonValueKind.Object ? CleanText.Of(Text(value, "description"), TextLimit) : "";
        return new HealthComponent(CleanText.Of(name, NameLimit), result, text.Length == 0 ? null : text);
    }

    private static string? Text(JsonElement value, string name) =>
        Find(value, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Find(JsonElement value, string name)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (Is(property.Name, name)) return property.Value;
        }

        return null;
    }

    private static bool Is(string name, string wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}
