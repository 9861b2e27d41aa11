using System.Text.Json;
using PodGate.Operator;
using Spectre.Console;

namespace PodGate.Cli;

/// <summary>
/// Watches a drain until the pod is empty. It only looks: ending it, in whatever way, leaves the drain in effect. A gate that does
/// not answer for a while (a restart, an update) is waited for, since the drain is durable.
/// </summary>
internal sealed class DrainWatch(CliSession session, string pod)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DrainEstimate _estimate = new(session.Time);
    private string? _said;

    /// <summary>The pod as it was seen last; null when it was never seen.</summary>
    public JsonElement? Last { get; private set; }

    /// <summary>Returns when the pod is Drained, when it is clear that it will not be, or when it is cancelled.</summary>
    /// <param name="first">The pod after the command, if the gate said it.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async Task<int> WaitAsync(PodJson? first, CancellationToken cancel)
    {
        try
        {
            // For scripts the progress goes beside the document, and needs no live display.
            if (session.Json || session.Screen.Console is not { } console) return await WatchAsync(first, Say, cancel);
            return await console.Live(new Text("")).StartAsync(live => WatchAsync(first, (line, estimate) =>
            {
                live.UpdateTarget(new Text(PlainText.Of(line + estimate)));
                live.Refresh();
            }, cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            session.Screen.Note(
                $"podgate: no longer waiting. The drain of {pod} stays in effect; `podgate status {pod}` shows it, `podgate enable {pod}` ends it.");
            return ExitCodes.Interrupted;
        }
    }

    private async Task<int> WatchAsync(PodJson? seen, Action<string, string> say, CancellationToken cancel)
    {
        var start = session.Time.GetTimestamp();
        var answered = start;
        while (true)
        {
            if (seen is not null)
            {
                answered = session.Time.GetTimestamp();
                say(await ProgressAsync(seen, cancel), Estimate(seen, session.Time.GetElapsedTime(start)));
                if (seen.State == "Drained") return ExitCodes.Done;
                if (seen.State != "Draining") return EndedOtherwise(seen);
                if (session.Time.GetElapsedTime(start) > Limit(seen)) return Overdue(seen);
            }

            await Task.Delay(Interval, session.Time, cancel);
            try
            {
                var answer = await session.Gate.GetAsync<PodJson>(PodCommands.PathOf(pod), cancel);
                (seen, Last) = (answer.Value, answer.Document);
            }
            catch (GateUnreachable e)
            {
                seen = null;
                if (session.Time.GetElapsedTime(answered) > Patience)
                    throw new GateUnreachable($"{e.Message} The drain of {pod} stays in effect.");
                say($"{pod}: the gate does not answer; trying again", "");
            }
        }
    }

    /// <summary>Line by line, for a log: an estimate that has changed is no reason for another line.</summary>
    private void Say(string line, string estimate)
    {
        if (line == _said) return;
        _said = line;
        if (session.Json) session.Screen.Note(line + estimate);
        else session.Screen.Line(line + estimate);
    }

    /// <summary>How long the rest takes at this pace; nothing when the deadline comes first.</summary>
    private string Estimate(PodJson seen, TimeSpan watched)
    {
        var ends = seen.Deadline is { } deadline ? deadline - seen.IntentSince - watched : TimeSpan.MaxValue;

        // Who is kept goes when he falls quiet, at no pace.
        var nobodyKept = seen.KeepActive is null || seen.Slots == 0;
        return seen.State == "Draining" && nobodyKept && _estimate.Left(seen.RequestsInFlight) is { } left && left < ends
            ? $"; at this pace empty in about {PlainText.Span(left)}"
            : "";
    }

    private async Task<string> ProgressAsync(PodJson seen, CancellationToken cancel)
    {
        var progress = PlainText.Invariant($"{seen.Name} is {seen.State}: {seen.RequestsInFlight} in flight");
        if (seen.State != "Draining") return progress;
        if (seen.KeepActive is { } active) progress += PlainText.Invariant($", {seen.Slots} slots used within {PlainText.Span(active)} still with it");
        _estimate.Saw(seen.RequestsInFlight);
        if (seen.RequestsInFlight > 0 && await ConnectionsAsync(cancel) is { } open)
        {
            var told = open.ToldGoodbye > 0 ? PlainText.Invariant($", {open.ToldGoodbye} of them asked to end") : "";
            progress += $" ({ConnectionsCommand.Counts(open)}{told})";
        }

        return seen.Deadline is { } moment ? $"{progress}; deadline {PlainText.Moment(moment)}" : progress;
    }

    /// <summary>What is left, by kind; null from a gate that does not tell.</summary>
    private async Task<ConnectionsJson?> ConnectionsAsync(CancellationToken cancel)
    {
        try
        {
            return (await session.Gate.GetAsync<ConnectionsJson>(ConnectionsCommand.PathOf(pod, 0), cancel)).Value;
        }
        catch (Exception exception) when (exception is GateRefused or GateUnreachable)
        {
            // Nothing hangs on it: the next look at the pod tells what there is to tell.
            return null;
        }
    }

    private int EndedOtherwise(PodJson seen)
    {
        session.Screen.Note($"podgate: {pod} is no longer being drained: it is {seen.State} ({seen.Sentence}).");
        return ExitCodes.Refused;
    }

    private int Overdue(PodJson seen)
    {
        session.Screen.Note($"podgate: {pod} is {seen.State} long after the deadline of its drain. No longer waiting; the drain stays in effect.");
        return ExitCodes.Refused;
    }

    // Both moments are by the gate's clock, so that a difference between the clocks of the two machines does not matter.
    private static TimeSpan Limit(PodJson seen) =>
        seen.Deadline is { } deadline && deadline > seen.IntentSince ? deadline - seen.IntentSince + Patience : TimeSpan.FromDays(1);
}
