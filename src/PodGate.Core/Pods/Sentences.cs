using System.Collections.Immutable;
using System.Globalization;
using PodGate.Core.Health;

namespace PodGate.Core.Pods;

/// <summary>Where the sentences are made, once each: log, journal, API and page show the same.</summary>
public static class Sentences
{
    /// <summary>A duration as people say it: 250 ms, 3.5 s, 5 min, 2 h.</summary>
    /// <param name="span">The duration.</param>
    public static string Span(TimeSpan span) => span switch
    {
        _ when span < TimeSpan.Zero => "0 s",
        _ when span.TotalMilliseconds < 1000 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        _ when span.TotalSeconds < 120 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
        _ when span.TotalMinutes < 120 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} h"),
    };

    private const string StaysOut = "it stays out until a person enables it";

    internal static string Latched(Pod pod, Cause cause, FleetSettings settings, DateTimeOffset now) =>
        $"{pod.Name} failed over: {WhyLatched(pod, cause, settings, now)}; {StaysOut}";

    private static string WhyLatched(Pod pod, Cause cause, FleetSettings settings, DateTimeOffset now)
    {
        if (pod.Health.Level == HealthLevel.Unhealthy) return Against(pod, cause, settings);
        var suspicion = pod.Health.Traffic.Accuses ? $" ({pod.Health.Traffic.Sentence})" : "";
        return $"suspended for {Span(now - pod.Suspension!.Since)} without proving itself well{suspicion}";
    }

    internal static string Suspended(Pod pod, TimeSpan hold, FleetSettings settings) =>
        $"{pod.Name} is routed around for at least {Span(hold)}: {Against(pod, pod.Health.Reason(settings), settings)}";

    /// <summary>What speaks against a pod, seen by what decided: the health address, a check, clients' requests.</summary>
    private static string Against(Pod pod, Cause? reason, FleetSettings settings)
    {
        var evidence = pod.Health.Evidence;
        switch (reason)
        {
            case null:
                return "a new connection to it was refused";
            case Cause.Leaving:
                return "it asks to be drained";
            case Cause.ErrorsInTraffic or Cause.SlowInTraffic:
                return pod.Health.Traffic.Sentence;
            case Cause.Flapping:
                return Flapped(pod.Health, settings)
                    + (pod.Health.FlappedMost.Recent.FindLast(report => report.IsFailure) is { } failure ? $"; the last failure: {failure.Sentence}" : "");
            case Cause.WrongPod:
                return $"what answered is another pod: {evidence.Counting.Last(failure => failure.Result == ProbeResult.WrongPod).Sentence}";
            default:
                var within = Span(evidence.Counting.Max(failure => failure.FinishedAt) - evidence.Counting.First().SentAt);
                var witness = !evidence.Counting.Any(failure => failure.IsSilence) ? ""
                    : settings.References.IsEmpty ? ", while other pods answered"
                    : ", while another pod or a reference target answered";
                return $"{evidence.Counted} probes in a row failed within {within}{witness}; the last: {evidence.Counting.Last().Sentence}";
        }
    }

    /// <summary>What came and went, by whichever showed it most often.</summary>
    private static string Flapped(PodHealth health, FleetSettings settings)
    {
        var track = health.FlappedMost;
        var what = track.Flaps.Count < health.FlapCount ? "it was routed around and proved itself well again"
            : track.Last?.Check is { } check ? $"its check {check} failed and recovered"
            : "its health address failed and recovered";
        return $"{what} {health.FlapCount} times within {Span(settings.FlapWindow)}";
    }

    internal static string NotThePod(Pod pod) => $"it is not {pod.Name} alone: {pod.Health.Traffic.Sentence}";

    internal static string WatchOnly(Pod pod, FleetSettings settings, FreezeOrder? freeze)
    {
        var why = settings.Mode == FailoverMode.Observe ? "the mode is Observe" : $"{freeze?.Who ?? "somebody"} froze automation";
        var action = pod.Health.Level switch
        {
            HealthLevel.Unhealthy => "is Unhealthy and would be failed over",
            HealthLevel.Leaving => "asks to be drained and would be routed around",
            _ => "is suspect and would be routed around",
        };
        var evidence = pod.Health.Level == HealthLevel.Leaving
            ? $"the last probe: {pod.Health.Last?.Sentence}"
            : Against(pod, pod.Health.Reason(settings), settings);
        return $"{pod.Name} {action}, but {why}; {evidence}";
    }

    /// <summary>A pod that is neither proved well nor condemned, and since when.</summary>
    internal static string SuspendedForLong(Pod pod, FleetSettings settings, FreezeOrder? freeze, DateTimeOffset now)
    {
        var since = pod.Suspension!.Since;
        var outFor = $"{pod.Name} has been routed around for {Span(now - since)}";
        if (pod.Health.Level == HealthLevel.Leaving) return $"{outFor} and asks to be drained: drain it, or mend what makes it ask";
        if (freeze is not null && pod.Health.ProvedSince(since, settings.Rise, pod.Settings.Checks))
            return $"{outFor}; it has proved itself well, but {freeze.Who} froze automation, and a freeze brings nobody back";
        return $"{outFor} and has not proved itself well: {Proof(pod, settings)}; the last probe: {pod.Health.Last?.Sentence}";
    }

    internal static string NotMeasured(Pod pod, DateTimeOffset now) =>
        $"{pod.Name} is not measured: for {Span(now - pod.Health.Document.UntoldSince!.Value)} no probe has told whether it is well, so nobody would notice if it failed; the last: {pod.Health.Last?.Sentence}";

    internal static string RampHeld(Pod pod, FleetSettings settings, DateTimeOffset now)
    {
        var ramp = pod.Ramp!;
        var why = ramp.HeldSince is null ? "it goes on now" : ramp.HeldBecause;
        return $"the ramp of {pod.Name}, {Span(ramp.DurationBy(settings))}, has been held back for {Span(ramp.Held(now))}: {why}";
    }

    internal static string NoWitness(Pod pod) =>
        $"{pod.Name} is silent ({pod.Health.Evidence.Run.Length} probes in a row), and no other pod answered meanwhile: the gate suspects itself, and nothing changes; the last: {pod.Health.Last?.Sentence}";

    internal static string NotVerifiable(Pod pod) =>
        $"{pod.Name} cannot be verified to be well without traffic: it was failed over for what clients' requests met ({pod.Record.Latch!.Cause}), and there is no check of the gate's own that sends requests; add one to Checks, or look for yourself and use force with a reason";

    internal static string NotWell(Pod pod, FleetSettings settings, DateTimeOffset now)
    {
        var last = pod.Health.Last is { } report ? $"the last probe, {Span(now - report.FinishedAt)} ago: {report.Sentence}" : "it was not probed yet";
        var flapping = pod.Health.Flapping ? $", and {Flapped(pod.Health, settings)}" : "";
        return $"{pod.Name} is not verified to be well: {Proof(pod, settings)}{flapping}; {last}. Mend it and try again, or use force";
    }

    /// <summary>How far a pod has got in proving itself well.</summary>
    private static string Proof(Pod pod, FleetSettings settings)
    {
        var checks = string.Concat(
            from check in pod.Settings.Checks.Values
            let good = pod.Health.Checks.GetValueOrDefault(check.Name, ProbeTrack.Empty).GoodInARow
            where good < check.Rise
            select $", check {check.Name} {good} of {check.Rise}");
        return $"health {pod.Health.Level}, {pod.Health.GoodInARow} of {settings.Rise} good probes in a row{checks}";
    }

    /// <summary>
    /// The rule and the numbers it compared; then the last good reports, for comparison, and the failures: the first ones and the last ones
    /// when they are many. At most <see cref="Explanation.EvidenceLines"/> lines.
    /// </summary>
    internal static ImmutableArray<string> EvidenceOf(Pod pod, Cause cause, FleetSettings settings, DateTimeOffset now)
    {
        var head = Explanation.Head(pod, cause, settings, now).ToArray();
        var room = Explanation.EvidenceLines - head.Length;
        return
        [
            .. head,
            .. cause == Cause.Flapping ? ReportsOf(pod.Health.FlappedMost, [], room) : ReportsOf(pod.Health.Document, pod.Health.Evidence.Run, room),
        ];
    }

    private static IEnumerable<string> ReportsOf(ProbeTrack track, ImmutableArray<ProbeReport> run, int most)
    {
        var failures = run.Length == 0 ? [.. track.Recent.Where(report => !report.IsGood)] : run;
        var good = track.Recent.Where(report => report.IsGood).TakeLast(2).Select(report => report with { Body = null });
        var half = (most - 2) / 2;
        var shown = failures.Length <= 2 * half ? failures : [.. failures.Take(half), .. failures.TakeLast(half)];
        return good.Concat(shown).OrderBy(report => report.SentAt).Select(EvidenceLine);
    }

    private static string EvidenceLine(ProbeReport report)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{report.SentAt:HH:mm:ss.fff} {report.Result} after {Span(report.Duration)}: {report.Sentence}{(report.Body is null ? "" : $" | {report.Body}")}");
        return line.Length <= 500 ? line : line[..500];
    }

    internal static (Cause Cause, string Sentence, string Who) Default(Pod? old, Pod pod, FleetSettings settings) => (pod.State, old?.State) switch
    {
        (PodState.Observed, _) => (Cause.Frozen, WatchOnly(pod, settings, null), Transition.Automation),
        (PodState.Drained, _) => (Cause.Emptied, $"nothing is left on {pod.Name}", Transition.Automation),
        (PodState.Open, PodState.Ramping) => (Cause.RampComplete, $"{pod.Name} is back on all its slots: its ramp is complete", Transition.Automation),
        _ => (Cause.ProvedWell, $"{pod.Name} is {pod.State}: its health is {pod.Health.Level}", Transition.Automation),
    };
}
