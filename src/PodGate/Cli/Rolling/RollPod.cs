using PodGate.Operator;

namespace PodGate.Cli.Rolling;

/// <summary>
/// One pod of a roll, from top to bottom in one method: drain, wait until it is empty, run the command, wait until it is well, enable,
/// wait until it has all its slots, watch it. Throws <see cref="RollTrouble"/> at the first trouble, and leaves the pod as it is then.
/// </summary>
internal sealed class RollPod(CliSession session, PatientGate gate, RollHolder holder, RollScreen screen, RollAsked asked, string pod)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BeyondDeadline = TimeSpan.FromSeconds(60);

    // No ramp may be configured longer.
    private static readonly TimeSpan LongestRamp = TimeSpan.FromHours(24) + BeyondDeadline;

    // Since when it is out by this roll's drain: what people say of the pod later than that is their word, and not to be undone.
    private DateTimeOffset? _drained = pod == asked.ResumesAt ? asked.DrainedAt : null;

    private bool IsResumed => pod == asked.ResumesAt;

    /// <summary>Does the whole of it.</summary>
    /// <param name="cancel">Stops where it is.</param>
    public async Task RunAsync(CancellationToken cancel)
    {
        await TellAsync(RollSteps.Begin, "looks whether the other pods are in the traffic", cancel);
        var fleet = await AskAsync(end => session.Gate.GetAsync<FleetJson>("api/v1/pods", end), null, cancel);
        var seen = fleet.Pods.FirstOrDefault(one => one.Name == pod) ?? throw new RollTrouble($"{pod} is no longer in the configuration");
        if (!IsResumed && seen.State != "Open") throw new RollTrouble($"{pod} is {seen.State} already: {seen.Sentence}");
        var command = asked.CommandOf(pod);
        if (command is not null || !RollAsked.IsInTraffic(seen))
        {
            if (seen.Intent != "Disabled") await DrainAsync(fleet, seen, cancel);
            else if (!IsOwn(seen)) throw new RollTrouble(RollAsked.TakenOut(seen));
            await UntilDrainedAsync(cancel);
            if (command is not null) await ExecAsync(command, seen.Address, cancel);
            await EnableAsync(await UntilWellAsync(cancel), cancel);
        }

        await UntilOpenAsync(cancel);
        await BakeAsync(cancel);
        screen.Line($"{pod}: done");
    }

    private async Task DrainAsync(FleetJson fleet, PodJson seen, CancellationToken cancel)
    {
        if (RollAsked.IsInTraffic(seen) && asked.InTheWay(pod, fleet).ToList() is { Count: > 0 } others)
            throw new RollTrouble($"{pod} is not drained: {string.Join("; ", others.Select(asked.Objection))}");
        await TellAsync(RollSteps.Drain, "it is drained", cancel);
        var after = await CommandAsync("drain", CommandFor(seen) with { Deadline = asked.Terms.Deadline }, IsDrained, "is not drained", cancel);
        if (!IsDrained(after)) throw new RollTrouble(NotOut(after));
        _drained = after.IntentSince;

        bool IsDrained(PodJson now) => now.Intent == "Disabled" && now.IntentSince > seen.IntentSince
            && now.IntentWho == holder.Who && now.IntentReason == asked.Reason.Trim();
    }

    private async Task UntilDrainedAsync(CancellationToken cancel)
    {
        await TellAsync(RollSteps.Drain, "waits until it is empty", cancel);
        await WatchAsync(
            (seen, waited) => seen.State switch
            {
                "Drained" or "Draining" when !IsOwn(seen) => throw new RollTrouble(RollAsked.TakenOut(seen)),
                "Drained" => true,
                "Draining" when waited <= DrainLimit(seen) => false,
                "Draining" => throw new RollTrouble(PlainText.Invariant($"{pod} is not empty after {PlainText.Span(waited)}: {seen.RequestsInFlight} in flight")),
                _ => throw new RollTrouble($"{pod} is no longer being drained: it is {seen.State}: {seen.Sentence}"),
            },
            (seen, _) => (PlainText.Invariant($"{pod}: {seen.State}, {seen.RequestsInFlight} in flight")
                + (seen is { State: "Draining", Deadline: { } deadline } ? $"; deadline {PlainText.Moment(deadline)}" : ""), ""),
            cancel);
    }

    private async Task ExecAsync(string command, string address, CancellationToken cancel)
    {
        await TellAsync(RollSteps.Exec, "the command runs", cancel);
        screen.Line($"{pod}: runs {command}");
        var code = await new RollExec(screen, session.Time).RunAsync(pod, address, command, cancel);
        if (code != 0) throw new RollTrouble(PlainText.Invariant($"the command for {pod} ended with {code}"));
        screen.Line($"{pod}: the command ended with 0");
    }

    /// <summary>
    /// Only what was asked after the command had ended counts: a pod that goes down a moment later still looks well from before.
    /// </summary>
    private async Task<PodJson> UntilWellAsync(CancellationToken cancel)
    {
        await TellAsync(RollSteps.Well, "waits until it is well", cancel);
        var begin = session.Time.GetTimestamp();
        return await screen.WatchAsync(async show =>
        {
            DateTimeOffset? since = null;
            while (true)
            {
                var why = await AskAsync(end => session.Gate.GetAsync<WhyJson>(PodCommands.PathOf(pod) + "/why", end), show, cancel);
                since ??= why.Now;
                var wanted = asked.Terms.Rise ?? Math.Clamp(why.Enable.Rise, 1, AdminLimits.MostRollRise);
                var good = why.Reports.Where(report => report.Check is null && report.At >= since)
                    .Reverse().TakeWhile(report => report.Result is "Healthy" or "Degraded").Count();
                if (!IsOwn(why.Pod)) throw new RollTrouble(NotOut(why.Pod));
                if (why.Enable.Allowed && good >= wanted) return why.Pod;
                var waited = session.Time.GetElapsedTime(begin);
                var probes = PlainText.Invariant($"{good} of {wanted} good probes");
                if (waited > asked.Terms.WellTimeout)
                    throw new RollTrouble($"{pod} is not well after {PlainText.Span(waited)}, with {probes}: {why.Enable.Sentence}");
                show($"{pod}: waits until it is well: {probes}", why.Enable.Allowed ? "" : $"; {why.Enable.Sentence}");
                await Task.Delay(Interval, session.Time, cancel);
            }
        });
    }

    private async Task EnableAsync(PodJson seen, CancellationToken cancel)
    {
        await TellAsync(RollSteps.Enable, "it is enabled", cancel);
        await CommandAsync("enable", CommandFor(seen), static now => now is { Intent: "Enabled", Latch: null }, "is not enabled", cancel);
        _drained = null;
    }

    private async Task UntilOpenAsync(CancellationToken cancel)
    {
        await TellAsync(RollSteps.Ramp, "waits until it has all its slots", cancel);
        await WatchAsync(
            (seen, waited) => seen.State switch
            {
                "Open" => true,
                "Ramping" or "Waiting" when waited <= LongestRamp => false,
                _ => throw new RollTrouble($"{pod} is {seen.State} after it was enabled: {seen.Sentence}"),
            },
            (seen, _) => ($"{pod}: {seen.State}", $", {Looks.Share(seen.SlotShare)} of all slots"),
            cancel);
    }

    private async Task BakeAsync(CancellationToken cancel)
    {
        if (asked.Terms.Bake == TimeSpan.Zero) return;
        var bake = PlainText.Span(asked.Terms.Bake);
        await TellAsync(RollSteps.Bake, $"watches it for {bake}", cancel);
        await WatchAsync(
            (seen, waited) => seen is { State: "Open", Latch: null }
                ? waited >= asked.Terms.Bake
                : throw new RollTrouble($"{pod} is {seen.State} {PlainText.Span(waited)} after it was back: {seen.Sentence}"),
            (_, waited) => ($"{pod}: Open; watches it for {bake}", $", {PlainText.Span(asked.Terms.Bake - waited)} left"),
            cancel);
    }

    /// <summary>Looks at the pod until it is as it should be, and shows how it goes.</summary>
    private Task<bool> WatchAsync(Func<PodJson, TimeSpan, bool> isThere, Func<PodJson, TimeSpan, (string Line, string More)> words, CancellationToken cancel)
    {
        var begin = session.Time.GetTimestamp();
        return screen.WatchAsync(async show =>
        {
            while (true)
            {
                var seen = await AskAsync(end => session.Gate.GetAsync<PodJson>(PodCommands.PathOf(pod), end), show, cancel);
                var waited = session.Time.GetElapsedTime(begin);
                var there = isThere(seen, waited);
                var (line, more) = words(seen, waited);
                show(line, more);
                if (there) return true;
                await Task.Delay(Interval, session.Time, cancel);
            }
        });
    }

    /// <summary>What is sent, with the version that was seen: repeated after a lost answer it says the same, and is refused when others were faster.</summary>
    private CommandJson CommandFor(PodJson seen) => new(asked.Reason, Version: seen.Version) { Roll = holder.Id };

    /// <summary>Gives a command once, and says what came of it: when its answer is lost, the pod says whether it was carried out.</summary>
    /// <returns>The pod after it.</returns>
    private async Task<PodJson> CommandAsync(string verb, CommandJson body, Func<PodJson, bool> isDone, string butIt, CancellationToken cancel)
    {
        var path = PodCommands.PathOf(pod);
        var sent = false;
        try
        {
            return await gate.AskAsync(
                async end =>
                {
                    if (sent && (await session.Gate.GetAsync<PodJson>(path, end)).Value is var now && isDone(now))
                    {
                        screen.Line($"{pod}: {verb}: carried out, although the answer was lost");
                        return now;
                    }

                    sent = true;
                    var outcome = await SendAsync($"{path}/{verb}", body, end);
                    Outcomes.Warn(session, outcome);
                    screen.Line($"{pod}: {outcome.Value.Sentence}");
                    return outcome.Value.Pod ?? (await session.Gate.GetAsync<PodJson>(path, end)).Value;
                },
                () => Silent(null),
                cancel);
        }
        catch (GateRefused refused)
        {
            throw new RollTrouble($"{pod} {butIt}: {refused.Message}");
        }
    }

    /// <summary>The lease may run out while a command is on its way. It is still ours if it can be renewed; when it is another's, this says so.</summary>
    private async Task<GateAnswer<OutcomeJson>> SendAsync(string path, CommandJson body, CancellationToken cancel)
    {
        try
        {
            return await session.Gate.PostAsync<CommandJson, OutcomeJson>(path, body, cancel);
        }
        catch (GateRefused refused) when (PatientGate.KindOf(refused) == "RollLost")
        {
            await holder.RenewOnceAsync(cancel);
            return await session.Gate.PostAsync<CommandJson, OutcomeJson>(path, body, cancel);
        }
    }

    private bool IsOwn(PodJson seen) => seen.Intent == "Disabled" && seen.IntentSince == _drained;

    private string NotOut(PodJson seen) =>
        seen.Intent == "Disabled" ? RollAsked.TakenOut(seen) : $"{pod} is {seen.State}, although it was to be out: {seen.Sentence}";

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<GateAnswer<T>>> ask, Action<string, string>? show, CancellationToken cancel) =>
        (await gate.AskAsync(ask, () => Silent(show), cancel)).Value;

    private Task TellAsync(string step, string sentence, CancellationToken cancel) =>
        holder.TellAsync(pod, step, sentence, _drained, () => Silent(null), cancel);

    private void Silent(Action<string, string>? show)
    {
        const string Words = "the gate does not answer; trying again";
        if (show is not null) show($"{pod}: {Words}", "");
        else screen.LineOnce($"{pod}: {Words}");
    }

    // Both moments are by the gate's clock, so that a difference between the clocks of the two machines does not matter.
    private TimeSpan DrainLimit(PodJson seen) => asked.Terms.DrainTimeout
        ?? (seen.Deadline is { } deadline && deadline > seen.IntentSince ? deadline - seen.IntentSince + BeyondDeadline : TimeSpan.FromDays(1));
}
