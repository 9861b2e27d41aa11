using System.Net;
using Microsoft.Extensions.Logging;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control.History;

/// <summary>
/// Writes down by what clients were routed, change by change, and why: so that it can be said where a client was last night. Suspensions move clients and are
/// in no journal. As with the probes nothing waits for it and nothing depends on it: who notes a change only puts it into a bounded list, and one thread of
/// its own writes once a second. One process writes: that of the gate that has the state directory.
/// </summary>
public sealed class RoutingHistory : IAsyncDisposable
{
    /// <summary>The file that says until when the gate ran.</summary>
    internal const string OpenFile = "open-routing.jsonl";

    /// <summary>What its files begin with.</summary>
    internal const string Subject = "routing";

    /// <summary>How often it is written that the gate still runs: how exact the end of one that was killed is.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly HistoryLimits _limits;
    private readonly ILogger _logger;
    private readonly object _lock = new();
    private readonly List<RoutingEntry> _waiting = [];
    private readonly List<RoutingEntry> _writing = [];
    private readonly HistorySegments _segments;
    private readonly SemaphoreSlim _oneReader = new(1, 1);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _startedAt;
    private RoutingPicture? _noted;
    private RoutingEntryKind? _end;
    private long _dropped;

    // The writer's own: first what the lines of the file amount to.
    private RoutingPicture? _written;
    private long? _beatAt;
    private bool _begun;
    private bool _failing;

    /// <summary>Starts to write.</summary>
    /// <param name="stateDirectory">The gate's state directory.</param>
    /// <param name="time">The gate's clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="limits">Null: the usual ones.</param>
    public RoutingHistory(string stateDirectory, TimeProvider time, ILogger<RoutingHistory> logger, HistoryLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _directory = Path.Combine(stateDirectory, ProbeHistory.DirectoryName);
        (_time, _logger, _limits) = (time, logger, limits ?? HistoryLimits.OfRouting);
        _startedAt = Now();
        _segments = new HistorySegments(_directory, _limits, Subject, OpenFile);
        new Thread(Run) { IsBackground = true, Name = "routing history" }.Start();
    }

    /// <summary>Changes that were not written down: too many waited.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes a snapshot in, if it routes otherwise than the last one. Called on the publishing thread; never waits for the disk.</summary>
    /// <param name="snapshot">What is in force from now on.</param>
    public void Note(RoutingSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        lock (_lock)
        {
            if (_end is not null || _noted?.IsOf(snapshot) == true) return;
            _noted = RoutingPicture.Of(snapshot);
            Put(new RoutingEntry(Now(), RoutingEntryKind.Routed) { Picture = _noted });
        }
    }

    /// <summary>Takes in why clients moved. Called on the gatekeeper's loop; never waits for the disk.</summary>
    /// <param name="transition">What happened; what moves nobody is left out.</param>
    public void Note(Transition transition)
    {
        ArgumentNullException.ThrowIfNull(transition);
        var moves = transition.From != transition.To || transition.Cause is Cause.KeepingEnded or Cause.RampChanged
            || (transition.Pod.Length == 0 && transition.Cause == Cause.Reconfigured);
        if (!moves) return;
        lock (_lock)
        {
            if (_end is null) Put(new RoutingEntry(Whole(transition.At), RoutingEntryKind.Told) { Pod = transition.Pod, Sentence = transition.Sentence });
        }
    }

    /// <summary>Where a client was, as far as it is written down. Reads all files; one question at a time does.</summary>
    /// <param name="hashing">The hashing in force.</param>
    /// <param name="client">The client's address.</param>
    /// <param name="cancel">Gives up waiting for another question.</param>
    /// <exception cref="HistoryException">It cannot be read.</exception>
    public async Task<ClientTrail> TrailAsync(SlotHashing hashing, IPAddress client, CancellationToken cancel)
    {
        await _oneReader.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // What waits is taken first: it may be written meanwhile, and is then there twice and not nowhere.
            RoutingEntry[] unwritten;
            lock (_lock) unwritten = [.. _writing, .. _waiting];
            var written = RoutingHistoryReader.Read(_directory);
            var newest = written.TakeLast(2 * _limits.Waiting).ToHashSet();
            return ClientTrail.Of([.. written, .. unwritten.Where(entry => !newest.Contains(entry))], hashing, client);
        }
        finally
        {
            _oneReader.Release();
        }
    }

    /// <summary>The gate stops: writes what waits, if the disk takes it soon.</summary>
    public ValueTask DisposeAsync() => EndAsync(RoutingEntryKind.Ended);

    /// <summary>The same, but another process goes on.</summary>
    public ValueTask HandOverAsync() => EndAsync(RoutingEntryKind.HandedOver);

    private async ValueTask EndAsync(RoutingEntryKind end)
    {
        lock (_lock)
        {
            _end ??= end;
            Monitor.PulseAll(_lock);
        }

        await Task.WhenAny(_ended.Task, Task.Delay(StopLimit, _time)).ConfigureAwait(false);
    }

    /// <summary>
    /// When there is no room, the newest takes the place of the one before it: what is in force now must be told, and what was missed counted.
    /// </summary>
    private void Put(RoutingEntry entry)
    {
        if (_waiting.Count == 0 || _waiting.Count + _writing.Count < _limits.Waiting)
        {
            _waiting.Add(entry);
            return;
        }

        Interlocked.Increment(ref _dropped);
        if (entry.Kind != RoutingEntryKind.Routed) return;
        var last = _waiting.FindLastIndex(waiting => waiting.Kind == RoutingEntryKind.Routed);
        var missed = last < 0 ? 0 : _waiting[last].Missed + 1;
        if (last >= 0) _waiting.RemoveAt(last);
        _waiting.Add(entry with { Missed = missed });
    }

    private void Run()
    {
        RoutingEntryKind? end = null;
        while (end is null)
        {
            lock (_lock)
            {
                if (_end is null) Monitor.Wait(_lock, _limits.Every);
                end = _end;
                var room = Math.Min(_waiting.Count, _limits.Waiting - _writing.Count);
                _writing.AddRange(_waiting.Take(room));
                _waiting.RemoveRange(0, room);
            }

            try
            {
                Write(end);
            }
            catch (Exception exception)
            {
                // A history that cannot be written must not take the gate with it; it is told once, and what waits is tried again.
                Failed(exception);
            }
        }

        _segments.Dispose();
        _ended.SetResult();
    }

    private void Write(RoutingEntryKind? end)
    {
        var now = Now();
        if (!_begun)
        {
            if (_writing.Count == 0) return;
            _segments.TakeOver(now);
            _segments.Append([RoutingJson.Write(new RoutingEntry(_startedAt, RoutingEntryKind.Began), null)], now);
            _begun = true;
        }

        var lines = Lines(now, out var newest);
        if (end is { } kind) lines.Add(RoutingJson.Write(new RoutingEntry(now, kind), null));
        if (lines.Count > 0) _segments.Append(lines, now);
        _written = newest;
        lock (_lock) _writing.Clear();
        if (end is not null) _segments.WriteOpen([]);
        else if (_beatAt is not { } beat || _time.GetElapsedTime(beat) >= Beat)
        {
            _segments.WriteOpen([RoutingJson.Write(new RoutingEntry(now, RoutingEntryKind.Ran), null)]);
            _beatAt = _time.GetTimestamp();
        }

        if (!_failing) return;
        _failing = false;
        HistoryLog.RoutingRecovered(_logger, _directory, Dropped);
    }

    /// <summary>Each segment begins with a whole picture, so at least each day does: those before it are pruned some time.</summary>
    private List<byte[]> Lines(DateTimeOffset now, out RoutingPicture? newest)
    {
        var lines = new List<byte[]>();
        var entries = _writing.AsEnumerable();
        newest = _written;
        if (_segments.BeginsAt(now))
        {
            newest = null;
            var at = _writing.Count > 0 ? _writing[0].At : now;
            if (_written is not null) entries = entries.Prepend(new RoutingEntry(at, RoutingEntryKind.Routed) { Picture = _written });
        }

        foreach (var entry in entries)
        {
            lines.Add(RoutingJson.Write(entry, newest));
            newest = entry.Picture ?? newest;
        }

        return lines;
    }

    private void Failed(Exception exception)
    {
        _segments.Dispose();
        if (_failing) return;
        _failing = true;
        HistoryLog.RoutingFailed(_logger, exception, _directory);
    }

    /// <summary>Whole milliseconds, as they are written: an entry that was read back is the one that was noted.</summary>
    private DateTimeOffset Now() => Whole(_time.GetUtcNow());

    private static DateTimeOffset Whole(DateTimeOffset moment) => DateTimeOffset.FromUnixTimeMilliseconds(moment.ToUnixTimeMilliseconds());
}
