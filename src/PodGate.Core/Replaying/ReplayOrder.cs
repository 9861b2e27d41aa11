using PodGate.Core.Health;

namespace PodGate.Core.Replaying;

/// <summary>A report as it is replayed.</summary>
/// <param name="Report">It.</param>
/// <param name="CutShort">It is a time-out only because of the shorter timeout.</param>
internal readonly record struct ReplayedReport(ProbeReport Report, bool CutShort);

/// <summary>Turns what was recorded into the reports that it stood for, in the order in which they came in. Unfolds runs as it goes.</summary>
/// <param name="probes">What was recorded, in any order.</param>
/// <param name="timeout">How long a probe of the health address may take; what took longer becomes a time-out. Null: as it was.</param>
internal sealed class ReplayOrder(IEnumerable<RecordedProbes> probes, TimeSpan? timeout)
{
    private readonly RecordedProbes[] _lines = [.. probes.OrderBy(line => line.From).ThenBy(line => line.Pod, StringComparer.Ordinal)];

    /// <summary>Good probes that the shorter timeout made time-outs, so far.</summary>
    public long CutShort { get; private set; }

    /// <summary>Time-outs that a longer timeout might have made answers, so far.</summary>
    public long Unknowable { get; private set; }

    public IEnumerable<ReplayedReport> Reports()
    {
        var open = new PriorityQueue<Cursor, (DateTimeOffset At, int Line)>();
        var next = 0;
        while (true)
        {
            // A line can only begin to matter when its first probe was sent, which is never after that probe came in.
            while (next < _lines.Length && (!open.TryPeek(out _, out var first) || _lines[next].From <= first.At))
            {
                var cursor = new Cursor(_lines[next], 0, _lines[next].From);
                open.Enqueue(cursor, (ArrivalOf(cursor), next++));
            }

            if (!open.TryDequeue(out var due, out var place)) yield break;
            yield return new ReplayedReport(ReportOf(due), IsLate(due.Line) && due.Line.Result != ProbeResult.TimedOut);
            if (due.Index == due.Line.Gaps.Length) continue;
            due = new Cursor(due.Line, due.Index + 1, due.Sent + TimeSpan.FromMilliseconds(due.Line.Gaps[due.Index]));
            open.Enqueue(due, (ArrivalOf(due), place.Line));
        }
    }

    private bool IsLate(RecordedProbes line) =>
        timeout is { } limit && line.Check is null && line.Took > limit && line.Result != ProbeResult.Inconclusive;

    private DateTimeOffset ArrivalOf(Cursor cursor) => cursor.Sent + (IsLate(cursor.Line) ? timeout!.Value : cursor.Line.Took);

    private ProbeReport ReportOf(Cursor cursor)
    {
        var line = cursor.Line;
        var report = new ProbeReport(line.Pod, cursor.Sent, cursor.Sent + line.Took, line.Result, line.Sentence)
        {
            Check = line.Check, DataPortTook = line.DataPortTook,
        };
        if (!IsLate(line))
        {
            if (timeout is { } limit && line.Check is null && line.Result == ProbeResult.TimedOut && line.Took < limit) Unknowable++;
            return report;
        }

        if (report.IsGood) CutShort++;
        var sentence = line.Result == ProbeResult.TimedOut ? line.Sentence : $"no answer within {Pods.Sentences.Span(timeout!.Value)} (there was one after {Pods.Sentences.Span(line.Took)})";
        return report with { FinishedAt = cursor.Sent + timeout!.Value, Result = ProbeResult.TimedOut, Sentence = sentence };
    }

    private readonly record struct Cursor(RecordedProbes Line, int Index, DateTimeOffset Sent);
}
