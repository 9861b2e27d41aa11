using PodGate.Control.Configuration.Reading;

namespace PodGate.Control.Configuration;

/// <summary>
/// What a running gate takes over from a new configuration, what it refuses until the next start, and what it wants confirmed.
/// Pure: compares two configurations.
/// </summary>
internal static class ReloadRules
{
    /// <summary>How many changes a sentence names before it counts.</summary>
    private const int MostNamed = 8;

    /// <summary>Every key that needs a restart and differs, as a line.</summary>
    public static IReadOnlyList<string> NeedRestart(GateConfiguration current, GateConfiguration next, string file) =>
    [
        .. ConfigurationKeys.All
            .Where(key => key.NeedsRestart && key.Show(current) != key.Show(next))
            .Select(key => $"{file}: {key.Path}: {Change(key, current, next)} while the gate runs; "
                + $"restart the gate, or put {(key.Hidden ? "the old value" : key.Show(current))} back"),
    ];

    /// <summary>Why the removal of pods must be confirmed, as lines; empty when it need not.</summary>
    /// <param name="current">The configuration in force.</param>
    /// <param name="next">The new one.</param>
    /// <param name="inTrafficWithout">How many pods would be in the traffic without these.</param>
    /// <param name="file">The file's name.</param>
    public static IReadOnlyList<string> NeedConfirmation(
        GateConfiguration current, GateConfiguration next, Func<IReadOnlySet<string>, int> inTrafficWithout, string file)
    {
        var removed = current.Fleet.Pods.Keys.Where(name => !next.Fleet.Pods.ContainsKey(name)).ToHashSet(StringComparer.Ordinal);
        if (removed.Count == 0)
            return [];

        const string Remedy = "put them back, or confirm with podgate reload --confirm";
        var names = string.Join(", ", removed.Order(StringComparer.Ordinal));
        var lines = new List<string>();
        if (removed.Count > 1)
            lines.Add($"{file}: Pods: {removed.Count} pods are removed at once ({names}); {Remedy}");

        // The larger of the two minima: neither a removal nor a lowered limit in the same breath may pass unnoticed.
        var least = Math.Max(current.Fleet.EffectiveMinimumOpen, next.Fleet.EffectiveMinimumOpen);
        var left = inTrafficWithout(removed);
        if (left < least)
            lines.Add($"{file}: Pods: without {names} only {left} of at least {least} pods (Failover.MinimumOpen) would be in the traffic; {Remedy}");
        return lines;
    }

    /// <summary>What differs, in words for the log; empty when nothing does.</summary>
    public static IReadOnlyList<string> Changes(GateConfiguration current, GateConfiguration next)
    {
        var changes = new List<string>();
        var (before, after) = (current.Fleet.Pods, next.Fleet.Pods);
        changes.AddRange(after.Keys.Where(name => !before.ContainsKey(name)).Select(name => $"{name} added"));
        changes.AddRange(before.Keys.Where(name => !after.ContainsKey(name)).Select(name => $"{name} removed"));
        changes.AddRange(after.Values.Where(pod => before.TryGetValue(pod.Name, out var old) && !old.Equals(pod)).Select(pod => $"{pod.Name} changed"));
        changes.AddRange(ConfigurationKeys.All
            .Where(key => key.Path != "Pods" && key.Show(current) != key.Show(next))
            .Select(key => $"{key.Path} {Change(key, current, next)}"));
        return changes;
    }

    /// <summary>The changes as the end of a sentence.</summary>
    public static string Sentence(IReadOnlyList<string> changes) =>
        changes.Count <= MostNamed ? string.Join(", ", changes) : $"{string.Join(", ", changes.Take(MostNamed))} and {changes.Count - MostNamed} more";

    private static string Change(ConfigurationKey key, GateConfiguration current, GateConfiguration next) =>
        key.Hidden ? "changed (not shown)" : $"changed from {key.Show(current)} to {key.Show(next)}";
}
