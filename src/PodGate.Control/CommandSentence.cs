using PodGate.Core.Pods;

namespace PodGate.Control;

/// <summary>What a command came to, in the sentence of the transition that it led to.</summary>
internal static class CommandSentence
{
    /// <summary>The sentence of the command's own transition; what automation did in the same step is not what the person did.</summary>
    /// <param name="command">What was commanded.</param>
    /// <param name="transitions">What the step led to.</param>
    /// <param name="view">The fleet after it.</param>
    public static string Of(Command command, IEnumerable<Transition> transitions, FleetView view)
    {
        var own = transitions.Where(transition => transition.Who == command.Who);
        return command switch
        {
            PlanMaintenanceCommand => own.First(transition => transition.Cause == Cause.MaintenancePlanned).Sentence,
            CancelMaintenanceCommand => own.First(transition => transition.Cause == Cause.MaintenanceCancelled).Sentence,
            NoteCommand { Pod: var pod, TakesAway: true } =>
                own.FirstOrDefault(transition => transition.Pod == pod)?.Sentence ?? $"nothing to do: there is no note on {pod}",
            PodCommand { Pod: var pod } =>
                own.FirstOrDefault(transition => transition.Pod == pod && (!transition.IsTold || transition.Cause == Cause.RampChanged))?.Sentence
                ?? $"nothing to do: {pod} is {view.Find(pod)?.State} already",
            _ => own.FirstOrDefault(transition => transition.Pod.Length == 0)?.Sentence ?? "nothing to do: nothing is frozen",
        };
    }
}
