using Microsoft.Extensions.Logging;
using PodGate.Control.Alerts.Channels;
using PodGate.Control.Configuration;
using PodGate.Control.Journal;

namespace PodGate.Control.Alerts;

/// <summary>
/// Every alert from the moment it is raised until all that wanted it have it. It is written to the journal together with what caused it, sent from memory at
/// once, and marked afterwards: so nobody waits for the disk, and after a crash it is sent again, with the same id. Each channel takes its alerts in the order
/// in which they were raised. All public members may be called from any thread; none of them waits.
/// </summary>
public sealed partial class Outbox : IAsyncDisposable
{
    /// <summary>The most alerts that wait for one channel; beyond, older ones of the same key go first.</summary>
    public const int MostWaiting = 10_000;

    private const int EndedKept = 100;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly string _gate;
    private readonly IJournal _journal;
    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private readonly ILogger _logger;
    private readonly AlertPost _post;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _stopped = new();

    // The lock is held while the journal is given what changed, so that it gets the states of an alert in their order; it only queues them.
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, OutboxItem> _items = [];
    private readonly Dictionary<string, OutboxItem> _standing = new(StringComparer.Ordinal);
    private readonly Queue<OutboxItem> _ended = new();
    private readonly Dictionary<string, Silence> _silences = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AlertChannel> _channels = new(StringComparer.Ordinal);
    private readonly List<Task> _leaving = [];
    private readonly HashSet<OutboxItem> _touched = [];
    private AlertSettings _settings = new();
    private Uri? _page;
    private Task _watching = Task.CompletedTask;
    private Task? _disposing;
    private bool _isStarted;
    private volatile bool _isHeld;
    private long _number;
    private long _sent;
    private long _failed;
    private long _dropped;

    /// <summary>Takes up what waits in a journal. Nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="gate">The gate's id; every alert carries it.</param>
    /// <param name="journal">Where alerts are written.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Randomness from 0 up to 1, for jitter.</param>
    /// <param name="logger">The log.</param>
    public Outbox(string gate, IJournal journal, TimeProvider time, Func<double> chance, ILogger<Outbox> logger)
    {
        ArgumentNullException.ThrowIfNull(journal);
        (_gate, _journal, _time, _chance, _logger) = (gate, journal, time, chance, logger);
        _post = new AlertPost(time);
        foreach (var row in journal.Start.Outbox) TakeUp(row);
        foreach (var item in _items.Values.Where(item => item.Stands)) _standing[item.Alert.Key] = item;
        if (_items.Count > 0) AlertLog.Found(logger, _items.Count, _items.Values.Count(item => item.Waits));
    }

    /// <summary>What became of the alerts so far, over all channels.</summary>
    public AlertCounts Counts
    {
        get
        {
            lock (_lock)
                return new AlertCounts(_sent, _failed, _dropped, _channels.Values.Sum(channel => channel.Queued(_time.GetUtcNow())));
        }
    }

    /// <summary>How each channel is doing, by name.</summary>
    public IReadOnlyList<ChannelReading> Channels
    {
        get
        {
            var now = _time.GetUtcNow();
            lock (_lock) return [.. _channels.Values.OrderBy(channel => channel.Name, StringComparer.Ordinal).Select(channel => channel.Read(now))];
        }
    }

    /// <summary>The newest entry of the audit trail, which each alert carries as it is when it is sent. <value>Default: none is known.</value></summary>
    public Func<AuditHead?> Audit { get; init; } = () => null;

    internal TimeSpan KeepTrying => Volatile.Read(ref _settings).KeepTrying;

    /// <summary>
    /// Puts settings into force. What is being tried on a channel that changed goes on to its new address at once; what waits for one that is gone is dropped.
    /// </summary>
    /// <param name="settings">The alerts' settings.</param>
    /// <param name="page">Where people find the page, or null.</param>
    public void Apply(AlertSettings settings, Uri? page)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (_lock)
        {
            if (_disposing is not null) return;
            (_settings, _page) = (settings, page);
            var wanted = settings.AllChannels;
            foreach (var gone in _channels.Values.Where(channel => !wanted.ContainsKey(channel.Name)).ToList())
            {
                _channels.Remove(gone.Name);
                _leaving.Add(gone.LeaveAsync());
                DropAll(gone, "the channel was taken out of the configuration");
            }

            foreach (var (name, wants) in wanted)
            {
                var before = _channels.GetValueOrDefault(name);
                if (before is not null && before.Settings == wants) continue;
                var channel = new AlertChannel(name, wants, this, AlertSenders.Of(wants, _post, _time), _time, _chance, _logger);
                if (before is null) channel.TakeUp(_items.Values.Where(item => item.To.GetValueOrDefault(name, Delivery.Skipped) == Delivery.Waits));
                else channel.TakeOver(before);
                if (before is not null) _leaving.Add(before.LeaveAsync());
                _channels[name] = channel;
                if (_isStarted) channel.Start();
            }

            _leaving.RemoveAll(leaving => leaving.IsCompleted);
        }
    }

    /// <summary>Begins to send, and to look for what holds for a while. What waits for channels that are gone is dropped now.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_isStarted || _disposing is not null) return;
            _isStarted = true;
            foreach (var item in _items.Values.ToList())
            {
                foreach (var name in item.To.Where(to => to.Value == Delivery.Waits && !_channels.ContainsKey(to.Key)).Select(to => to.Key).ToList())
                    Drop(item, name, "its channel is not in the configuration any more");
            }

            Write();
            foreach (var channel in _channels.Values) channel.Start();
            _watching = Task.Run(WatchAsync);
        }
    }

    /// <summary>Nothing more is sent, or sending goes on: while another process takes over, which sends what is left.</summary>
    /// <param name="isHeld">Whether nothing is.</param>
    public void Hold(bool isHeld)
    {
        _isHeld = isHeld;
        lock (_lock)
        {
            foreach (var channel in _channels.Values) channel.Wake();
        }
    }

    /// <summary>Raises one alert that no transition caused.</summary>
    /// <param name="alert">What people must hear of.</param>
    public void Raise(Alert alert) => _ = Raise([alert], Record);

    /// <summary>
    /// Raises alerts: they are given to the journal and, whatever becomes of that, to their channels. Returns what <paramref name="write"/> returns.
    /// </summary>
    /// <param name="alerts">What people must hear of, in order; none is right too.</param>
    /// <param name="write">Gives rows to the journal together with what caused them; must only queue them.</param>
    /// <exception cref="ArgumentException">An id is empty, longer than 200 characters or not visible ASCII.</exception>
    public Task<bool> Raise(IReadOnlyList<Alert> alerts, Func<IReadOnlyList<OutboxRow>, Task<bool>> write)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        ArgumentNullException.ThrowIfNull(write);
        foreach (var alert in alerts)
        {
            if (alert.Id.Length is 0 or > 200 || alert.Id.AsSpan().ContainsAnyExceptInRange('!', '~'))
                throw new ArgumentException("The id of an alert must be 1 to 200 visible ASCII characters.", nameof(alerts));
        }

        lock (_lock)
        {
            var added = alerts.Select(alert => Add(alert, stage: 1)).ToList();
            var written = write(Rows());
            added.ForEach(Deliver);
            return written;
        }
    }

    /// <summary>Stops within 5 s: what waits is tried one last time, in order. What is then left stays in the journal for the next start.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _disposing ??= StopAsync([.. _channels.Values]);
            return new ValueTask(_disposing);
        }
    }

    private async Task StopAsync(IReadOnlyList<AlertChannel> channels)
    {
        using var end = _time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), _stopped, StopLimit, Timeout.InfiniteTimeSpan);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await Task.WhenAll(channels.Select(channel => channel.StopAsync(_isHeld, _stopped.Token)).Concat(_leaving)).ConfigureAwait(false);
        var (left, lost) = (Counts.Queued, _journal.Backlog > 0);
        if (left > 0 && !_isHeld)
            AlertLog.Left(_logger, left, lost ? "in memory, and are lost, since the journal cannot be written" : "in the journal for the next start");
        _post.Dispose();
    }

    private Task<bool> Record(IReadOnlyList<OutboxRow> rows) =>
        rows.Count == 0 ? Task.FromResult(true) : _journal.RecordAsync(new JournalEntry([]) { Outbox = rows });

    /// <summary>Gives the journal what changed. Under the lock.</summary>
    private void Write() => _ = Record(Rows());

    private List<OutboxRow> Rows()
    {
        // What ended before it was ever written leaves no trace.
        var changed = _touched.Where(item => item.IsKept || item.IsWritten).OrderBy(item => item.Number).ToList();
        changed.ForEach(item => item.IsWritten = true);
        var rows = changed.ConvertAll(item => item.Row);
        foreach (var item in _touched.Where(item => !item.IsKept)) End(item);
        _touched.Clear();
        return rows;
    }

    private void End(OutboxItem item)
    {
        _items.Remove(item.Number);
        _ended.Enqueue(item);
        if (_ended.Count > EndedKept) _ended.Dequeue();
    }

    private void TakeUp(OutboxRow row)
    {
        try
        {
            if (row.Name.StartsWith(Silence.Prefix, StringComparison.Ordinal))
            {
                var silence = OutboxJson.ReadSilence(row.Text!);
                _silences[silence.Id] = silence;
                return;
            }

            var item = OutboxJson.ReadItem(row.Text!);
            _items[item.Number] = item;
            _number = Math.Max(_number, item.Number);
        }
        catch (Exception error) when (JournalJson.IsDamage(error))
        {
            // Its checksum was right, so it is of another version; the others must not wait for it.
            AlertLog.Unreadable(_logger, row.Name, error.Message);
        }
    }
}
