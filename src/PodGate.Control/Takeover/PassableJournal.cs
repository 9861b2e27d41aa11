using Microsoft.Extensions.Logging;
using PodGate.Control.Journal;
using PodGate.Core.Pods;

namespace PodGate.Control.Takeover;

/// <summary>
/// A gate's journal that can change hands. Who hands it over closes it, and opens it again only when the other one is gone without having written. Who takes
/// it over has it open and writes nothing before it is told that it is his. What comes meanwhile waits here, in order.
/// </summary>
public sealed class PassableJournal : IJournal
{
    private const int MostWaiting = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Func<SqliteJournal> _open;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly CancellationTokenSource _stop = new();
    private SqliteJournal _inner;
    private JournalPosition? _given;
    private Task _reopening = Task.CompletedTask;
    private bool _holds;
    private bool _lost;
    private bool _disposed;

    /// <summary>Takes an open journal.</summary>
    /// <param name="journal">It; owned.</param>
    /// <param name="open">Opens the same one again.</param>
    /// <param name="holds">True: nothing is written before <see cref="Release"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public PassableJournal(SqliteJournal journal, Func<SqliteJournal> open, bool holds, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(journal);
        (_inner, _open, _holds, _time, _logger) = (journal, open, holds, time, logger);
        Start = journal.Start;
        journal.WritabilityChanged += Tell;
    }

    /// <inheritdoc/>
    public event Action<string?>? WritabilityChanged;

    /// <inheritdoc/>
    public JournalState Start { get; }

    /// <summary>Where it ends, and in which epoch it is written. Only while nothing is: before <see cref="Release"/>, and when it was given up.</summary>
    public JournalPosition Position
    {
        get
        {
            lock (_lock) return _inner.Position;
        }
    }

    /// <inheritdoc/>
    public bool IsWritable
    {
        get
        {
            lock (_lock) return !_lost && _inner.IsWritable;
        }
    }

    /// <inheritdoc/>
    public int Backlog
    {
        get
        {
            lock (_lock) return _inner.Backlog + (_lost ? _waiting.Count : 0);
        }
    }

    /// <inheritdoc/>
    public Task<bool> RecordAsync(JournalEntry entry) => Add(entry, isCommit: false);

    /// <inheritdoc/>
    public Task<bool> CommitAsync(JournalEntry entry) => Add(entry, isCommit: true);

    /// <inheritdoc/>
    public IReadOnlyList<Transition> ReadNewest(int most)
    {
        lock (_lock) return _inner.ReadNewest(most);
    }

    /// <summary>It is this gate's from now on: what waits is written.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _holds = false;
            Forward();
        }
    }

    /// <summary>Writes what is in its hands and closes it. From here on entries wait.</summary>
    /// <returns>Where it ends.</returns>
    /// <exception cref="TakeoverException">Not everything could be written; it is open again, as before.</exception>
    public async Task<JournalPosition> GiveUpAsync()
    {
        SqliteJournal closing;
        lock (_lock)
        {
            _holds = true;
            closing = _inner;
        }

        await closing.DisposeAsync().ConfigureAwait(false);
        _given = closing.Position;
        if (closing is { IsWritable: true, Backlog: 0 }) return closing.Position;
        await TakeBackAsync().ConfigureAwait(false);
        throw new TakeoverException("the journal cannot be written, and what waits for it would be lost; free the disk first");
    }

    /// <summary>
    /// Opens it again as it was given up; only to be called when whoever was to have it is gone. Never throws: a journal that cannot be opened is tried again
    /// every second, and meanwhile is one that cannot be written.
    /// </summary>
    public async Task TakeBackAsync()
    {
        var begin = _time.GetTimestamp();
        while (await TryOpenAsync().ConfigureAwait(false) is { } trouble)
        {
            if (_time.GetElapsedTime(begin) < Patience)
            {
                await Task.Delay(Pause / 10, _time).ConfigureAwait(false);
                continue;
            }

            Lose(trouble);
            _reopening = ReopenAsync();
            return;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _reopening.ConfigureAwait(false);

        // What still waits was never this gate's to write: either another one has the journal, or nobody is left who could.
        lock (_lock)
        {
            foreach (var waiting in _waiting) waiting.Answer.TrySetResult(false);
            _waiting.Clear();
        }

        await _inner.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private Task<bool> Add(JournalEntry entry, bool isCommit)
    {
        lock (_lock)
        {
            if (!_holds) return Hand(entry, isCommit);
            if (_disposed || (isCommit && (_lost || _waiting.Count >= MostWaiting))) return Task.FromResult(false);
            var waiting = new Waiting(entry, isCommit);
            if (_lost) waiting.Answer.TrySetResult(false);
            _waiting.Enqueue(waiting);
            if (_waiting.Count > MostWaiting) _waiting.Dequeue().Answer.TrySetResult(false);
            return waiting.Answer.Task;
        }
    }

    private Task<bool> Hand(JournalEntry entry, bool isCommit) => isCommit ? _inner.CommitAsync(entry) : _inner.RecordAsync(entry);

    /// <summary>Under the lock, so that nothing that comes now overtakes what waits.</summary>
    private void Forward()
    {
        while (_waiting.TryDequeue(out var waiting)) _ = AnswerAsync(waiting, Hand(waiting.Entry, waiting.IsCommit));

        static async Task AnswerAsync(Waiting waiting, Task<bool> durable) => waiting.Answer.TrySetResult(await durable.ConfigureAwait(false));
    }

    /// <summary>Null when it is open again.</summary>
    private async Task<Exception?> TryOpenAsync()
    {
        SqliteJournal? opened = null;
        try
        {
            opened = _open();
            var (given, found) = (_given!, opened.Position);
            if (found.Sequence != given.Sequence || found.Hash != given.Hash)
                throw new TakeoverException($"it was given up at sequence {given.Sequence} and is at {found.Sequence} now: somebody else has written to it");
        }
        catch (Exception exception)
        {
            if (opened is not null) await opened.DisposeAsync().ConfigureAwait(false);
            return exception;
        }

        opened.WritabilityChanged += Tell;
        lock (_lock)
        {
            (_inner, _holds, _lost) = (opened, false, false);
            Forward();
        }

        return null;
    }

    private void Lose(Exception trouble)
    {
        lock (_lock)
        {
            _lost = true;
            foreach (var waiting in _waiting) waiting.Answer.TrySetResult(false);
        }

        _logger.JournalLost(trouble);
        Tell(trouble.Message);
    }

    private async Task ReopenAsync()
    {
        try
        {
            do
            {
                await Task.Delay(Pause, _time, _stop.Token).ConfigureAwait(false);
            }
            while (await TryOpenAsync().ConfigureAwait(false) is not null);
            _logger.JournalBack();
            Tell(null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The gate stops; what waits was answered as not durable long ago.
        }
    }

    private void Tell(string? trouble) => WritabilityChanged?.Invoke(trouble);

    private sealed record Waiting(JournalEntry Entry, bool IsCommit)
    {
        public TaskCompletionSource<bool> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
