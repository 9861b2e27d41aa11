using PodGate.TestKit;

namespace Failover.Rig;

/// <summary>Runs one row with one proxy: warm-up, fault, recovery; and counts.</summary>
internal sealed class Measurement(Row row, ProxyKind kind, TimeSpan length)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private string? _faulty;

    /// <summary>Measures.</summary>
    /// <param name="row">The fault.</param>
    /// <param name="kind">The proxy; it must be installed.</param>
    /// <param name="length">How long fault and recovery last each, if the row does not need more.</param>
    /// <param name="cancel">Ends it early; everything that was started is ended first.</param>
    public static async Task<Figures> RunAsync(Row row, ProxyKind kind, TimeSpan length, CancellationToken cancel)
    {
        if (row.Namespace && TestNamespace.Missing() is { } missing) return new Figures(row, kind) { Skipped = missing };
        try
        {
            return await new Measurement(row, kind, length).RunAsync(cancel);
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException or HttpRequestException or IOException)
        {
            // The other rows are still worth having; this one is told.
            return new Figures(row, kind) { Broke = exception.Message };
        }
    }

    private async Task<Figures> RunAsync(CancellationToken cancel)
    {
        await using var stage = await Stage.SetAsync(kind, row, cancel);
        await using var callers = new Callers(stage);
        await using var watch = stage.Proxy is PodGateProxy gate ? new LatchWatch(gate.Gate, stage) : null;
        await Task.Delay(length < WarmUp ? length : WarmUp, cancel);

        var homes = Homes(callers);
        var name = Choose(stage, homes);
        stage.Faulty = stage.Pods.Single(pod => pod.Name == name);
        using var lateness = new Lateness();
        var before = await stage.CountAsync();

        var wall = DateTimeOffset.UtcNow;
        var begun = stage.Clock.Elapsed;
        await row.BreakAsync(stage);
        var lasts = length < row.Least ? row.Least : length;
        await Task.Delay(lasts, cancel);
        var sick = stage.Faulty.IsRunning ? await stage.CountAsync() : null;
        var mending = stage.Clock.Elapsed;
        await row.MendAsync(stage);
        var mended = stage.Clock.Elapsed;
        await Task.Delay(Grace, cancel);
        var rest = Later + Grace > length ? Later + Grace : length;
        await Task.Delay(row.Bound.Serves ? length : rest, cancel);
        await callers.StopAsync();

        var figures = Count([.. callers.All], homes, begun, mended) with
        {
            OnFaulty = row.OnePod ? homes.Values.Count(pod => pod == name) : 0,
            Lasted = mending - begun,
            During = row.OnePod && before is { } first && sick is { } last ? (last.Total - first.Total, last.Last > wall ? last.Last - wall : null) : null,
            Note = stage.Note(),
            Lateness = lateness.Worst,
        };
        return watch is null ? figures : Add(figures, watch, begun, stage);
    }

    private Figures Count(Seen[] all, Dictionary<int, string> homes, TimeSpan begun, TimeSpan mended)
    {
        var since = all.Where(seen => seen.Ended >= begun).ToList();
        var failed = since.Where(seen => seen.Failure is not null).ToList();
        var sick = row.OnePod ? _faulty : null;
        return new Figures(row, kind)
        {
            Requests = since.Count,
            Failed = failed.Count,
            Kinds = failed.CountBy(seen => seen.Failure!).ToDictionary(pair => pair.Key, pair => pair.Value),
            Slow = since.Count(seen => seen.Failure is null && seen.Took > Slow),
            Slowest = since.Count == 0 ? TimeSpan.Zero : since.Max(seen => seen.Took),
            LastFailure = failed.Count == 0 ? null : failed.Max(seen => seen.Ended) - begun,
            FailedLater = failed.Count(seen => seen.Sent > mended + Later),
            FailedBefore = all.Count(seen => seen.Ended < begun && seen.Failure is not null),
            After = since.Count(seen => sick is not null && seen.Pod == sick && seen.Sent >= mended),
            Moved = since.Where(seen => seen.Failure is null && homes[seen.Caller] != sick && seen.Pod != homes[seen.Caller])
                .Where(seen => row.Bound.Serves || seen.Sent > mended + Grace).Select(seen => seen.Caller).Distinct().Count(),
        };
    }

    private Figures Add(Figures figures, LatchWatch watch, TimeSpan begun, Stage stage)
    {
        var sick = row.OnePod ? watch.Seats.GetValueOrDefault(_faulty!) : null;
        return figures with
        {
            Out = sick?.OutAt - begun,
            Latched = sick?.LatchedAt - begun,
            Cause = sick?.Cause,
            Sentence = sick?.Sentence,
            LatchedWrongly = [.. watch.Seats.Values.Where(seat => seat.LatchedAt is not null && seat.Pod != sick?.Pod).Select(seat => $"{seat.Pod} ({seat.Cause})")],
            Output = stage.Proxy.Output,
        };
    }

    /// <summary>The pod whose share of the callers is nearest to a third: neither so few that nothing can be judged, nor nearly all.</summary>
    private string Choose(Stage stage, Dictionary<int, string> homes)
    {
        if (homes.Count < Callers.Count) throw new InvalidOperationException($"only {homes.Count} of {Callers.Count} callers were answered in the warm-up; {kind.Name} printed:\n{stage.Proxy.Output}");
        _faulty = stage.Pods.Select(pod => pod.Name).MinBy(pod => Math.Abs((homes.Values.Count(home => home == pod) * stage.Pods.Count) - Callers.Count));
        return _faulty!;
    }

    /// <summary>The pod that served each caller last.</summary>
    private static Dictionary<int, string> Homes(Callers callers) =>
        callers.All.Where(seen => seen.Pod is not null).GroupBy(seen => seen.Caller).ToDictionary(group => group.Key, group => group.Last().Pod!);
}
