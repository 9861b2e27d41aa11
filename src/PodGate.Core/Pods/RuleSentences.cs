namespace PodGate.Core.Pods;

/// <summary>The rules in a sentence each, for people who want to know what fired. They name settings; the numbers stand beside them.</summary>
internal static class RuleSentences
{
    private const string Witnessed = "another pod, or a reference target, answered a probe of the same moments";

    private const string TwoOfFour = "two of the last four requests of Sources and SharePercent of its sources failed here, "
        + "and hardly any on the other pods, which is more than chance";

    private const string ServedElsewhere = "and these sources are served well elsewhere, or nothing has shown for SuspendedTooLong that it is not the pod";

    private const string Flapped = "its health address or one of its checks failed and recovered FlapLimit times within FlapWindow, or it was routed around for probes or "
        + "refused connections and proved itself well again as often";

    /// <summary>The rule behind a decision.</summary>
    /// <param name="by">What kind of decision it led to.</param>
    /// <param name="cause">Its name.</param>
    public static string Of(DecidedBy by, Cause cause) => by switch
    {
        DecidedBy.Intent => OfIntent(cause),
        DecidedBy.Latch => OfLatch(cause),
        DecidedBy.NeverPassed => "a pod gets traffic only after Rise good probes in a row",
        DecidedBy.HeldBack => OfHeldBack(cause),
        DecidedBy.Suspension => OfSuspension(cause) + "; it comes back after Rise good probes, when its hold is over",
        _ => "no rule speaks against it",
    };

    private static string OfIntent(Cause cause) => cause switch
    {
        Cause.Drained => "a drained pod gets no new requests until a person enables it",
        Cause.Removed => "a pod that is no longer configured is drained and goes",
        Cause.DrainExpired => "the time by which a pod was to be back is a reminder: nothing happens by itself",
        _ => "a disabled pod gets no requests until a person enables it",
    };

    private static string OfLatch(Cause cause) => cause switch
    {
        Cause.Refused => "it refused Fall probes in a row; what a pod delivers itself needs no witness",
        Cause.Silent => $"Fall probes in a row got no answer, while {Witnessed}",
        Cause.ReportedUnhealthy => "its health address said Unhealthy, or answered with an error, Fall times in a row",
        Cause.UnreadableHealth => "its health address answered Fall times in a row what cannot be read as health",
        Cause.BrokenHealth => "its health answers broke off Fall times in a row",
        Cause.StaleHealth => "its health document was an old one Fall times in a row: it did not advance, or a cache gave it",
        Cause.MixedFailures => "Fall failures in a row that count, of several kinds",
        Cause.WrongPod => "what answered is another pod; one such answer is enough",
        Cause.CheckFailed => "a check of the gate's own failed as often in a row as that check's Fall",
        Cause.ErrorsInTraffic => TwoOfFour + ", " + ServedElsewhere,
        Cause.SlowInTraffic => "its sources wait SlowFactor times as long as those of the other pods, for SlowFor, " + ServedElsewhere,
        Cause.Flapping => Flapped,
        Cause.SuspendedTooLong => "it was suspended for SuspendedTooLong without proving itself well",
        Cause.LatchInherited => "a new name at the address of a latched pod inherits its latch",
        Cause.Recovered => "the journal was recovered and does not know whether it was latched",
        _ => "automation condemned it",
    };

    private static string OfSuspension(Cause cause) => cause switch
    {
        Cause.Refused => "it refused a client's new connection, or two probes in a row",
        Cause.Silent => $"two probes in a row got no answer, while {Witnessed}",
        Cause.Leaving => "its health document asks to be drained",
        Cause.WrongPod => "what answered is another pod",
        Cause.ErrorsInTraffic => TwoOfFour,
        Cause.SlowInTraffic => "its sources wait SlowFactor times as long as those of the other pods, for SlowFor",
        Cause.Flapping => Flapped,
        Cause.CheckFailed => "a check of the gate's own failed twice in a row",
        _ => "two failures in a row that count make a pod suspect",
    };

    private static string OfHeldBack(Cause cause) => cause switch
    {
        Cause.GuardHolds => "the guard keeps MinimumOpen pods that answer in the traffic, never lets the last pod be latched, and for OverloadGrace after a latch "
            + "latches nothing that overload would explain",
        Cause.NoWitness => $"silence counts only when {Witnessed}; without one the gate suspects itself",
        Cause.Frozen => "in mode Observe and during a freeze automation watches only",
        Cause.SuspendedTooLong => "a pod that is routed around for longer than SuspendedTooLong and is neither proved well nor condemned is an alarm",
        Cause.NotMeasured => "ten probes in a row, for ten intervals and the timeout, that say neither well nor unwell are an alarm: nobody watches the pod",
        Cause.RampHeld => "a pod that warms up gets no more while it is far slower than the others or its own requests fail, and that for ten times its duration is an alarm",
        Cause.SourcesFail => "sources that fail on other pods too are no evidence against this one",
        Cause.AllFailAlike => "what fails alike on all pods is no evidence against one of them",
        _ => "automation may not act",
    };
}
