using PodGate.Core.Pods;

namespace PodGate.Control.Alerts;

/// <summary>
/// Something that holds for a while and is no transition. People are told when it begins, when it comes to another stage, and when it is over.
/// </summary>
/// <param name="Kind">One of <see cref="AlertKinds"/>.</param>
/// <param name="Severity">How much it wants of people.</param>
/// <param name="Pod">The pod's name, or null.</param>
/// <param name="Sentence">What is wrong.</param>
/// <param name="Stage">Grows as it gets worse or older; each stage is told.</param>
public sealed record AlertCondition(string Kind, AlertSeverity Severity, string? Pod, string Sentence, int Stage = 1)
{
    /// <summary>What it is about when that is no pod.</summary>
    public string? About { get; init; }
}

/// <summary>Which conditions hold. Pure: looks at a fleet, a file's fate or a date, and at the moment.</summary>
public static class AlertConditions
{
    /// <summary>The kinds of alerts that come from here alone.</summary>
    public static IReadOnlySet<string> Kinds { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        AlertKinds.LatchedLooksWell, AlertKinds.Suspended, AlertKinds.Flapping, AlertKinds.Configuration, AlertKinds.Certificate, AlertKinds.Channel,
        AlertKinds.RollDied,
    };

    /// <summary>How long a pod may be routed around before people hear of it.</summary>
    internal static readonly TimeSpan SuspendedFor = TimeSpan.FromMinutes(2);

    /// <summary>How long a channel may fail before the others tell of it.</summary>
    internal static readonly TimeSpan ChannelFailsFor = TimeSpan.FromMinutes(5);

    // That somebody renewed it in vain wants no more of people than that it expires in a week.
    private const int StageOfUnused = 2;

    private static readonly TimeSpan FirstReminder = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestReminder = TimeSpan.FromDays(1);

    // From the latest stage to the first.
    private static readonly (TimeSpan Left, AlertSeverity Severity)[] Expiries =
    [
        (TimeSpan.Zero, AlertSeverity.Page), (TimeSpan.FromDays(1), AlertSeverity.Page), (TimeSpan.FromDays(7), AlertSeverity.Warning),
        (TimeSpan.FromDays(21), AlertSeverity.Info),
    ];

    /// <summary>Of the pods.</summary>
    /// <param name="fleet">As it is now.</param>
    /// <param name="now">The moment.</param>
    public static IEnumerable<AlertCondition> OfPods(Fleet fleet, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        foreach (var pod in fleet.Pods.Values)
        {
            if (Reminder(pod, now) is { } reminder) yield return reminder;
            if (pod.State == PodState.Suspended && now - pod.StateSince > SuspendedFor)
            {
                yield return new AlertCondition(
                    AlertKinds.Suspended, AlertSeverity.Warning, pod.Name,
                    $"{pod.Name} has been routed around for more than {Sentences.Span(SuspendedFor)}: {pod.Sentence}");
            }

            if (pod.Health.Flapping && pod.Record.Latch is null)
            {
                yield return new AlertCondition(
                    AlertKinds.Flapping, AlertSeverity.Warning, pod.Name,
                    $"{pod.Name} flaps: it was doubted and cleared again {pod.Health.FlapCount} times within {Sentences.Span(fleet.Settings.FlapWindow)}");
            }
        }
    }

    /// <summary>Of the configuration file.</summary>
    /// <param name="errors">What was wrong with the last reload, or null.</param>
    public static IEnumerable<AlertCondition> OfConfiguration(IReadOnlyList<string>? errors)
    {
        if (errors is null or []) yield break;
        var more = errors.Count > 1 ? $" (and {errors.Count - 1} more)" : "";
        yield return new AlertCondition(
            AlertKinds.Configuration, AlertSeverity.Warning, null,
            $"the configuration file was refused and the old one is in force: {errors[0]}{more}");
    }

    /// <summary>Of a listener's certificate.</summary>
    /// <param name="listener">The listener's key and address.</param>
    /// <param name="until">When the one in use expires.</param>
    /// <param name="problem">Why the one in its file is not used, or null.</param>
    /// <param name="now">The moment.</param>
    public static IEnumerable<AlertCondition> OfCertificate(string listener, DateTimeOffset until, string? problem, DateTimeOffset now)
    {
        var stage = Expiries.Count(expiry => until - now <= expiry.Left);
        if (stage == 0 && problem is null) yield break;
        var severity = stage == 0 ? AlertSeverity.Warning : Expiries[^stage].Severity;
        var what = until <= now ? "expired on" : "expires on";
        var unused = problem is null ? "" : $"; the one in its file is not used: {problem}";
        yield return new AlertCondition(
            AlertKinds.Certificate,
            problem is not null && severity == AlertSeverity.Info ? AlertSeverity.Warning : severity,
            null,
            FormattableString.Invariant($"the certificate of {listener} {what} {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC{unused}"),
            problem is null ? stage : Math.Max(stage, StageOfUnused)) { About = listener };
    }

    /// <summary>Of a channel.</summary>
    /// <param name="channel">How it is doing.</param>
    /// <param name="now">The moment.</param>
    public static IEnumerable<AlertCondition> OfChannel(ChannelReading channel, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (channel.FailingSince is not { } since || now - since < ChannelFailsFor) yield break;
        yield return new AlertCondition(
            AlertKinds.Channel, AlertSeverity.Page, null,
            $"the channel {channel.Name} has taken no alert for more than {Sentences.Span(ChannelFailsFor)}: {channel.Why}") { About = channel.Name };
    }

    /// <summary>15 minutes after it began to look well, 30 minutes later, an hour later, and so on up to once a day.</summary>
    private static AlertCondition? Reminder(Pod pod, DateTimeOffset now)
    {
        if (pod.Record is not { Latch: { } latch, Intent.Kind: IntentKind.Enabled } || pod.Health.WellSince is not { } well) return null;
        var since = well > latch.Since ? well : latch.Since;
        var (stage, pause, next) = (0, FirstReminder, since + FirstReminder);
        while (next <= now)
        {
            stage++;
            pause = pause * 2 < LongestReminder ? pause * 2 : LongestReminder;
            next += pause;
        }

        return stage == 0 ? null : new AlertCondition(
            AlertKinds.LatchedLooksWell, AlertSeverity.Warning, pod.Name,
            $"{pod.Name} has looked well for {Sentences.Span(now - since)} and stays out until a person enables it", stage);
    }
}
