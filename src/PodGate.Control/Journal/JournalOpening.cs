using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using PodGate.Core.Pods;
using SQLitePCL;

namespace PodGate.Control.Journal;

/// <summary>A journal that was found good.</summary>
/// <param name="Database">Open for writing and proved writable, or null.</param>
/// <param name="Image">What a gate starts from.</param>
/// <param name="Anchor">The transition before the oldest kept one.</param>
/// <param name="Newest">The newest transitions, oldest first.</param>
/// <param name="FromHeadOnly">True when the journal could not even be read, so that it may hold more than this.</param>
/// <param name="Trouble">Why it cannot be written, or null.</param>
/// <param name="Epoch">The epoch that this opening began, in which alone its <paramref name="Database"/> writes; 0 when there is none.</param>
internal sealed record OpenedJournal(
    JournalDatabase? Database,
    JournalImage Image,
    JournalAnchor Anchor,
    IReadOnlyList<Transition> Newest,
    bool FromHeadOnly,
    Exception? Trouble,
    long Epoch = 0)
{
    /// <summary>The rows of the outbox.</summary>
    internal IReadOnlyList<OutboxRow> Outbox { get; init; } = [];
}

/// <summary>Opens a state directory whose lock is held: verifies journal and head, each in itself and against the other.</summary>
internal static class JournalOpening
{
    /// <summary>
    /// The whole opening, at the start and after each failure. Throws <see cref="JournalException"/> when the journal must not be used.
    /// When it is good but cannot be written, its state is returned without a database.
    /// </summary>
    internal static OpenedJournal Open(string directory, JournalLimits limits, ILogger log)
    {
        var file = Path.Combine(directory, StateDirectory.JournalFile);
        RequireFiles(directory, file);
        var head = JournalHead.Read(directory);
        JournalDatabase? database = null;
        JournalContents? contents;
        try
        {
            Exception? trouble = null;
            try
            {
                (database, contents) = OpenDatabase(file, head, limits);
            }
            catch (Exception e) when (IsTroubleOfTheMedium(e))
            {
                trouble = e;
                contents = ReadWithoutWriting(file, head, limits, log);
            }
            if (contents is null)
                return new OpenedJournal(null, head, new JournalAnchor(head.Sequence, head.Hash), [], FromHeadOnly: true, trouble);
            Compare(directory, file, head, contents);
            if (database is not null)
                trouble = ProveWritable(directory, ref database, contents.Image, limits);
            return new OpenedJournal(database, contents.Image, contents.Anchor, contents.Newest, FromHeadOnly: false, trouble, database?.Epoch ?? 0)
            {
                Outbox = contents.Outbox,
            };
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }

    /// <summary>Opens and verifies the database in itself. The caller disposes of it.</summary>
    internal static (JournalDatabase Database, JournalContents Contents) OpenDatabase(string file, JournalImage? head, JournalLimits limits)
    {
        JournalDatabase? database = null;
        try
        {
            VerifyHeader(file);
            database = JournalDatabase.Open(file);
            return (database, JournalVerification.Run(database, file, head, limits));
        }
        catch (SqliteException e) when (!IsTroubleOfTheMedium(e))
        {
            database?.Dispose();
            if (e.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
            {
                throw new JournalException(
                    JournalExceptionKind.Locked, file, "another process has it open", "Stop the other gate, or whatever reads this file.", e);
            }
            throw JournalException.Damaged(file, $"SQLite cannot read it ({e.Message})", e);
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }

    /// <summary>Holds a verified journal against a verified head.</summary>
    internal static void Compare(string directory, string file, JournalImage head, JournalContents contents)
    {
        var headFile = Path.Combine(directory, StateDirectory.HeadFile);
        var image = contents.Image;
        if (head.GateId != image.GateId || head.Key != image.Key)
            throw JournalException.Damaged(headFile, "it is the head of another gate's journal than the one beside it");
        if (image.Sequence < head.Sequence)
            throw Behind(file, $"it ends at sequence {image.Sequence}, but {headFile} proves that sequence {head.Sequence} was written");
        if (contents.HashAtHead is null)
            throw JournalException.Damaged(headFile, $"it is at sequence {head.Sequence}, older than all that the journal keeps (from {contents.Anchor.Sequence + 1} on)");
        if (contents.HashAtHead != head.Hash)
            throw Behind(file, $"its transition {head.Sequence} is not the one that {headFile} proves");
        if (contents.FromHead!.DifferenceFrom(image) is { } difference)
            throw JournalException.Damaged(file, $"{difference} is not what follows from {headFile} and the transitions after it");
    }

    /// <summary>Failures that say nothing about the contents: no space, read-only, no permission, a failing disk.</summary>
    internal static bool IsTroubleOfTheMedium(Exception e) => e switch
    {
        // A short read is a file that was cut off, and that is damage.
        SqliteException { SqliteExtendedErrorCode: raw.SQLITE_IOERR_SHORT_READ } => false,
        SqliteException sqlite => sqlite.SqliteErrorCode
            is raw.SQLITE_READONLY or raw.SQLITE_IOERR or raw.SQLITE_FULL or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_NOMEM,
        IOException or UnauthorizedAccessException => true,
        _ => false,
    };

    private static JournalException Behind(string file, string wrong) =>
        new(JournalExceptionKind.Behind, file, wrong + "; a latch or command that was acknowledged is missing in it", JournalException.RestoreOrRecover);

    private static void RequireFiles(string directory, string file)
    {
        if (File.Exists(file))
            return;
        if (File.Exists(Path.Combine(directory, StateDirectory.HeadFile)))
        {
            throw new JournalException(
                JournalExceptionKind.Missing, file, "the journal is not there, although its head is", JournalException.RestoreOrRecover);
        }
        throw new JournalException(
            JournalExceptionKind.Missing,
            file,
            "there is no journal in this state directory",
            "Run with --init only for a new gate; a lost state directory must be restored from a backup, or recovered with --recover.");
    }

    /// <summary>
    /// SQLite takes a flipped version byte for "made by a newer SQLite, so read-only" or for another journal mode. Both never change here.
    /// Reading the file beside SQLite is safe only while this process has no connection to it: closing it would drop SQLite's lock.
    /// </summary>
    private static void VerifyHeader(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        Span<byte> header = stackalloc byte[100];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            throw JournalException.Damaged(file, "it is shorter than the header of a database");
        if (!header.StartsWith("SQLite format 3\0"u8) || header[16] != 0x10 || header[17] != 0 || header[18] != 2 || header[19] != 2)
            throw JournalException.Damaged(file, "its header is not that of a journal");
    }

    private static Exception? ProveWritable(string directory, ref JournalDatabase? database, JournalImage image, JournalLimits limits)
    {
        try
        {
            database!.BumpEpoch();
            if (limits.Checkpoint)
                database.Checkpoint();
            JournalHead.Write(directory, image);
            return null;
        }
        catch (Exception e) when (IsTroubleOfTheMedium(e))
        {
            database!.Dispose();
            database = null;
            return e;
        }
    }

    /// <summary>
    /// Reads a journal that cannot be opened for writing, because it may be ahead of its head. Null when it cannot be read either: then
    /// the head is the last good copy.
    /// </summary>
    private static JournalContents? ReadWithoutWriting(string file, JournalImage head, JournalLimits limits, ILogger log)
    {
        DirectoryInfo? copy = null;
        try
        {
            var wal = new FileInfo(file + "-wal");
            if (!wal.Exists || wal.Length == 0)
            {
                using var database = JournalDatabase.OpenImmutable(file);
                return JournalVerification.Run(database, file, head, limits);
            }
            // SQLite reads a log only where it may write, so both files are copied to where it may.
            copy = Directory.CreateTempSubdirectory("podgate-");
            var copied = Path.Combine(copy.FullName, StateDirectory.JournalFile);
            File.Copy(file, copied);
            File.Copy(wal.FullName, copied + "-wal");
            using var copiedDatabase = JournalDatabase.Open(copied);
            return JournalVerification.Run(copiedDatabase, file, head, limits);
        }
        catch (SqliteException e) when (!IsTroubleOfTheMedium(e))
        {
            throw JournalException.Damaged(file, $"SQLite cannot read it ({e.Message})", e);
        }
        catch (Exception e) when (IsTroubleOfTheMedium(e))
        {
            JournalLog.StartsFromHead(log, file, head.Sequence, e.Message);
            return null;
        }
        finally
        {
            copy?.Delete(recursive: true);
        }
    }
}
