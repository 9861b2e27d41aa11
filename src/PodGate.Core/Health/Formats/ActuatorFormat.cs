using System.Text.Json;

namespace PodGate.Core.Health.Formats;

/// <summary>
/// Spring Boot Actuator's <c>/actuator/health</c>: <c>components</c> (before Boot 2.2 <c>details</c>), nested to any depth. A component that has
/// components of its own is listed as "db.replica" and so on for each of them, and by itself only as far as it is worse than they are.
/// </summary>
internal static class ActuatorFormat
{
    /// <summary>How the format's content types begin (<c>application/vnd.spring-boot.actuator.v3+json</c>).</summary>
    internal const string MediaTypePrefix = "application/vnd.spring-boot.actuator";

    /// <summary>Whether a document has this format's components.</summary>
    /// <param name="root">The document.</param>
    internal static bool Fits(JsonElement root) => JsonNames.Find(root, "components") is { ValueKind: JsonValueKind.Object } || HasOldComponents(root);

    /// <summary>Lists the components.</summary>
    /// <param name="root">The document.</param>
    /// <param name="list">Gets them.</param>
    internal static void Read(JsonElement root, ComponentList list) => ReadChildren(root, "", list);

    /// <summary>Lists what is below an element, and says what the worst of it is; null when there is nothing.</summary>
    private static ProbeResult? ReadChildren(JsonElement parent, string prefix, ComponentList list)
    {
        ProbeResult? worst = null;
        if (JsonNames.Find(parent, "components") is { ValueKind: JsonValueKind.Object } components)
        {
            foreach (var child in components.EnumerateObject()) worst = Worse(worst, Read(child, prefix, list));
        }
        else if (JsonNames.Find(parent, "details") is { ValueKind: JsonValueKind.Object } details)
        {
            // Here data of the component itself stands side by side with components, which have a status.
            foreach (var child in details.EnumerateObject())
            {
                if (IsOldComponent(child.Value)) worst = Worse(worst, Read(child, prefix, list));
            }
        }

        return worst;
    }

    private static ProbeResult Read(JsonProperty component, string prefix, ComponentList list)
    {
        var result = list.StatusOf(component.Value);
        // The names of ancestors are repeated for every child: cut, and none made that is not listed, or a document of 64 KiB could ask for megabytes.
        var name = list.IsFull ? "" : CleanText.Of(prefix + component.Name, 80);
        var children = component.Value.ValueKind == JsonValueKind.Object ? ReadChildren(component.Value, name + ".", list) : null;
        if (children is { } worst && HealthWords.Rank(result) <= HealthWords.Rank(worst)) return worst;
        list.Add(name, result, component.Value);
        return result;
    }

    private static bool HasOldComponents(JsonElement root)
    {
        if (JsonNames.Find(root, "details") is not { ValueKind: JsonValueKind.Object } details) return false;
        foreach (var child in details.EnumerateObject())
        {
            if (IsOldComponent(child.Value)) return true;
        }

        return false;
    }

    private static bool IsOldComponent(JsonElement value) => JsonNames.Find(value, "status") is { ValueKind: JsonValueKind.String };

    private static ProbeResult Worse(ProbeResult? one, ProbeResult other) => one is { } result ? HealthWords.Worse(result, other) : other;
}
