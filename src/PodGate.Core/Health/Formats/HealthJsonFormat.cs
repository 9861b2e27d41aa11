using System.Text.Json;

namespace PodGate.Core.Health.Formats;

/// <summary>
/// <c>application/health+json</c> (draft-inadarei-api-health-check): <c>checks</c> is a map from "component:measurement" to arrays of results. One without
/// a status is a measurement and no component. Several under one name stay several: the worst of them counts.
/// </summary>
internal static class HealthJsonFormat
{
    /// <summary>The content type of the format.</summary>
    internal const string MediaType = "application/health+json";

    /// <summary>Whether <c>checks</c> has this format's shape.</summary>
    /// <param name="root">The document.</param>
    internal static bool Fits(JsonElement root)
    {
        if (JsonNames.Find(root, "checks") is not { ValueKind: JsonValueKind.Object } checks) return false;
        foreach (var first in checks.EnumerateObject()) return first.Value.ValueKind == JsonValueKind.Array;
        return false;
    }

    /// <summary>Lists the components.</summary>
    /// <param name="root">The document.</param>
    /// <param name="list">Gets them.</param>
    /// <returns>The newest <c>time</c> of a check: when the pod last looked at something; null when there is none.</returns>
    internal static DateTimeOffset? Read(JsonElement root, ComponentList list)
    {
        DateTimeOffset? newest = null;
        var times = 0;
        if (JsonNames.Find(root, "checks") is not { ValueKind: JsonValueKind.Object } checks) return null;
        foreach (var check in checks.EnumerateObject())
        {
            if (check.Value.ValueKind != JsonValueKind.Array)
            {
                list.Add(check.Name, list.StatusOf(check.Value), check.Value, "output");
                continue;
            }

            string? name = null;
            foreach (var result in check.Value.EnumerateArray())
            {
                if (result.ValueKind != JsonValueKind.Object) continue;
                // Reading a time takes a little memory, and nobody has so many components.
                if (times < HealthDocument.ComponentLimit && JsonNames.Find(result, "time") is { } time)
                {
                    times++;
                    if (FieldValues.Time(time) is { } at && !(newest >= at.At)) newest = at.At;
                }

                if (JsonNames.Find(result, "status") is not { } status) continue;
                list.Add(name ??= check.Name, ComponentList.StatusWord(status, numbers: false), result, "output");
            }
        }

        return newest;
    }
}
