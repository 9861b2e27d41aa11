using PodGate.Core.Routing;
using PodGate.Proxy.Forwarding;

namespace PodGate.Proxy.Signals;

/// <summary>
/// Reports what became of an attempt: a signal for Control, and a cell in the pod's memory of its sources. What says nothing about the pod
/// (no connection, which is a signal only; the gate's own doing; a client that went away, which does not even come here) leaves the memory
/// as it is. Any thread; no lock, no allocation.
/// </summary>
internal sealed class Reporter(ISignalSink sink, TimeProvider time)
{
    /// <summary>An attempt has ended.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="slot">The client's slot.</param>
    /// <param name="outcome">How it ended.</param>
    public void Ended(Attempt attempt, int slot, Outcome outcome)
    {
        var remembered = Of(outcome, attempt.StatusCode);
        if (remembered > SlotOutcome.Fine) attempt.Channel?.Counters.Failed();

        // A long answer was good at its beginning, which may be hours ago. What is remembered is there before anybody is told to look at it.
        if (remembered != SlotOutcome.None && !(remembered == SlotOutcome.Fine && attempt.IsLong)) Record(attempt, slot, remembered);
        sink.Report(new Signal(attempt.Pod!, slot, outcome, attempt.StatusCode, attempt.FirstByte));
    }

    /// <summary>An answer that may go on for hours has begun.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="slot">The client's slot.</param>
    public void Began(Attempt attempt, int slot)
    {
        if (Of(Outcome.Answered, attempt.StatusCode) == SlotOutcome.Fine) Record(attempt, slot, SlotOutcome.Fine);
    }

    /// <summary>What is remembered. 501 and 505 are the client's doing: it asked for what no pod would do.</summary>
    internal static SlotOutcome Of(Outcome outcome, int statusCode) => outcome switch
    {
        Outcome.Answered => statusCode switch
        {
            < 500 or 501 or 505 => SlotOutcome.Fine,
            503 => SlotOutcome.Unavailable,
            _ => SlotOutcome.ServerError,
        },
        Outcome.CutOff => SlotOutcome.CutOff,
        Outcome.Broken => SlotOutcome.Broken,
        Outcome.NoAnswer => SlotOutcome.NoAnswer,
        _ => SlotOutcome.None,
    };

    private void Record(Attempt attempt, int slot, SlotOutcome outcome) =>
        attempt.Pod!.Load.Outcomes.Record(slot, outcome, SlotOutcomes.MomentOf(time.GetUtcNow()), attempt.FirstByte);
}
