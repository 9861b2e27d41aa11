using System.Collections.Immutable;
using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>What a pod's failures in a row amount to, counted by the rules for evidence; made by <see cref="ProbeJudge"/>.</summary>
/// <param name="Run">The failures since the last good probe, in the order they were sent.</param>
/// <param name="Counted">How many of them count: what the pod delivered, and silence with a witness.</param>
/// <param name="Answers">The pod still answers on its connections, however badly; or the port that clients use takes them.</param>
public sealed record Evidence(ImmutableArray<ProbeReport> Run, int Counted, bool Answers)
{
    /// <summary>No failures.</summary>
    public static readonly Evidence None = new([], 0, true);

    /// <summary>The failures that count.</summary>
    public IEnumerable<ProbeReport> Counting => Run.Where(ProbeJudge.Counts);

    /// <summary>Failures that do not count because no witness answered meanwhile.</summary>
    public int Unwitnessed => Run.Length - Counted;

    /// <summary>A pod under too much load would look just like this: late, or 503.</summary>
    public bool OverloadExplains => Counted > 0 && Counting.All(f => f.Result is ProbeResult.TimedOut or ProbeResult.Overloaded or ProbeResult.TooSlow);

    /// <summary>The kind of failure, for the cause of a transition. Another pod's answer is one whatever else failed: it is enough by itself.</summary>
    public Cause Cause
    {
        get
        {
            var causes = Counting.Select(CauseOf).Distinct().Take(2).ToArray();
            return Run.Any(failure => failure.Result == ProbeResult.WrongPod) ? Cause.WrongPod
                : causes.Length == 1 ? causes[0]
                : Cause.MixedFailures;
        }
    }

    private static Cause CauseOf(ProbeReport report) => report.Result switch
    {
        ProbeResult.WrongPod => Cause.WrongPod,
        _ when report.Check is not null => Cause.CheckFailed,
        ProbeResult.Refused => Cause.Refused,
        ProbeResult.TimedOut or ProbeResult.Unreachable => Cause.Silent,
        ProbeResult.Unhealthy or ProbeResult.Overloaded => Cause.ReportedUnhealthy,
        ProbeResult.Unreadable => Cause.UnreadableHealth,
        ProbeResult.Broken => Cause.BrokenHealth,
        ProbeResult.Stale => Cause.StaleHealth,
        ProbeResult.TooSlow => Cause.CheckFailed,
        _ => throw new ArgumentOutOfRangeException(nameof(report), report.Result, "not a failure"),
    };
}
