using System.Text.Json;

namespace PodGate.Core.Health.Formats;

/// <summary>
/// ASP.NET Core's health report as JSON, in the shapes that are met: UIResponseWriter's (<c>entries</c>), that of Microsoft's documentation
/// (<c>results</c>), a serialized <c>HealthReport</c> (status as a number, names in Pascal case), and lists of checks that are written by hand.
/// </summary>
internal static class AspNetFormat
{
    private static readonly string[] Own = ["entries", "results", "healthChecks"];
    private static readonly string[] ByHand = ["checks", "components"];

    /// <summary>Whether a document has what only this format has.</summary>
    /// <param name="root">The document.</param>
    internal static bool Fits(JsonElement root) => Own.Any(name => JsonNames.Find(root, name) is not null) || JsonNames.Find(root, "totalDuration") is not null;

    /// <summary>Whether the document is the platform's report as it is, so that its numbers may be believed.</summary>
    /// <param name="root">The document.</param>
    internal static bool IsReport(JsonElement root) =>
        JsonNames.Find(root, "totalDuration") is not null && (JsonNames.Find(root, "entries") ?? JsonNames.Find(root, "results")) is not null;

    /// <summary>Lists the components.</summary>
    /// <param name="root">The document.</param>
    /// <param name="list">Gets them.</param>
    internal static void Read(JsonElement root, ComponentList list)
    {
        foreach (var name in Own.Concat(ByHand))
        {
            if (JsonNames.Find(root, name) is not { ValueKind: JsonValueKind.Object or JsonValueKind.Array } found) continue;
            list.AddAll(found);
            return;
        }
    }
}
