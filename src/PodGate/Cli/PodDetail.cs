using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>All that is known of one pod, one fact a line.</summary>
internal static class PodDetail
{
    /// <summary>Prints it.</summary>
    /// <param name="screen">Where to print.</param>
    /// <param name="pod">The pod.</param>
    public static void Show(Screen screen, PodJson pod)
    {
        Fact(screen, "pod", pod.Name);
        screen.Line(Label("state"), new Words(pod.State, Looks.OfState(pod.State)), $" since {PlainText.Moment(pod.StateSince)}");
        Fact(screen, "why", pod.Sentence);
        Fact(screen, "intent", $"{pod.Intent} by {pod.IntentWho} since {PlainText.Moment(pod.IntentSince)}: {pod.IntentReason}");
        if (pod.Deadline is { } deadline) Fact(screen, "deadline", $"{PlainText.Moment(deadline)}; what still runs then is closed");
        if (pod.KeepActive is { } active)
            Fact(screen, "soft drain", PlainText.Invariant($"{pod.Slots} slots that were used within {PlainText.Span(active)} are still with it"));
        if (pod.Hold is { } hold) Fact(screen, "held", PlainText.Invariant($"at {hold} % of its own slots until it is enabled without --hold"));
        if (pod.Note is { } note) Fact(screen, "note", $"{note.Text} ({note.Who}, {PlainText.Moment(note.At)})");
        if (pod.Owner is { } owner) Fact(screen, "owner", owner);
        if (pod.Until is { } until) Fact(screen, "back by", PlainText.Moment(until) + (pod.Expired ? "; EXPIRED, and it is still out" : ""));
        if (pod.Maintenance is { } plan) Fact(screen, "maintenance", MaintenanceWords.Of(plan));
        ShowLatch(screen, pod);
        screen.Line(Label("health"), new Words(pod.Health, Looks.OfHealth(pod.Health)),
            pod.WellSince is { } well ? $"; looks well since {PlainText.Moment(well)}" : "; does not look well");
        Fact(screen, "last probe", pod.LastProbe is { } probe
            ? PlainText.Invariant($"{PlainText.Moment(probe.At)} {probe.Result} in {probe.Milliseconds:0.#} ms: {probe.Sentence}")
            : "none yet");
        if (pod.HeldBack is { Length: > 0 } held) Fact(screen, "held back", held);
        Fact(screen, "traffic", PlainText.Invariant($"{pod.Slots} slots ({Looks.Share(pod.SlotShare)}), {pod.RequestsInFlight} in flight"));
        if (pod.Ramp is { } ramp)
        {
            var going = ramp.HeldSince is { } since ? $"held back since {PlainText.Moment(since)}: {ramp.HeldBecause}" : "goes on";
            var stood = ramp.Held > TimeSpan.Zero ? $", held back for {PlainText.Span(ramp.Held)}" : "";
            Fact(screen, "ramp", $"{Looks.Share(ramp.Share)} of its slots; takes {PlainText.Span(ramp.Duration)}{stood}; {going}");
        }

        Fact(screen, "address", pod.Address);
        if (pod.Labels.Count > 0)
        {
            var labels = pod.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}");
            Fact(screen, "labels", string.Join(", ", labels));
        }

        Fact(screen, "version", PlainText.Invariant($"{pod.Version}"));
    }

    private static void ShowLatch(Screen screen, PodJson pod)
    {
        if (pod.Latch is not { } latch)
        {
            Fact(screen, "latch", "none");
            return;
        }

        Fact(screen, "latch", $"{latch.Id} ({latch.Cause}) since {PlainText.Moment(latch.Since)}: {latch.Sentence}");
        foreach (var evidence in latch.Evidence) Fact(screen, "", $"- {evidence}");
    }

    private static void Fact(Screen screen, string name, string value) => screen.Line(Label(name), value);

    private static Words Label(string name) => $"{name,-12}";
}
