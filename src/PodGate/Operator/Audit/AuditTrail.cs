using Microsoft.Extensions.Logging;
using PodGate.Control.Alerts;
using PodGate.Control.Configuration;
using PodGate.Control.Takeover;

namespace PodGate.Operator.Audit;

/// <summary>What metrics say of the trail.</summary>
/// <param name="Entries">Entries written since the process started.</param>
/// <param name="Head">The newest entry's number; null: not known.</param>
/// <param name="Failures">Attempts to write that failed.</param>
/// <param name="Waiting">Entries of acts that were carried out and wait for the disk.</param>
/// <param name="Omitted">Acts that will never be in the trail: refused callers beyond the limit, and what came while too much waited.</param>
/// <param name="Refused">Callers that were refused.</param>
/// <param name="IsDamaged">Whether damage was found.</param>
internal sealed record AuditReading(long Entries, long? Head, long Failures, int Waiting, long Omitted, long Refused, bool IsDamaged);

/// <summary>
/// Who did what on the admin port, in the order in which it ended, chained so that no entry can be changed, taken out or put in unseen. What comes together is
/// synced together. While the disk takes nothing, entries wait here, in order. Any thread may call; only who wrote an act waits for the disk.
/// </summary>
internal sealed partial class AuditTrail : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly AuditWriter _writer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _retry;

    // Held for moments.
    private readonly Lock _lock = new();

    // Held while the disk works; taken before the other one, never after it.
    private readonly Lock _writing = new();

    // Another process may be writing: nothing is written here until it is known that it is not.
    private bool _holds = true;
    private bool _handsOver;
    private int _inside;
    private long _omitted;
    private long _refused;

    /// <summary>Prepares it. Nothing is read or written before <see cref="Begin"/>.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="settings">How long and how much is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public AuditTrail(string stateDirectory, Func<AdminSettings> settings, TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        Files = new AuditFiles(stateDirectory);
        _writer = new AuditWriter(Files, settings, time, logger, notice => Noticed?.Invoke(notice));
        _retry = time.CreateTimer(static trail => ((AuditTrail)trail!).Schedule(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something that people must hear of; on any thread.</summary>
    public event Action<AuditNotice>? Noticed;

    /// <summary>The files, for who reads them.</summary>
    public AuditFiles Files { get; }

    /// <summary>The newest entry on the disk; null: not known yet.</summary>
    public AuditHead? Head => _writer.Head;

    /// <summary>False while the disk takes nothing.</summary>
    public bool IsWritable => !_isFailing;

    /// <summary>For metrics.</summary>
    public AuditReading Reading
    {
        get
        {
            lock (_lock) return new AuditReading(_writer.Written, Head?.Number, _failures, _waiting.Count, _omitted, _refused, _writer.IsDamaged);
        }
    }

    /// <summary>Whether another process takes over, or has: then no act begins any more.</summary>
    public bool HandsOver
    {
        get
        {
            lock (_lock) return _handsOver;
        }

        set
        {
            lock (_lock) _handsOver = value;
        }
    }

    /// <summary>Finds the end of the trail and writes from now on: this process is the only one that does.</summary>
    /// <param name="first">What the gate itself has to say first.</param>
    public void Begin(params IReadOnlyList<AuditEntry> first)
    {
        lock (_writing)
        {
            _writer.Forget();
            lock (_lock)
            {
                _holds = false;
                foreach (var draft in first) _waiting.Enqueue(new Pending(draft));
            }

            try
            {
                _writer.Open();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Failed(exception);
                return;
            }
        }

        Schedule();
    }

    /// <summary>After a take-over that came to nothing, once the other process is gone.</summary>
    public void Reopen()
    {
        bool holds;
        lock (_lock) holds = _holds;
        if (holds) Begin();
    }

    /// <summary>An act begins; whoever takes over waits for its <see cref="Leave"/>.</summary>
    /// <exception cref="ApiProblem">Somebody takes over already.</exception>
    public void Enter()
    {
        lock (_lock)
        {
            if (_handsOver) throw ApiProblem.HandsOver();
            _inside++;
        }
    }

    /// <summary>An act has ended, and its entry was given to <see cref="WriteAsync"/>.</summary>
    public void Leave()
    {
        lock (_lock) _inside--;
    }

    /// <summary>Ends the writing before another process takes over: what is under way ends, and is written.</summary>
    /// <param name="within">How long each may take.</param>
    /// <param name="cancel">Gives up; then, as after a failure, call <see cref="Reopen"/>.</param>
    /// <exception cref="TakeoverException">It took longer, or the disk takes nothing.</exception>
    public async Task CloseAsync(TimeSpan within, CancellationToken cancel)
    {
        var begin = _time.GetTimestamp();
        while (Inside() > 0)
        {
            if (_time.GetElapsedTime(begin) > within)
                throw new TakeoverException($"{Inside()} acts on the admin port did not end within {within.TotalSeconds:0.#} s");
            await Task.Delay(Look, _time, cancel);
        }

        try
        {
            await Task.Run(Close, cancel).WaitAsync(within, _time, cancel);
        }
        catch (TimeoutException exception)
        {
            throw new TakeoverException($"the audit trail was not written within {within.TotalSeconds:0.#} s: the disk does not answer", exception);
        }

        if (Reading.Waiting > 0) throw new TakeoverException("the audit trail cannot be written, and what waits for it would be lost; free the disk first");
    }

    /// <summary>Takes an entry in.</summary>
    /// <param name="draft">What happened.</param>
    /// <returns>Whether it is on the disk. If not, it is written later.</returns>
    public async Task<bool> WriteAsync(AuditEntry draft)
    {
        var pending = Enqueue(draft);
        var written = pending is not null && !_isFailing && await ArrivesAsync(pending);
        if (!written) AuditLog.Unwritten(_logger, draft.Act, draft.Target, draft.Who, draft.From, draft.Status);
        return written;
    }

    /// <summary>Counts a caller that was refused, and one that is not written, since too many were.</summary>
    /// <param name="omitted">It is not written.</param>
    public void CountRefused(bool omitted)
    {
        lock (_lock)
        {
            _refused++;
            if (omitted) _omitted++;
        }
    }

    /// <summary>Tries a last time to write what waits.</summary>
    public void Dispose()
    {
        _retry.Dispose();
        Drain();
    }

    private int Inside()
    {
        lock (_lock) return _inside;
    }

    private void Close()
    {
        lock (_writing)
        {
            Drain();

            // Not when the disk took so long that the take-over was given up meanwhile.
            lock (_lock) _holds = _handsOver;
        }
    }
}
