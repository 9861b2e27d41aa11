using Microsoft.Extensions.Logging;
using PodGate.Core.Health;
using PodGate.Core.Replaying;

namespace PodGate.Control.History;

/// <summary>
/// Writes down what every probe and check found, for <c>podgate replay</c>. No journal: nothing waits for it, nothing depends on it, and its loss harms
/// nobody. One thread of its own writes once a second; who notes a report only puts it into a bounded queue.
/// </summary>
public sealed class ProbeHistory : IAsyncDisposable
{
    /// <summary>The directory within the state directory.</summary>
    public const string DirectoryName = "history";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly Func<ProbeReport, ProbeReport> _judged;
    private readonly HistoryLimits _limits;
    private readonly ILogger _logger;
    private readonly object _lock = new();
    private readonly Queue<ProbeReport> _waiting = new();
    private readonly HistorySegments _segments;
    private readonly SortedDictionary<(string Pod, string Check), RunFolding> _tracks = [];
    private readonly List<byte[]> _unwritten = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _startedAt;
    private long _dropped;
    private bool _begun;
    private bool _failing;
    private bool _stopped;

    /// <summary>Starts to record.</summary>
    /// <param name="stateDirectory">The gate's state directory.</param>
    /// <param name="time">The gate's clock.</param>
    /// <param name="judged">Finds what a report was judged to be; the report itself when that is not known any more.</param>
    /// <param name="logger">The log.</param>
    /// <param name="limits">Null: the usual ones.</param>
    public ProbeHistory(
        string stateDirectory, TimeProvider time, Func<ProbeReport, ProbeReport> judged, ILogger<ProbeHistory> logger, HistoryLimits? limits = null)
    {
        _directory = Path.Combine(stateDirectory, DirectoryName);
        _time = time;
        _startedAt = time.GetUtcNow();
        _judged = judged;
        _logger = logger;
        _limits = limits ?? new HistoryLimits();
        _segments = new HistorySegments(_directory, _limits);
        new Thread(Run) { IsBackground = true, Name = "history" }.Start();
    }

    /// <summary>Probes that were not written down: too many waited, or the disk did not take them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes a report in. Any thread; never waits for the disk.</summary>
    /// <param name="report">What a probe or check found.</param>
    /// <returns>The report, for whoever judges it.</returns>
    public ProbeReport Note(ProbeReport report)
    {
        lock (_lock)
        {
            if (_waiting.Count < _limits.Waiting && !_stopped)
            {
                _waiting.Enqueue(report);
                return report;
            }
        }

        Interlocked.Increment(ref _dropped);
        return report;
    }

    /// <summary>Writes what waits, if the disk takes it soon.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.PulseAll(_lock);
        }

        await Task.WhenAny(_ended.Task, Task.Delay(StopLimit, _time)).ConfigureAwait(false);
    }

    private void Run()
    {
        var last = false;
        while (!last)
        {
            List<ProbeReport> due;
            lock (_lock)
            {
                if (!_stopped) Monitor.Wait(_lock, _limits.Every);
                last = _stopped;
                due = TakeDue(last);
            }

            try
            {
                Write(due, last);
            }
            catch (Exception exception)
            {
                // A history that cannot be written must not take the gate with it; it is told once and counted.
                Failed(exception);
            }
        }

        _segments.Dispose();
        _ended.SetResult();
    }

    private List<ProbeReport> TakeDue(bool all)
    {
        var due = new List<ProbeReport>();
        var judged = _time.GetUtcNow() - _limits.JudgedAfter;
        while (_waiting.TryPeek(out var report) && (all || report.FinishedAt <= judged)) due.Add(_waiting.Dequeue());
        return due;
    }

    private void Write(List<ProbeReport> due, bool last)
    {
        var now = _time.GetUtcNow();
        foreach (var report in due.Select(_judged))
        {
            var key = (report.Pod, report.Check ?? "");
            if (!_tracks.TryGetValue(key, out var track)) _tracks.Add(key, track = new RunFolding());
            Keep(track.Take(report));
        }

        if (!_begun)
        {
            if (_unwritten.Count == 0 && _tracks.Count == 0) return;
            _segments.TakeOver(now);
            _segments.Append([HistoryJson.WriteStart(_startedAt)], now);
            _begun = true;
        }

        if (_unwritten.Count > 0) _segments.Append(_unwritten, now);
        _unwritten.Clear();
        var open = _tracks.Values.Select(track => track.Open).OfType<RecordedProbes>().Select(HistoryJson.Write).ToArray();
        if (last && open.Length > 0) _segments.Append(open, now);
        _segments.WriteOpen(last ? [] : open);
        if (!_failing) return;
        _failing = false;
        HistoryLog.Recovered(_logger, _directory, Dropped);
    }

    private void Keep(IEnumerable<RecordedProbes> lines)
    {
        foreach (var line in lines)
        {
            if (_unwritten.Count < _limits.Waiting) _unwritten.Add(HistoryJson.Write(line));
            else Interlocked.Add(ref _dropped, line.Count);
        }
    }

    private void Failed(Exception exception)
    {
        _segments.Dispose();
        if (_failing) return;
        _failing = true;
        HistoryLog.Failed(_logger, exception, _directory);
    }
}
