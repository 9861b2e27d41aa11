using PodGate.Control;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Operator;

/// <summary>Looks before somebody leaps: who would move, to whom, what these would have to carry, and what the guard would say.</summary>
internal static class PreviewMapping
{
    /// <summary>Clients that were seen within this time are there.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromMinutes(5);

    /// <summary>What a command would lead to.</summary>
    /// <param name="sources">What to read.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="command">drain, disable or enable.</param>
    /// <param name="keepActive">Of a soft drain.</param>
    /// <param name="hold">Of an enable: at how many percent of its slots the pod would be held.</param>
    public static PreviewJson Of(OperatorSources sources, Pod pod, string command, TimeSpan? keepActive, int? hold = null)
    {
        var view = sources.View();
        var (now, snapshot) = (sources.Time.GetTimestamp(), view.Snapshot);
        var comes = command == "enable";
        var kept = keepActive is { } within ? snapshot.InUse(pod.Name, within, now) : SlotSet.Empty;
        var admission = comes ? Admission.Serving : kept.IsEmpty ? Admission.Excluded : Admission.Keeping;

        var preflight = comes
            ? Preflight.OfEnable(view.Fleet, pod, sources.Time.GetUtcNow(), hold)
            : Preflight.OfLeaving(view.Fleet, pod, sources.Time.GetUtcNow());

        // Nobody moves to a pod that would still have to wait for its first probes, or that needs no enable: what it gets is up to its health or its ramp.
        var waits = comes && (pod.Record.FirstPassed is null || !preflight.Changes);
        var share = Ramp.ShareHeldAt(hold);
        if (waits && view.Route(pod.Name) is { } route) (admission, share, kept) = (route.Admission, route.Share, route.Kept);
        var preview = MovePreview.Of(snapshot, pod.Name, admission, kept, Lately, now, share);
        var rates = sources.Rates();
        var pods = snapshot.Pods.Select(one => PodOf(one.Name, preview, rates))
            .Where(one => one.ClientsNow != one.ClientsThen || one.Name == pod.Name).ToList();
        var all = rates.Values.Sum();
        var moved = preview.Moves.Sum(move => RateOf(move, preview, rates));
        return new PreviewJson(
            pod.Name, command, preflight.Allowed, preflight.ForceHelps, preflight.Sentence, preview.Moves.Sum(move => move.Used), all > 0 ? moved / all : null,
            keepActive is null ? 0 : preview.Used[pod.Name] - preview.Moves.Where(move => move.From == pod.Name).Sum(move => move.Used), Lately, pods)
        {
            Hold = hold,
            PinnedNetworks = snapshot.Pins.All.Count(pin => pin.Pod == pod.Name),
        };
    }

    private static PreviewPodJson PodOf(string name, MovePreview preview, IReadOnlyDictionary<string, double> rates)
    {
        var (arrive, leave) = (preview.Moves.Where(move => move.To == name).ToList(), preview.Moves.Where(move => move.From == name).ToList());
        var (clients, rate) = (preview.Used[name], rates.GetValueOrDefault(name));
        return new PreviewPodJson(
            name, clients, clients + arrive.Sum(move => move.Used) - leave.Sum(move => move.Used), rate,
            Math.Max(0, rate + arrive.Sum(move => RateOf(move, preview, rates)) - leave.Sum(move => RateOf(move, preview, rates))));
    }

    /// <summary>The part of its owner's requests that goes with those who move.</summary>
    private static double RateOf(SlotMove move, MovePreview preview, IReadOnlyDictionary<string, double> rates) =>
        move.From is { } from && preview.Used[from] > 0 ? rates.GetValueOrDefault(from) * move.Used / preview.Used[from] : 0;
}
