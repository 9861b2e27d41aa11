using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Routing;

namespace PodGate.Core.Pods;

/// <summary>What a step needs to know of the world at that moment.</summary>
/// <param name="Now">The gate's time; never runs backwards.</param>
/// <param name="InFlight">What is running on a pod; never less than the truth.</param>
/// <param name="Chance">Something never seen before, for the ids of latches.</param>
public sealed record StepContext(DateTimeOffset Now, Func<string, long> InFlight, Guid Chance)
{
    /// <summary>Which slots of a pod were used within a time. <value>Default: none.</value></summary>
    public Func<string, TimeSpan, SlotSet> InUse { get; init; } = static (_, _) => SlotSet.Empty;
}

/// <summary>What a step led to.</summary>
/// <param name="Fleet">The fleet after it.</param>
/// <param name="Transitions">What changed, in order.</param>
/// <param name="FreezeChanged">The freeze began, was changed or ended, which is durable.</param>
/// <param name="Refusal">Why a command was not carried out.</param>
/// <param name="Prepared">An enable that takes effect only once this transition is in the journal.</param>
/// <param name="ProbeNow">Pods to probe at once.</param>
public sealed record FleetStepResult(
    Fleet Fleet,
    ImmutableArray<Transition> Transitions,
    bool FreezeChanged = false,
    Refusal? Refusal = null,
    Transition? Prepared = null,
    ImmutableArray<string> ProbeNow = default)
{
    /// <summary>What is planned changed, which is durable.</summary>
    public bool AgendaChanged { get; init; }
}

/// <summary>
/// The one transition function: a fleet and something that happened go in, the next fleet and the transitions come out. Everything else
/// about pods' states follows from it. Pure: reads no clock and does nothing; called from one place only, the Gatekeeper.
///
/// Each step has two halves. The first takes the input in: a report is judged, a command changes an intent, a configuration changes the list.
/// The second, <see cref="FleetSettling"/>, looks at the whole fleet and lets the guard decide who is routed around, latched and brought back. The
/// second half does not know what came in, so no order of inputs can leave something undecided.
/// </summary>
public static class FleetStep
{
    /// <summary>Takes one step.</summary>
    /// <param name="fleet">The fleet as it was.</param>
    /// <param name="input">What happened.</param>
    /// <param name="context">The moment.</param>
    public static FleetStepResult Apply(Fleet fleet, FleetInput input, StepContext context) => Apply(fleet, input, context, settleAll: false);

    /// <summary>The same, which may settle every pod anew; that leads to the same, and takes longer.</summary>
    internal static FleetStepResult Apply(Fleet fleet, FleetInput input, StepContext context, bool settleAll)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(context);
        var draft = new FleetDraft(fleet, context);
        switch (input)
        {
            case ProbeEnded ended:
                foreach (var report in ended.Reports) TakeReport(draft, report);
                break;
            case ConnectionRefused refused:
                TakeRefusedConnection(draft, refused.Pod);
                break;
            case Commanded commanded:
                FleetCommands.Take(draft, commanded.Command);
                break;
            case EnableWritten written:
                FleetCommands.FinishEnable(draft, written.Prepared);
                break;
            case EnableNotWritten failed:
                FleetCommands.AbandonEnable(draft, failed.Prepared);
                break;
            case Reconfigured reconfigured:
                FleetReconfiguration.Take(draft, reconfigured.Settings);
                break;
            case Resolved resolved:
                draft.Update(resolved.Pod, pod => pod with { Endpoints = resolved.Endpoints });
                break;
            case TrafficSeen seen:
                TakeTraffic(draft, seen.Picture);
                break;
            case ReferenceAnswered answered:
                draft.HearReference(answered.SentAt);
                break;
            case TimePassed:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(input), input, "not a known input");
        }

        if (draft.Refusal is null) FleetSettling.Settle(draft, settleAll);
        return draft.Finish();
    }

    private static void TakeReport(FleetDraft draft, ProbeReport report)
    {
        var before = draft.Find(report.Pod);
        if (before is null) return;
        draft.Update(report.Pod, pod => pod with { Health = ProbeJudge.Add(pod.Health, report, pod.Settings, draft.Settings) });
        if (report.IsGood || report.Result == ProbeResult.Inconclusive || before.Health.Evidence.Run.Length >= 4 * draft.Settings.Fall) return;

        // The others are asked at once whether they hear anything: silence is evidence only with a witness.
        if (report.IsSilence) draft.ProbeNow.UnionWith(draft.Names.Where(name => name != report.Pod));
    }

    private static void TakeTraffic(FleetDraft draft, TrafficPicture picture)
    {
        foreach (var name in draft.Names)
        {
            var pod = draft.Find(name)!;
            if (!FleetSettling.IsCandidate(pod) && pod.Kept.IsEmpty) continue;
            var seen = picture.Pods.GetValueOrDefault(name);
            var slow = pod.Ramp is not null && seen is not null && TrafficJudge.IsSlow(seen, draft.Settings.Traffic);
            var inTraffic = pod.Suspension is null;

            // A pod that warms up is slow by nature: that holds its ramp, and is no evidence. What fails there does both.
            var judged = slow ? seen! with { Slow = 0 } : seen;
            var traffic = TrafficJudge.Judge(pod.Health.Traffic, judged, inTraffic, draft.Settings.Traffic, picture.At);
            var objection = Objection(pod, seen, slow, draft.Settings);
            draft.Update(name, p => p with
            {
                Health = traffic == p.Health.Traffic ? p.Health : ProbeJudge.AddTraffic(p.Health, traffic, draft.Settings),
                Ramp = p.Ramp?.After(objection, draft.Now),
            });
        }
    }

    /// <summary>What speaks against giving a pod that warms up more than it has; null: nothing. One that is routed around begins anew anyway.</summary>
    private static string? Objection(Pod pod, PodTraffic? seen, bool slow, FleetSettings settings) =>
        pod is not { Ramp: not null, Suspension: null } || seen is null || !settings.RampHoldBack ? null
        : slow ? TrafficJudge.SlowSentence(seen)
        : TrafficJudge.IsFailing(seen, settings.Traffic) ? TrafficJudge.ErrorSentence(seen)
        : null;

    private static void TakeRefusedConnection(FleetDraft draft, string name)
    {
        if (draft.Find(name) is not { } pod) return;
        draft.ProbeNow.Add(name);

        // Attempts that were under way when the pod was routed around report late; they tell nothing new.
        if (pod.Suspension is not null || !(StateTable.IsServing(pod.State) || !pod.Kept.IsEmpty)) return;
        draft.Update(name, p => p with { Health = ProbeJudge.AddRefusedConnection(p.Health, draft.Now, draft.Settings) });
    }
}
