using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Configuration.Reading;

/// <summary>What must hold between the keys that say what is evidence: checks, traffic, flapping, and the timeouts of forwarding.</summary>
internal static class EvidenceRules
{
    /// <summary>Checks these relations.</summary>
    public static void Check(GateConfiguration configuration, Findings findings)
    {
        var (fleet, forwarding) = (configuration.Fleet, configuration.Forwarding);
        Relations.NotLonger("Traffic.SlowFor", fleet.Traffic.SlowFor, "Traffic.Window", fleet.Traffic.Window, findings);
        if (forwarding.HedgeAfter is { } hedgeAfter)
            Relations.NotLonger("Forwarding.HedgeAfter", hedgeAfter, "Forwarding.FirstByteTimeout", forwarding.FirstByteTimeout, findings);
        CheckFlapping(fleet, findings);
        CheckSources(configuration, findings);
        foreach (var pod in fleet.Pods.Values)
            CheckPod(pod, configuration, findings);
    }

    /// <summary>A pod is doubted after a first failed probe at the earliest, so that one flap takes an interval.</summary>
    private static void CheckFlapping(FleetSettings fleet, Findings findings)
    {
        const string Window = "Failover.FlapWindow";
        const string Limit = "Failover.FlapLimit";
        const string Interval = "Probing.Interval";
        var least = fleet.ProbeInterval * fleet.FlapLimit;
        if (least > fleet.FlapWindow && findings.AreWell(Window, Limit, Interval))
            findings.Warning(
                findings.PlaceOf(Window, Limit, Interval),
                Window,
                $"{Relations.Quote(fleet.FlapWindow)} is too short for {fleet.FlapLimit} flaps ({Limit}) of at least one {Interval}"
                    + $" ({Relations.Quote(fleet.ProbeInterval)}) each",
                $"write {Relations.Quote(least)} or more, or 0 for {Limit}, unless that is meant");
    }

    private static void CheckSources(GateConfiguration configuration, Findings findings)
    {
        const string Sources = "Traffic.Sources";
        var (sources, slots) = (configuration.Fleet.Traffic.Sources, configuration.Affinity.Slots);
        if (sources > slots && findings.AreWell(Sources, "Affinity.Slots"))
            findings.Warning(
                findings.PlaceOf(Sources, "Affinity.Slots"),
                Sources,
                $"{sources} is more than there are slots ({slots}), so that traffic never condemns a pod",
                $"write less than {slots}, or false for Traffic.Enabled if that is meant");
    }

    private static void CheckPod(PodSettings pod, GateConfiguration configuration, Findings findings)
    {
        var key = $"{WrittenValue.Join("Pods", pod.Name)}.Checks";
        if (!configuration.PodChecks.TryGetValue(pod.Name, out var own) || !findings.AreWell(key, "Checks"))
            return;
        foreach (var name in own.Without.Where(name => !configuration.Checks.ContainsKey(name)))
        {
            var near = Suggestion.Nearest(name, configuration.Checks.Keys);
            findings.Error(
                findings.PlaceOf($"{key}.{name}", key),
                $"{key}.{name}",
                "switches off what is no check for all pods",
                near is null ? "take it out" : $"did you mean \"{near}\"?");
        }

        if (pod.Checks.Count > CheckSettings.MostChecks)
            findings.Error(
                findings.PlaceOf(key),
                key,
                $"makes {pod.Checks.Count} checks together with those for all pods",
                $"write fewer, or switch some off with null: {CheckSettings.MostChecks} at most");
    }
}
