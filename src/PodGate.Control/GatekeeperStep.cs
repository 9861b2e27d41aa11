using System.Threading.Channels;
using PodGate.Core.Pods;

namespace PodGate.Control;

/// <summary>Something that waits in the gatekeeper's queue.</summary>
/// <param name="Input">What happened.</param>
/// <param name="Done">Who wants to know what it led to, or null.</param>
internal sealed record Step(FleetInput Input, TaskCompletionSource<Done>? Done)
{
    /// <summary>
    /// Takes the reports that wait right behind a report along: one step for all of them, but never two of one pod, whose every report is judged in a step of
    /// its own, however late the loop is.
    /// </summary>
    public Step WithWhatWaits(ChannelReader<Step> queue)
    {
        if (Input is not ProbeEnded first || !queue.TryPeek(out var next) || next.Input is not ProbeEnded) return this;
        var pods = first.Reports.Select(report => report.Pod).ToHashSet(StringComparer.Ordinal);
        var reports = first.Reports.ToBuilder();
        while (queue.TryPeek(out next) && next.Input is ProbeEnded more && more.Reports.All(report => pods.Add(report.Pod)))
        {
            reports.AddRange(more.Reports);
            queue.TryRead(out _);
        }

        return this with { Input = new ProbeEnded(reports.ToImmutable()) };
    }

    /// <summary>
    /// The loop rests before it looks for more: each step goes over the whole fleet, so the reports of a large one are taken together. 10 ms for 1,000 pods,
    /// nothing below 100.
    /// </summary>
    public static Task RestAsync(int pods, TimeProvider time) =>
        pods < 100 ? Task.CompletedTask : Task.Delay(TimeSpan.FromMilliseconds(Math.Min(10, pods / 100)), time);
}

/// <summary>What a step led to.</summary>
/// <param name="Result">The fleet and the transitions.</param>
/// <param name="Durable">True once it is in the journal, false when it could not be written.</param>
internal sealed record Done(FleetStepResult Result, Task<bool> Durable)
{
    /// <summary>The answer to who still waits when the gate stops.</summary>
    public static readonly Done Stopping = new(
        new FleetStepResult(null!, [], Refusal: new Refusal(RefusalKind.Unavailable, "the gate is stopping; look at the other gate or start this one again")),
        Task.FromResult(true));
}
