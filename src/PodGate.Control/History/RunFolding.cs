using System.Collections.Immutable;
using PodGate.Core.Health;
using PodGate.Core.Replaying;

namespace PodGate.Control.History;

/// <summary>
/// Folds what the probes of one pod's health address, or of one check, found: a good probe like the last one only lengthens a run. So does a
/// failure after twenty that were just like it: a pod that is off for days must not push out what was before.
/// </summary>
internal sealed class RunFolding
{
    private const int FailuresWritten = 20;

    private readonly List<int> _gaps = [];
    private ProbeReport? _first;
    private DateTimeOffset _last;
    private TimeSpan _longest;
    private TimeSpan _shortest;
    private int _failuresAlike;
    private (ProbeResult Result, string? Sentence) _failure;

    /// <summary>The run that may still grow, or null.</summary>
    public RecordedProbes? Open => _first is null ? null : Recorded(_first, _longest, [.. _gaps]);

    /// <summary>Takes a report in; returns the lines that are complete now.</summary>
    /// <param name="report">What was found.</param>
    public IEnumerable<RecordedProbes> Take(ProbeReport report)
    {
        if (Lengthens(report)) return [];
        var complete = new List<RecordedProbes>();
        if (Open is { } run) complete.Add(run);
        _first = null;
        _failuresAlike = report.IsGood ? 0 : (report.Result, report.Sentence) == _failure ? _failuresAlike + 1 : 1;
        _failure = report.IsGood ? default : (report.Result, report.Sentence);
        if (report.IsGood || _failuresAlike > FailuresWritten) Begin(report);
        else complete.Add(Recorded(report, report.Duration, []));
        return complete;
    }

    private void Begin(ProbeReport report)
    {
        _first = report;
        _last = Milliseconds(report.SentAt);
        _longest = _shortest = report.Duration;
        _gaps.Clear();
    }

    private bool Lengthens(ProbeReport report)
    {
        if (_first is null || _gaps.Count + 1 >= RecordedProbes.LongestRun) return false;
        if (report.Result != _first.Result || report.Sentence != _first.Sentence || report.DataPortTook != _first.DataPortTook) return false;
        var sent = Milliseconds(report.SentAt);
        var gap = sent - _last;
        if (gap < TimeSpan.Zero || gap > TimeSpan.FromHours(1)) return false;
        var longest = report.Duration > _longest ? report.Duration : _longest;
        var shortest = report.Duration < _shortest ? report.Duration : _shortest;
        if (longest > RecordedProbes.Quick && longest > shortest * 2) return false;
        _gaps.Add((int)gap.TotalMilliseconds);
        (_last, _longest, _shortest) = (sent, longest, shortest);
        return true;
    }

    private static RecordedProbes Recorded(ProbeReport report, TimeSpan took, ImmutableArray<int> gaps) =>
        new(report.Pod, report.Check, report.Result, report.Sentence, Milliseconds(report.SentAt), took < TimeSpan.Zero ? TimeSpan.Zero : took, gaps)
        {
            DataPortTook = report.DataPortTook,
        };

    /// <summary>Whole milliseconds since the epoch, so that gaps add up to what the moments differ by.</summary>
    private static DateTimeOffset Milliseconds(DateTimeOffset moment) => DateTimeOffset.FromUnixTimeMilliseconds(moment.ToUnixTimeMilliseconds());
}
