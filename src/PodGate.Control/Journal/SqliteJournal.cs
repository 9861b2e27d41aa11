using Microsoft.Extensions.Logging;
using PodGate.Core.Pods;

namespace PodGate.Control.Journal;

/// <summary>
/// The journal of a gate in its state directory: a chain of transitions and the rows that follow from it in an SQLite database, and a
/// small head beside it that proves how far it must reach. Whatever is opened has been verified from end to end.
/// </summary>
public sealed class SqliteJournal : IJournal
{
    private readonly JournalWriter _writer;

    private SqliteJournal(JournalWriter writer, JournalState start)
    {
        _writer = writer;
        Start = start;
    }

    /// <inheritdoc/>
    public event Action<string?>? WritabilityChanged
    {
        add => _writer.WritabilityChanged += value;
        remove => _writer.WritabilityChanged -= value;
    }

    /// <inheritdoc/>
    public JournalState Start { get; }

    /// <inheritdoc/>
    public bool IsWritable => _writer.IsWritable;

    /// <inheritdoc/>
    public int Backlog => _writer.Backlog;

    /// <summary>
    /// Where it ends, and in which epoch this gate writes. Only while nothing is written: before the first entry, and after <see cref="DisposeAsync"/>.
    /// </summary>
    public Takeover.JournalPosition Position => _writer.Position;

    /// <summary>Entries that were dropped from a full backlog because later ones of the same pods replace them.</summary>
    public long Dropped => _writer.Dropped;

    /// <summary>
    /// Opens the journal of a state directory and verifies everything in it. One that is good but cannot be written is opened too, with
    /// <see cref="JournalState.Writable"/> false, and writing is tried again in the background.
    /// </summary>
    /// <param name="path">The state directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where to say what happens.</param>
    /// <exception cref="JournalException">It is refused; the message says what is wrong, in which file, and what to do.</exception>
    public static SqliteJournal Open(string path, TimeProvider time, ILogger log) => Open(path, time, log, new JournalLimits());

    /// <summary>
    /// Makes a state directory usable whose journal is refused. Takes the state from the best copy that verifies, and disables every pod
    /// unless it is proved that nothing was lost. Damaged files are kept under another name. Opens nothing: call <see cref="Open(string,
    /// TimeProvider, ILogger)"/> then.
    /// </summary>
    /// <param name="path">The state directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="randomness">32 bytes from a cryptographic generator, for when not even the gate's id and key can be read.</param>
    /// <param name="log">Where to say what happens.</param>
    /// <exception cref="JournalException">It is in use, or the disk does not allow it.</exception>
    public static RecoveryReport Recover(string path, TimeProvider time, ReadOnlySpan<byte> randomness, ILogger log) =>
        JournalRecovery.Run(path, time, randomness, log);

    internal static SqliteJournal Open(string path, TimeProvider time, ILogger log, JournalLimits limits)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        path = Path.GetFullPath(path);
        var held = TakeLock(path);
        try
        {
            if (UnixFiles.IsOpenToOthers(path))
                JournalLog.OpenToOthers(log, path);
            var opened = JournalOpening.Open(path, limits, log);
            try
            {
                var start = opened.Image.ToState(opened.Database is not null) with { Outbox = opened.Outbox };
                JournalLog.Opened(log, Path.Combine(path, StateDirectory.JournalFile), start.Sequence, start.Pods.Count);
                return new SqliteJournal(new JournalWriter(path, opened, held, limits, time, log), start);
            }
            catch
            {
                opened.Database?.Dispose();
                throw;
            }
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    internal static FileStream? TakeLock(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new JournalException(
                JournalExceptionKind.Missing,
                path,
                "there is no such state directory, or it cannot be reached",
                "Run with --init only for a new gate; a lost state directory must be restored from a backup, or recovered with --recover.");
        }
        try
        {
            return UnixFiles.TryLock(Path.Combine(path, StateDirectory.LockFile), out var held) ? held : throw StateDirectory.Locked(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(
                JournalExceptionKind.Unreadable,
                Path.Combine(path, StateDirectory.LockFile),
                $"it cannot be locked: {e.Message}",
                "Make the state directory readable for the user that runs the gate, on a disk that knows locks.",
                e);
        }
    }

    /// <inheritdoc/>
    public Task<bool> RecordAsync(JournalEntry entry) => _writer.Add(entry, isCommit: false);

    /// <inheritdoc/>
    public Task<bool> CommitAsync(JournalEntry entry) => _writer.Add(entry, isCommit: true);

    /// <inheritdoc/>
    public IReadOnlyList<Transition> ReadNewest(int most) => _writer.ReadNewest(most);

    /// <summary>
    /// Writes what waits and lets the state directory go, like <see cref="DisposeAsync"/>; or goes on as before when not everything can be written, so that
    /// nothing is lost by it. True when it is closed. Hand in nothing meanwhile.
    /// </summary>
    internal Task<bool> TryCloseAsync() => _writer.TryStopAsync();

    /// <summary>Goes on after all, while <see cref="TryCloseAsync"/> waits for the disk; too late when all is written. Never waits.</summary>
    internal void KeepOpen() => _writer.KeepOpen();

    /// <summary>Writes what waits if it can be written, and lets the state directory go.</summary>
    public ValueTask DisposeAsync() => new(_writer.StopAsync());
}
