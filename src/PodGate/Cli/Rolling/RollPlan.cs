using System.Text.Json.Serialization;
using PodGate.Operator;

namespace PodGate.Cli.Rolling;

/// <summary>What a roll would do, and what objects to it now.</summary>
/// <param name="Pods">The pods that it would work on, in order.</param>
/// <param name="Done">The pods that it would skip, because they are done.</param>
/// <param name="Reason">Why.</param>
/// <param name="Terms">How it would go about it.</param>
/// <param name="Objections">Why it would not begin; empty when it would.</param>
internal sealed record RollPlan(
    IReadOnlyList<PlannedPod> Pods, IReadOnlyList<string> Done, string Reason, RollTermsJson Terms, IReadOnlyList<string> Objections)
{
    /// <summary>Plans a roll.</summary>
    /// <param name="asked">What it is to do.</param>
    /// <param name="fleet">The fleet as it is now.</param>
    /// <param name="last">The roll that runs or ran before, or null.</param>
    public static RollPlan Of(RollAsked asked, FleetJson fleet, RollJson? last)
    {
        var pods = fleet.Pods.ToDictionary(pod => pod.Name, StringComparer.Ordinal);
        var left = asked.Left.ToList();
        var objections = new List<string>();
        if (last is { State: RollStates.Running })
            objections.Add($"{RollWords.Name(last)} runs since {RollWords.Moment(last.Began)}, from {last.From}; {RollWords.Place(last)}");
        if (left.Count == 0) objections.Add("there is no pod to work on");
        objections.AddRange(left.Where(name => !pods.ContainsKey(name)).Select(name => $"there is no pod {name}; the pods are {string.Join(", ", pods.Keys)}"));
        var known = left.Where(pods.ContainsKey).Select(name => pods[name]).ToList();
        objections.AddRange(known.Where(pod => pod.State != "Open" && pod.Name != asked.ResumesAt).Select(pod =>
            $"{pod.Name} is {pod.State}, and a roll begins with pods that are in the traffic, since it enables them when they are done: {pod.Sentence}"));
        objections.AddRange(known.Where(pod => pod.Name == asked.ResumesAt && pod.Intent == "Disabled" && pod.IntentSince != asked.DrainedAt).Select(pod =>
            $"{RollAsked.TakenOut(pod)}; when that is over, enable it, and then take the roll up"));
        var planned = known.Select(pod => new PlannedPod(pod.Name, asked.CommandOf(pod.Name))).ToArray();
        if (asked.CommandOfWhom is { } whose && planned.Any(pod => pod.Command is not null))
        {
            objections.Add(
                $"the command is {whose}'s, as the gate says it, and would be run here as you: {asked.Command}; say with --exec COMMAND what is to be run, the same or another");
        }

        if (known.FirstOrDefault() is { } first && RollAsked.IsInTraffic(first)) objections.AddRange(ToTheDrain(asked, first, known, fleet));
        if (!fleet.Gate.JournalWritable) objections.Add("the gate's journal cannot be written, so it would refuse to enable a pod again");
        return new RollPlan(planned, asked.Done, asked.Reason, asked.Terms, objections);
    }

    // Only the first is looked at: when it is the next one's turn, it is back.
    private static IEnumerable<string> ToTheDrain(RollAsked asked, PodJson first, List<PodJson> known, FleetJson fleet)
    {
        foreach (var other in asked.InTheWay(first.Name, fleet).Except(known)) yield return asked.Objection(other);
        if (fleet.Gate.InTraffic - 1 >= fleet.Gate.MinimumOpen) yield break;
        yield return PlainText.Invariant(
            $"the guard would refuse the drain: {fleet.Gate.InTraffic} pods are in the traffic, and {fleet.Gate.MinimumOpen} are needed (MinimumOpen)");
    }
}

/// <summary>A pod of the plan.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Command">What would be run for it; null: nothing, since <c>--skip-exec</c> says so.</param>
internal sealed record PlannedPod(string Pod, string? Command);

/// <summary>How a plan becomes JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RollPlan))]
internal sealed partial class RollPlanContext : JsonSerializerContext;
