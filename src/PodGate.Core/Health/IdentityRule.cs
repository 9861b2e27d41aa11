using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>Finds answers of another pod. Names are compared without case.</summary>
internal static class IdentityRule
{
    /// <summary>Why an answer is not this pod's, as the end of a sentence; null when nothing says so.</summary>
    /// <param name="document">The answer.</param>
    /// <param name="pod">The pod's settings.</param>
    /// <param name="settings">The fleet's numbers, for the other pods' names.</param>
    internal static string? Trouble(HealthReading document, PodSettings pod, FleetSettings settings)
    {
        // An error page without a name is only an error. What counts as well must say whose it is, and so must what rules for components may let count as well.
        var mustName = document.Result is ProbeResult.Healthy or ProbeResult.Degraded or ProbeResult.Leaving
            || (!pod.Health.Components.IsEmpty && !document.Components.IsEmpty);
        var identity = pod.Health.Identity;
        var expected = identity?.Expected ?? pod.Name;
        if (identity?.Header is { } header && Demand(document.HeaderIdentity, $"its header {header}", expected, mustName, settings) is { } byHeader)
            return byHeader;
        if (identity is not null && (identity.Field is not null || identity.Header is null))
            return Demand(document.Identity, identity.Field is { } field ? $"its field {field}" : "its document", expected, mustName, settings);
        return document.Identity is { } said && !Same(said, expected) && !Same(said, pod.Name) && OtherPod(said, settings) is { } other
            ? $"its document is that of {other}"
            : null;
    }

    private static string? Demand(string? said, string where, string expected, bool mustName, FleetSettings settings)
    {
        if (said is null) return mustName ? $"{where} does not say whose it is; {expected} was expected" : null;
        if (Same(said, expected)) return null;
        // Another text is the pod's own word, which no sentence repeats.
        return $"{where} names {OtherPod(said, settings) ?? "something else"}; {expected} was expected";
    }

    private static string? OtherPod(string said, FleetSettings settings) => settings.Pods.Keys.FirstOrDefault(name => Same(name, said));

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
