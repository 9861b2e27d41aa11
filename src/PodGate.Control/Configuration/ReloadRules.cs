using PodGate.Control.Configuration.Reading;
using PodGate.Core.Health;
using PodGate.Core.Pods;

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
        foreach (var pod in after.Values.Where(pod => before.TryGetValue(pod.Name, out var old) && !old.Equals(pod)))
        {
            // What changed for all pods is told once, below.
            var own = OwnChanges(before[pod.Name], pod)
                .Concat(Named("Checks.", OwnChecks(current, pod.Name), OwnChecks(next, pod.Name)).Select(check => check.Name))
                .ToList();
            if (own.Count > 0)
                changes.Add($"{pod.Name} changed ({string.Join(", ", own)})");
        }

        changes.AddRange(Named("Checks.", current.Checks, next.Checks).Select(check => $"{check.Name} {check.Verb}"));
        changes.AddRange(PinSentences.Changes(current.Fleet.Pins, next.Fleet.Pins));
        changes.AddRange(Named("Alerts.Channels.", current.Alerts.Channels, next.Alerts.Channels).Select(channel => $"{channel.Name} {channel.Verb}"));
        changes.AddRange(ConfigurationKeys.All
            .Where(key => !key.IsFileOnly && key.Show(current) != key.Show(next))
            .Select(key => $"{key.Path} {Change(key, current, next)}"));
        return changes;
    }

    /// <summary>The changes as the end of a sentence.</summary>
    public static string Sentence(IReadOnlyList<string> changes) =>
        changes.Count <= MostNamed ? string.Join(", ", changes) : $"{string.Join(", ", changes.Take(MostNamed))} and {changes.Count - MostNamed} more";

    /// <summary>The keys of a pod that differ, but for its checks. Names only: there may be secrets in their values.</summary>
    private static IEnumerable<string> OwnChanges(PodSettings old, PodSettings next)
    {
        if (old.Address != next.Address)
            yield return "Address";
        var (before, after) = (old.Health, next.Health);
        if (before.Url != after.Url && (old.Address == next.Address || !IsMovedWithAddress(old, next)))
            yield return "Health.Url";
        if (before.Format != after.Format)
            yield return "Health.Format";
        if (!before.Headers.SequenceEqual(after.Headers))
            yield return "Health.Headers";
        if (!before.Components.SequenceEqual(after.Components))
            yield return "Health.Components";
        if (before.Freshness != after.Freshness)
            yield return "Health.Freshness";
        if (before.Identity != after.Identity)
            yield return "Health.Identity";
        if (!old.Labels.SequenceEqual(next.Labels))
            yield return "Labels";
        if (old.MostRequests != next.MostRequests)
            yield return "MostRequests";
    }

    /// <summary>A health path on a new address is the same path.</summary>
    private static bool IsMovedWithAddress(PodSettings old, PodSettings next) =>
        old.Health.Url.AbsoluteUri.StartsWith(old.Address.AbsoluteUri, StringComparison.Ordinal)
        && next.Health.Url.AbsoluteUri == next.Address.AbsoluteUri + old.Health.Url.AbsoluteUri[old.Address.AbsoluteUri.Length..];

    /// <summary>A pod's own checks; null for those that it goes without.</summary>
    private static Dictionary<string, CheckSettings?> OwnChecks(GateConfiguration configuration, string pod)
    {
        var own = configuration.PodChecks.GetValueOrDefault(pod, PodChecks.None);
        var checks = own.Own.ToDictionary(check => check.Key, CheckSettings? (check) => check.Value, StringComparer.Ordinal);
        foreach (var name in own.Without)
            checks[name] = null;
        return checks;
    }

    private static IEnumerable<(string Name, string Verb)> Named<T>(
        string prefix, IReadOnlyDictionary<string, T> before, IReadOnlyDictionary<string, T> after) =>
        from name in before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
        let verb = !before.ContainsKey(name) ? "added" : !after.ContainsKey(name) ? "removed" : Equals(before[name], after[name]) ? null : "changed"
        where verb is not null
        select (prefix + name, verb);

    private static string Change(ConfigurationKey key, GateConfiguration current, GateConfiguration next) =>
        key.Hidden ? "changed (not shown)" : $"changed from {key.Show(current)} to {key.Show(next)}";
}
