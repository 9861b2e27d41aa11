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
    private Task<bool>? _closing;
    private Task _reopening = Task.CompletedTask;
    private volatile Exception? _trouble;
    private bool _holds;
    private volatile bool _lost;
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
    /// <exception cref="TakeoverException">Not everything could be written, or it was wanted back meanwhile; then it was never closed.</exception>
    public async Task<JournalPosition> GiveUpAsync()
    {
        Task<bool> closing;
        lock (_lock)
        {
            if (_holds) throw new TakeoverException("the journal is not open at this moment");
            _holds = true;
            closing = _closing = _inner.TryCloseAsync();
        }

        if (await closing.ConfigureAwait(false)) return _inner.Position;
        GoOn(closing, _inner);
        throw new TakeoverException("the journal cannot be written, and what waits for it would be lost; free the disk first");
    }

    /// <summary>
    /// Goes on with it as before. What is on its way to be closed stays open; what was closed is opened again once the other one is gone. Never throws. A
    /// disk that does not answer holds nobody up for longer than a few seconds: then it is a journal that cannot be written, and is tried on and on.
    /// </summary>
    /// <param name="otherIsGone">Completes when nobody else can have it any more.</param>
    public async Task TakeBackAsync(Task otherIsGone)
    {
        Task<bool> closing;
        lock (_lock)
        {
            if (_closing is null) return;
            closing = _closing;
            _inner.KeepOpen();
            _reopening = ReopenAsync(closing, otherIsGone);
        }

        try
        {
            await _reopening.WaitAsync(Patience, _time).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            Lose(_trouble ?? exception);
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

    private void GoOn(Task<bool> closing, SqliteJournal journal)
    {
        lock (_lock)
        {
            if (_closing != closing) return;
            (_inner, _closing, _holds, _lost) = (journal, null, false, false);
            Forward();
        }
    }

    private async Task ReopenAsync(Task<bool> closing, Task otherIsGone)
    {
        try
        {
            if (!await closing.ConfigureAwait(false))
            {
                GoOn(closing, _inner);
                return;
            }

            await otherIsGone.WaitAsync(_stop.Token).ConfigureAwait(false);
            var given = _inner.Position;
            SqliteJournal? opened;
            while ((opened = await TryOpenAsync(given).ConfigureAwait(false)) is null)
                await Task.Delay(_lost ? Pause : Pause / 10, _time, _stop.Token).ConfigureAwait(false);
            var wasLost = _lost;
            GoOn(closing, opened);
            if (wasLost) _logger.JournalBack();
            Announce(opened, wasLost);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The gate stops; what waits was answered as not durable long ago.
        }
    }

    /// <summary>Null when it cannot be opened, or is not what was given up; then <see cref="_trouble"/> says why.</summary>
    private async Task<SqliteJournal?> TryOpenAsync(JournalPosition given)
    {
        SqliteJournal? opened = null;
        try
        {
            opened = await Task.Run(_open).ConfigureAwait(false);
            var found = opened.Position;
            if (found.Sequence != given.Sequence || found.Hash != given.Hash)
                throw new TakeoverException($"it was given up at sequence {given.Sequence} and is at {found.Sequence} now: somebody else has written to it");
            return opened;
        }
        catch (Exception exception)
        {
            if (opened is not null) await opened.DisposeAsync().ConfigureAwait(false);
            _trouble = exception;
            return null;
        }
    }

    /// <summary>Says whether it can be written, where that is news, and again whenever it changes.</summary>
    private void Announce(SqliteJournal opened, bool wasLost)
    {
        var isWritable = opened.IsWritable;
        if (!isWritable) Tell("it was opened again and can be read only");
        else if (wasLost) Tell(null);
        opened.WritabilityChanged += Tell;

        // Between both lines nobody would have told.
        if (!isWritable && opened.IsWritable) Tell(null);
    }

    private void Lose(Exception trouble)
    {
        lock (_lock)
        {
            if (!_holds) return;
            _lost = true;
            foreach (var waiting in _waiting) waiting.Answer.TrySetResult(false);

            // What was refused must not come about later.
            var records = _waiting.Where(waiting => !waiting.IsCommit).ToList();
            _waiting.Clear();
            records.ForEach(_waiting.Enqueue);
        }

        _logger.JournalLost(trouble);
        Tell(trouble.Message);
    }

    private void Tell(string? trouble) => WritabilityChanged?.Invoke(trouble);

    private sealed record Waiting(JournalEntry Entry, bool IsCommit)
    {
        public TaskCompletionSource<bool> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
