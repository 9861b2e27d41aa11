using PodGate.Operator;

namespace PodGate.Cli.Rolling;

/// <summary>What a roll is to do.</summary>
/// <param name="Pods">The pods, in order.</param>
/// <param name="Command">What is run for each, with <see cref="PodWord"/> for its name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Terms">How it goes about it.</param>
internal sealed record RollAsked(IReadOnlyList<string> Pods, string Command, string Reason, RollTermsJson Terms)
{
    /// <summary>What stands for the pod's name in a command.</summary>
    public const string PodWord = "{pod}";

    /// <summary>The pods that are done already.</summary>
    public IReadOnlyList<string> Done { get; init; } = [];

    /// <summary>Other pods that were out of the traffic when the roll began.</summary>
    public IReadOnlyList<string> OutBefore { get; init; } = [];

    /// <summary>The roll that this one takes up, or null.</summary>
    public string? Resumes { get; init; }

    /// <summary>The pod that roll stopped at: it may be out. Null when it stopped between two.</summary>
    public string? ResumesAt { get; init; }

    /// <summary>Since when that pod is out by the roll's own drain; null when it is in the traffic, or out by the word of another.</summary>
    public DateTimeOffset? DrainedAt { get; init; }

    /// <summary>Whose the command is, when it was not named by the person who rolls now; else null.</summary>
    public string? CommandOfWhom { get; init; }

    /// <summary>That pod's command is not run again.</summary>
    public bool SkipExec { get; init; }

    /// <summary>The pods that are still to be done.</summary>
    public IEnumerable<string> Left => Pods.Except(Done);

    /// <summary>
    /// The command for a pod. Names of pods need no quoting: the configuration takes only a to z, 0 to 9 and '-', and anything else is refused here.
    /// </summary>
    /// <param name="pod">The pod's name.</param>
    private string CommandFor(string pod)
    {
        if (pod.Length == 0 || pod[0] == '-' || !pod.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new RollTrouble($"{pod} is no name that may stand in a command: only a to z, 0 to 9 and '-' are");
        return Command.Replace(PodWord, pod, StringComparison.Ordinal);
    }

    /// <summary>What is run for a pod; null when nothing is, since <c>--skip-exec</c> says so.</summary>
    /// <param name="pod">The pod's name.</param>
    public string? CommandOf(string pod) => SkipExec && pod == ResumesAt ? null : CommandFor(pod);

    /// <summary>Whether a pod is in the traffic, as far as people and latches have a say: who is not needs no permission to be worked on.</summary>
    /// <param name="pod">The pod.</param>
    public static bool IsInTraffic(PodJson pod) => pod is { Intent: "Enabled", Latch: null };

    /// <summary>Whether a pod is out by the drain of a roll that is over, and by nobody's word since.</summary>
    /// <param name="roll">The roll.</param>
    /// <param name="pod">The pod as it is now.</param>
    public static bool IsDrainOf(RollJson roll, PodJson pod) => pod.Intent == "Disabled" && roll.Pod == pod.Name && (roll.Drained is { } since
        ? pod.IntentSince == since
        // It may have ended before it could say that its drain was carried out.
        : roll.Step == RollSteps.Drain && pod.IntentWho == roll.Who && pod.IntentReason == roll.Reason && pod.IntentSince >= roll.Began);

    /// <summary>Why a pod that somebody took out is none of the roll's business.</summary>
    /// <param name="pod">The pod.</param>
    public static string TakenOut(PodJson pod) =>
        $"{pod.Name} was taken out by {pod.IntentWho} at {PlainText.Moment(pod.IntentSince)} ({pod.IntentReason}), which is not this roll's drain, so the roll leaves it as it is";

    /// <summary>The other pods that forbid taking a pod out now, because they are not in the traffic themselves.</summary>
    /// <param name="pod">The pod that is to be taken out; it may be out itself.</param>
    /// <param name="fleet">The fleet as it is now.</param>
    public IEnumerable<PodJson> InTheWay(string pod, FleetJson fleet) =>
        fleet.Pods.Where(other => other.Name != pod && other.State != "Open" && !(Terms.BesideOut && OutBefore.Contains(other.Name)));

    /// <summary>Why another pod forbids it.</summary>
    /// <param name="other">That pod.</param>
    public string Objection(PodJson other)
    {
        var unless = !Terms.BesideOut && OutBefore.Contains(other.Name) ? " unless --beside-out is given" : "";
        return $"{other.Name} is {other.State}, and a roll takes nobody out beside it{unless}: {other.Sentence}";
    }
}

/// <summary>Why a roll stops: the sentence that the person reads, the gate keeps, and <c>--status</c> shows.</summary>
internal sealed class RollTrouble(string sentence) : CliFailure(sentence, ExitCodes.Refused);

/// <summary>The lease is another's now.</summary>
internal sealed class RollLost(string sentence) : CliFailure(sentence, ExitCodes.Refused);
