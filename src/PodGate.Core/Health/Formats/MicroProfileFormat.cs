using System.Text.Json;

namespace PodGate.Core.Health.Formats;

/// <summary>MicroProfile Health: <c>checks</c> is an array of objects with a name and a status; it may be empty.</summary>
internal static class MicroProfileFormat
{
    /// <summary>Whether <c>checks</c> has this format's shape.</summary>
    /// <param name="root">The document.</param>
    internal static bool Fits(JsonElement root) => JsonNames.Find(root, "checks") is { ValueKind: JsonValueKind.Array };

    /// <summary>Lists the components.</summary>
    /// <param name="root">The document.</param>
    /// <param name="list">Gets them.</param>
    internal static void Read(JsonElement root, ComponentList list)
    {
        if (JsonNames.Find(root, "checks") is { ValueKind: JsonValueKind.Array } checks) list.AddAll(checks);
    }
}
