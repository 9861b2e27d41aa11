using PodGate.Operator;

namespace PodGate.Cli.Rolling;

/// <summary>
/// A whole roll: one pod after the other, never two at once, until all are done or there is trouble. Whatever happens, it says what it leaves behind.
/// </summary>
internal sealed class RollWork(CliSession session, RollAsked asked)
{
    private readonly PatientGate _gate = new(session);
    private readonly RollScreen _screen = new(session);
    private string? _at;

    /// <summary>Does it; returns the exit code.</summary>
    /// <param name="cancel">Stops it where it is.</param>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        await using var holder = new RollHolder(session, _gate, asked);
        await holder.BeginAsync(Silent, cancel);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, holder.Lost);
        var code = await RunAsync(holder, cancel, either.Token);
        if (session.Json && holder.Last is { } last) session.Screen.Json(last);
        return code;
    }

    private async Task<int> RunAsync(RollHolder holder, CancellationToken cancel, CancellationToken either)
    {
        try
        {
            foreach (var pod in asked.Left)
            {
                _at = pod;
                await new RollPod(session, _gate, holder, _screen, asked, pod).RunAsync(either);
                holder.IsDone(pod);
                _at = null;
                await holder.TellAsync(null, RollSteps.Begin, $"{pod} is done", null, Silent, either);
            }

            return await FinishAsync(holder);
        }
        catch (RollLost lost)
        {
            return await LostAsync(lost.Message);
        }
        catch (OperationCanceledException) when (holder.LostTo is not null)
        {
            return await LostAsync(holder.LostTo);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await StopAsync(holder, "a person stopped it" + (_at is null ? "" : $" at {_at}"));
            return ExitCodes.Interrupted;
        }
        catch (CliFailure failure)
        {
            await StopAsync(holder, failure.Message);
            return failure.ExitCode;
        }
    }

    private async Task<int> FinishAsync(RollHolder holder)
    {
        var all = string.Join(", ", asked.Pods);
        if (!await holder.EndAsync(RollStates.Finished, "all pods are done")) _screen.Note($"podgate: {NotTold(holder)}");
        _screen.Line($"all done: {all}");
        return ExitCodes.Done;
    }

    private async Task StopAsync(RollHolder holder, string sentence)
    {
        var told = await holder.EndAsync(RollStates.Stopped, sentence);
        _screen.Note($"podgate: the roll stopped: {sentence}");
        if (!told) _screen.Note($"podgate: {NotTold(holder)}");
        await SayWhatIsLeftAsync(holder.Done);

        // Whose the lease is now goes on, or not.
        if (holder.LostTo is not null) return;
        _screen.Note(_at is null
            ? "podgate: to go on: podgate roll --resume"
            : $"podgate: to go on: podgate roll --resume (it runs the command for {_at} again; with --skip-exec it does not)");
    }

    private async Task<int> LostAsync(string sentence)
    {
        _screen.Note($"podgate: the roll ends here, since its lease is lost: {sentence}");
        if (_at is not null) await SayWhatIsLeftAsync(null);
        return ExitCodes.Refused;
    }

    private async Task SayWhatIsLeftAsync(IReadOnlyList<string>? done)
    {
        if (_at is not null) _screen.Note($"podgate: {await StateOfAsync(_at)}");
        if (done is null) return;
        var rest = asked.Pods.Except(done).Where(pod => pod != _at).ToList();
        _screen.Note($"podgate: done: {Names(done)}; not touched: {Names(rest)}");
    }

    /// <summary>The pod as it is left, if the gate says it.</summary>
    private async Task<string> StateOfAsync(string pod)
    {
        try
        {
            var seen = (await session.Gate.GetAsync<PodJson>(PodCommands.PathOf(pod), CancellationToken.None)).Value;
            return $"{pod} is left {seen.State}: {seen.Sentence}";
        }
        catch (CliFailure)
        {
            return $"{pod} is left as it was; the gate does not say how that is";
        }
    }

    private static string NotTold(RollHolder holder) => holder.LostTo is { } lost
        ? $"the gate takes no word of this roll any more: {lost}"
        : PlainText.Invariant($"the gate could not be told; in {AdminLimits.RollLease.TotalSeconds:0} s it will show the roll as died.");

    private static string Names(IReadOnlyList<string> pods) => pods.Count == 0 ? "none" : string.Join(", ", pods);

    private void Silent() => _screen.LineOnce("the gate does not answer; trying again");
}
