using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PodGate.Core.Routing;
using PodGate.Proxy.Signals;

namespace PodGate.Statistics;

/// <summary>
/// What every pod carried on each day, for a year. Once a minute, on the minute, the counters of the request path are read; what was counted since goes to the
/// day, in UTC, in which that minute began, and one thread of its own adds it to that day's file. Nothing waits for it, nothing depends on it. A kill costs
/// what was counted since the last full minute. A long connection's bytes count when they pass, its client on the day on which it came.
/// </summary>
internal sealed class TrafficDays : IAsyncDisposable
{
    /// <summary>The directory within the state directory: that of the histories.</summary>
    public const string DirectoryName = Control.History.ProbeHistory.DirectoryName;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly string _directory;
    private readonly Func<IReadOnlyList<PodTraffic>> _traffic;
    private readonly Func<IReadOnlyList<(string Pod, SourceSketch Sources)>> _sources;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StatisticsLimits _limits;
    private readonly DayFiles _files;
    private readonly Lock _lock = new();
    private readonly BlockingCollection<Work> _work = new(boundedCapacity: 16);
    private readonly ITimer _timer;

    // What was counted and is not in the files yet.
    private Dictionary<(DateOnly Day, string Pod), DayTraffic> _waiting = [];
    private Dictionary<string, PodTraffic> _last = new(StringComparer.Ordinal);
    private DateTimeOffset _lookedAt;
    private DateOnly _pruned;
    private bool _owns;
    private bool _failing;
    private int _ended;

    /// <summary>Begins to count; nothing is written before <see cref="Open"/>.</summary>
    /// <param name="stateDirectory">The gate's state directory.</param>
    /// <param name="traffic">The counters.</param>
    /// <param name="sources">Takes the sources that came since they were last taken.</param>
    /// <param name="time">The gate's clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="limits">Null: the usual ones.</param>
    public TrafficDays(
        string stateDirectory,
        Func<IReadOnlyList<PodTraffic>> traffic,
        Func<IReadOnlyList<(string Pod, SourceSketch Sources)>> sources,
        TimeProvider time,
        ILogger logger,
        StatisticsLimits? limits = null)
    {
        (_traffic, _sources, _time, _logger, _limits) = (traffic, sources, time, logger, limits ?? new StatisticsLimits());
        _directory = Path.Combine(stateDirectory, DirectoryName);
        _files = new DayFiles(_directory, _limits, logger);
        _lookedAt = time.GetUtcNow();
        new Thread(Run) { IsBackground = true, Name = "statistics" }.Start();
        _timer = time.CreateTimer(static days => ((TrafficDays)days!).OnTheMinute(), this, UntilNext(_lookedAt), Timeout.InfiniteTimeSpan);
    }

    /// <summary>The day that it is.</summary>
    public DateOnly Today => DayOf(_time.GetUtcNow());

    /// <summary>The files are this process's own: from now on they are written.</summary>
    public void Open()
    {
        lock (_lock) _owns = true;
    }

    /// <summary>Writes what was counted and leaves the files to another process, which may read them when this has completed. Counting goes on.</summary>
    public Task HoldAsync() => DoAsync(() =>
    {
        Look();
        Save();
        lock (_lock) _owns = false;
    });

    /// <summary>Everything that was carried here has ended: what was counted since the files were left goes to the process that has them now.</summary>
    public Task LeaveAsync() => EndAsync(() =>
    {
        Look();
        foreach (var day in Take().GroupBy(part => part.Day)) _files.Leave(day.Key, [.. day], $"{Environment.ProcessId}-{Guid.NewGuid():N}");
    });

    /// <summary>What is in the files: all until the last full minute. Reads the disk; not for a thread that must not wait.</summary>
    /// <param name="days">How many days, today's among them.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<IReadOnlyList<DayTraffic>> ReadAsync(int days, CancellationToken cancel)
    {
        var today = Today;
        var files = new DayFiles(_directory, _limits, _logger);
        return Task.Run(() => files.Read(today.AddDays(1 - days), today, cancel), cancel).WaitAsync(Patience, _time, cancel);
    }

    /// <summary>Writes what was counted, if the disk takes it soon.</summary>
    public async ValueTask DisposeAsync() => await EndAsync(() =>
    {
        Look();
        Save();
    });

    /// <summary>Completes when all that was begun is done.</summary>
    internal Task IdleAsync() => DoAsync(() => { });

    private static DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(moment.UtcDateTime);

    private void OnTheMinute()
    {
        Look();

        // When the disk has not taken the last ones yet, they take this along.
        if (Volatile.Read(ref _ended) == 0 && _work.Count < 2) _work.TryAdd(new Work(Save, null));
        _timer.Change(UntilNext(_time.GetUtcNow()), Timeout.InfiniteTimeSpan);
    }

    private TimeSpan UntilNext(DateTimeOffset now) => _limits.Every - TimeSpan.FromTicks(now.UtcTicks % _limits.Every.Ticks);

    /// <summary>Reads the counters: memory only.</summary>
    private void Look()
    {
        lock (_lock)
        {
            var day = DayOf(_lookedAt);
            _lookedAt = _time.GetUtcNow();
            var sources = _sources().ToDictionary(pod => pod.Pod, pod => pod.Sources, StringComparer.Ordinal);
            var last = new Dictionary<string, PodTraffic>(StringComparer.Ordinal);
            foreach (var pod in _traffic())
            {
                last[pod.Pod] = pod;
                Wait(DayTraffic.Between(day, _last.GetValueOrDefault(pod.Pod), pod, sources.GetValueOrDefault(pod.Pod)));
            }

            _last = last;
            Bound();
        }
    }

    private void Wait(DayTraffic part)
    {
        if (part.IsEmpty) return;
        var key = (part.Day, part.Pod);
        _waiting[key] = _waiting.TryGetValue(key, out var known) ? known.Plus(part) : part;
    }

    private void Bound()
    {
        var days = _waiting.Keys.Select(key => key.Day).Distinct().Order().ToList();
        foreach (var day in days.SkipLast(_limits.Waiting))
        {
            foreach (var key in _waiting.Keys.Where(key => key.Day == day).ToList()) _waiting.Remove(key);
            StatisticsLog.Lost(_logger, day);
        }
    }

    private List<DayTraffic> Take()
    {
        lock (_lock)
        {
            var taken = _waiting;
            _waiting = [];
            return [.. taken.Values];
        }
    }

    private void Save()
    {
        lock (_lock)
        {
            if (!_owns) return;
        }

        var days = Take().GroupBy(part => part.Day).ToDictionary(day => day.Key, day => day.ToList());
        try
        {
            foreach (var day in _files.DaysWithLeft()) days.TryAdd(day, []);
            foreach (var (day, parts) in days.OrderBy(day => day.Key).ToList())
            {
                _files.Add(day, parts);
                days.Remove(day);
            }

            if (_pruned != Today && Directory.Exists(_directory)) _files.Prune(_pruned = Today);
            if (!_failing) return;
            _failing = false;
            StatisticsLog.Recovered(_logger, _directory);
        }
        finally
        {
            // What could not be written waits on.
            lock (_lock) days.Values.SelectMany(day => day).ToList().ForEach(Wait);
        }
    }

    private void Run()
    {
        foreach (var (act, done) in _work.GetConsumingEnumerable())
        {
            try
            {
                act();
            }
            catch (Exception exception)
            {
                // Statistics that cannot be written must not take the gate with them; it is told once.
                if (!_failing) StatisticsLog.Failed(_logger, exception, _directory);
                _failing = true;
            }

            done?.SetResult();
        }
    }

    private async Task DoAsync(Action act)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Volatile.Read(ref _ended) == 0 && _work.TryAdd(new Work(act, done))) await Task.WhenAny(done.Task, Task.Delay(Patience, _time));
    }

    private async Task EndAsync(Action act)
    {
        if (Volatile.Read(ref _ended) != 0) return;
        await _timer.DisposeAsync();
        await DoAsync(act);
        if (Interlocked.Exchange(ref _ended, 1) == 0) _work.CompleteAdding();
    }

    private sealed record Work(Action Act, TaskCompletionSource? Done);
}
