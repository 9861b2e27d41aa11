using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Pods;

/// <summary>Clients of a story: 13 sources on pod-a, 14 on pod-b, 13 on pod-c, five requests a second each unless told otherwise.</summary>
internal static class TrafficStory
{
    public static readonly Dictionary<string, int[]> Homes = new()
    {
        ["pod-a"] = [.. Enumerable.Range(0, 13)], ["pod-b"] = [.. Enumerable.Range(100, 14)], ["pod-c"] = [.. Enumerable.Range(200, 13)],
    };

    /// <summary>A second passes and everybody is probed, and the check, if named, passes.</summary>
    public static void Wait(FleetStory story, double seconds, string? check = null)
    {
        story.Seconds(seconds);
        story.Everybody(ProbeResult.Healthy);
        if (check is null) return;
        foreach (var pod in story.Fleet.Pods.Keys)
            story.Apply(new ProbeEnded(new ProbeReport(pod, story.Now, story.Now, ProbeResult.Healthy, "well") { Check = check }));
    }

    public static FleetStory Warm(CheckSettings? check = null, FleetSettings? settings = null)
    {
        var story = new FleetStory(3, settings);
        if (check is not null)
        {
            var all = story.Fleet.Settings;
            var pods = all.Pods.Values.Select(pod => pod with { Checks = pod.Checks.Add(check.Name, check) });
            story.Apply(new Reconfigured(all with { Pods = pods.ToImmutableSortedDictionary(pod => pod.Name, pod => pod, StringComparer.Ordinal) }));
        }

        for (var i = 0; i < 10; i++) Round(story, (_, _, _) => (SlotOutcome.Fine, 2));
        return story;
    }

    public static Func<string, int, bool, (SlotOutcome, double)> Fails(SlotOutcome kind, string sick) =>
        (pod, _, _) => (pod == sick ? kind : SlotOutcome.Fine, 2);

    public static Func<string, int, bool, (SlotOutcome, double)> Times(double milliseconds, string sick) =>
        (pod, _, _) => (SlotOutcome.Fine, pod == sick ? milliseconds : 2);

    /// <summary>200 ms: every source sends one request to where it belongs, or to the next pod when that one is out; looks are taken at 100 and 200 ms.</summary>
    public static void Round(FleetStory story, Func<string, int, bool, (SlotOutcome Outcome, double Milliseconds)> outcome, Func<string, int[]>? homes = null)
    {
        Half(story, outcome, 0, homes);
        Half(story, outcome, 1, homes);
    }

    /// <summary>100 ms: every other source.</summary>
    public static void Half(FleetStory story, Func<string, int, bool, (SlotOutcome Outcome, double Milliseconds)> outcome, int half, Func<string, int[]>? homes = null,
        string? dead = null)
    {
        string[] names = ["pod-a", "pod-b", "pod-c"];
        story.Seconds(0.1);
        foreach (var name in names)
        {
            foreach (var slot in (homes?.Invoke(name) ?? Homes[name]).Where((_, index) => index % 2 == half))
            {
                var moved = !Serves(story, name);
                var pod = moved ? names.First(other => other != name && Serves(story, other)) : name;
                var (ends, milliseconds) = outcome(pod, slot, moved);
                story.Request(pod, slot, ends, milliseconds);
            }
        }

        foreach (var name in story.Fleet.Pods.Keys) story.Probe(name, name == dead ? ProbeResult.Refused : ProbeResult.Healthy);
        story.Look();
    }

    private static bool Serves(FleetStory story, string pod) => story.Routes().Single(route => route.Name == pod).Admission == Admission.Serving;
}
