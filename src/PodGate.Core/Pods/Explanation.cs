using System.Collections.Immutable;
using System.Globalization;
using PodGate.Core.Health;

namespace PodGate.Core.Pods;

/// <summary>What kind of decision keeps a pod where it is, the strongest first.</summary>
public enum DecidedBy
{
    /// <summary>A person (or the configuration) wants it out.</summary>
    Intent,

    /// <summary>Automation failed it over.</summary>
    Latch,

    /// <summary>It never passed its probes.</summary>
    NeverPassed,

    /// <summary>Automation would act, and the guard, a freeze or a missing witness keeps it from that.</summary>
    HeldBack,

    /// <summary>It is routed around until it has proved itself.</summary>
    Suspension,

    /// <summary>Nothing speaks against it.</summary>
    Nothing,
}

/// <summary>One decision that is in force for a pod.</summary>
/// <param name="By">What kind.</param>
/// <param name="Cause">The rule that fired, by name; null when none did.</param>
/// <param name="Rule">The rule in a sentence, with the names of the settings it goes by.</param>
/// <param name="Sentence">What was seen when it fired, in a sentence.</param>
/// <param name="Since">Since when.</param>
public sealed record Ruling(DecidedBy By, Cause? Cause, string Rule, string Sentence, DateTimeOffset Since);

/// <summary>A number that was compared.</summary>
/// <param name="Subject">What it is of: <c>probes</c>, <c>suspension</c>, <c>ramp</c>, <c>check NAME</c> or <c>traffic</c>.</param>
/// <param name="Name">What was counted or measured.</param>
/// <param name="Value">What it was.</param>
/// <param name="Limit">What it is held against, with the setting's name; empty when it is held against nothing.</param>
public sealed record Comparison(string Subject, string Name, string Value, string Limit);

/// <summary>Why a pod is what it is: the rules that fired and the numbers they go by. API, journal and command line show the same.</summary>
/// <param name="Rulings">What is in force, the strongest first; never empty.</param>
/// <param name="Numbers">The numbers as they are now.</param>
public sealed record Explanation(ImmutableArray<Ruling> Rulings, ImmutableArray<Comparison> Numbers)
{
    /// <summary>The most lines of evidence that a latch keeps.</summary>
    public const int EvidenceLines = 20;

    private const int LongestLine = 500;

    /// <summary>Explains a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="settings">The fleet's numbers.</param>
    /// <param name="now">The moment.</param>
    public static Explanation Of(Pod pod, FleetSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(settings);
        return new Explanation(RulingsOf(pod, now), NumbersOf(pod, settings, now));
    }

    /// <summary>What a latch's evidence begins with: the rule, and the numbers of what speaks against the pod, one line a subject.</summary>
    /// <param name="pod">The pod, a moment before it is latched.</param>
    /// <param name="cause">The rule that fires.</param>
    /// <param name="settings">The fleet's numbers.</param>
    /// <param name="now">The moment.</param>
    internal static IEnumerable<string> Head(Pod pod, Cause cause, FleetSettings settings, DateTimeOffset now)
    {
        yield return Cut($"rule {cause}: {RuleSentences.Of(DecidedBy.Latch, cause)}");
        var telling = NumbersOf(pod, settings, now).Where(number => Speaks(pod, number.Subject)).GroupBy(number => number.Subject).Take(6);
        foreach (var subject in telling)
            yield return Cut($"{subject.Key}: {string.Join("; ", subject.Select(Line))}");
    }

    private static string Line(Comparison number) => $"{number.Name} {number.Value}{(number.Limit.Length == 0 ? "" : $" ({number.Limit})")}";

    private static string Cut(string line) => line.Length <= LongestLine ? line : line[..(LongestLine - 1)] + "…";

    /// <summary>In a latch's evidence a check that is well takes no room.</summary>
    private static bool Speaks(Pod pod, string subject)
    {
        if (!subject.StartsWith(CheckSubject, StringComparison.Ordinal)) return true;
        var check = pod.Health.Checks[subject[CheckSubject.Length..]];
        return check.Level >= HealthLevel.Suspect || (pod.Health.Flapping && check.Flaps.Count == pod.Health.FlapCount);
    }

    private static ImmutableArray<Ruling> RulingsOf(Pod pod, DateTimeOffset now)
    {
        var rulings = ImmutableArray.CreateBuilder<Ruling>();
        void Add(DecidedBy by, Cause cause, string sentence, DateTimeOffset since) =>
            rulings.Add(new Ruling(by, cause, RuleSentences.Of(by, cause), sentence, since));

        var intent = pod.Record.Intent;
        if (pod.Removing)
            Add(DecidedBy.Intent, Cause.Removed, $"{pod.Name} was taken out of the configuration and is drained", pod.GivesUpSince ?? pod.StateSince);
        else if (intent.Kind == IntentKind.Disabled)
        {
            var cause = intent.Deadline is { } deadline && deadline > intent.Since ? Cause.Drained : Cause.Disabled;
            Add(DecidedBy.Intent, cause, $"{intent.Who} wants {pod.Name} out: {intent.Why}", intent.Since);
            if (intent.Until is { } until && until <= now) Add(DecidedBy.Intent, Cause.DrainExpired, MaintenanceSentences.Expired(pod), until);
        }

        if (pod.Record.Latch is { } latch) Add(DecidedBy.Latch, latch.Cause, latch.Sentence, latch.Since);
        if (pod.Record.FirstPassed is null) Add(DecidedBy.NeverPassed, Cause.Added, $"{pod.Name} has not passed its probes yet", pod.StateSince);
        if (pod.HeldBack is { } held) Add(DecidedBy.HeldBack, held.Cause, held.Sentence, held.Since);
        if (pod.Suspension is { } suspension)
        {
            var sentence = pod.State == PodState.Suspended ? pod.Sentence : $"{pod.Name} is routed around";
            Add(DecidedBy.Suspension, suspension.Cause, sentence, suspension.Since);
        }

        if (rulings.Count == 0)
            rulings.Add(new Ruling(DecidedBy.Nothing, null, "no rule speaks against it", pod.Sentence, pod.StateSince));
        return rulings.ToImmutable();
    }

    private const string CheckSubject = "check ";

    private static ImmutableArray<Comparison> NumbersOf(Pod pod, FleetSettings settings, DateTimeOffset now) =>
    [
        .. OfProbes(pod.Health, settings, now),
        .. pod.Suspension is { } suspension ? OfSuspension(suspension, settings, now) : [],
        .. pod is { State: PodState.Ramping, Ramp: { } ramp } ? OfRamp(ramp, settings, now) : [],
        .. pod.Record.Intent is { Hold: { } percent } held ? OfHold(percent, held.Who) : [],
        .. pod.Settings.Checks.Values.Where(check => pod.Health.Checks.ContainsKey(check.Name))
            .SelectMany(check => OfTrack(CheckSubject + check.Name, pod.Health.Checks[check.Name], check.Fall, check.Rise, check.Timeout, settings)),
        .. TrafficNumbers.Of(pod.Health.Traffic, settings.Traffic, now),
    ];

    private static IEnumerable<Comparison> OfProbes(PodHealth health, FleetSettings settings, DateTimeOffset now)
    {
        const string Probes = "probes";
        foreach (var number in OfTrack(Probes, health.Document, settings.Fall, settings.Rise, settings.ProbeTimeout, settings)) yield return number;
        if (health.Cleared.Count > 0) yield return new Comparison(Probes, "times routed around and cleared", Number(health.Cleared.Count), FlapLimit(settings));
        if (health.WellSince is { } well) yield return new Comparison(Probes, "looks well for", Sentences.Span(now - well), "");
        if (health.ConnectionRefusedAt is { } refused)
            yield return new Comparison(Probes, "a client was refused", $"{Sentences.Span(now - refused)} ago", $"until Rise {settings.Rise} good ones");
    }

    private static IEnumerable<Comparison> OfTrack(string subject, ProbeTrack track, int fall, int rise, TimeSpan timeout, FleetSettings settings)
    {
        var evidence = track.Evidence;
        yield return new Comparison(subject, "failures in a row that count", Number(evidence.Counted), $"Fall {fall}");
        if (evidence.Run.Any(failure => failure.IsSilence))
        {
            var witnessed = evidence.Run.Count(failure => failure is { IsSilence: true, Witnessed: true });
            yield return new Comparison(subject, "silent, a witness answered", Number(witnessed), "count");
            yield return new Comparison(subject, "silent without a witness", Number(evidence.Unwitnessed), "do not count");
        }

        yield return new Comparison(subject, "good ones in a row", Number(track.GoodInARow), $"Rise {rise}");
        if (track.Last is { } last)
            yield return new Comparison(subject, "the last one took", Sentences.Span(last.Duration), $"Timeout {Sentences.Span(timeout)}");
        yield return new Comparison(subject, "level", track.Level.ToString(), "");
        yield return new Comparison(subject, "times failed and recovered", Number(track.Flaps.Count), FlapLimit(settings));
    }

    private static string FlapLimit(FleetSettings settings) =>
        settings.FlapLimit == 0 ? "FlapLimit 0: never" : $"FlapLimit {settings.FlapLimit} within {Sentences.Span(settings.FlapWindow)}";

    private static IEnumerable<Comparison> OfSuspension(Suspension suspension, FleetSettings settings, DateTimeOffset now)
    {
        const string Subject = "suspension";
        var tooLong = $"SuspendedTooLong {Sentences.Span(settings.SuspendedTooLong)}";
        yield return new Comparison(Subject, "lasts for", Sentences.Span(now - suspension.Since), tooLong);
        var hold = suspension.HoldUntil - suspension.Since;
        yield return new Comparison(Subject, "its hold ends in", Sentences.Span(suspension.HoldUntil - now), $"hold {Sentences.Span(hold)}");
        yield return new Comparison(Subject, "it is number", Number(suspension.Count), $"counted within HoldMemory {Sentences.Span(settings.HoldMemory)}");
    }

    private static IEnumerable<Comparison> OfHold(int percent, string who) =>
        [new Comparison("ramp", "is held at", $"{percent} % of its slots", $"{who} said so, until it is enabled without")];

    private static IEnumerable<Comparison> OfRamp(RampRun ramp, FleetSettings settings, DateTimeOffset now)
    {
        const string Subject = "ramp";
        var duration = ramp.For is null ? "Ramp.Duration" : "as the enable said";
        yield return new Comparison(Subject, "has gone on for", Sentences.Span(ramp.Gone(now)), $"{duration} {Sentences.Span(ramp.DurationBy(settings))}");
        if (ramp.HeldSince is { } since) yield return new Comparison(Subject, "stands still for", Sentences.Span(now - since), ramp.HeldBecause);
        if (ramp.Held(now) == TimeSpan.Zero) yield break;
        yield return new Comparison(
            Subject, "held back altogether", Sentences.Span(ramp.Held(now)), $"{RampRun.HeldTooLongTimes} times its duration is an alarm");
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
