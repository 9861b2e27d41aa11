namespace PodGate.Control.Journal;

/// <summary>The directory of a gate's durable state: where its files are, and how it is made.</summary>
public static class StateDirectory
{
    /// <summary>The journal: an SQLite database.</summary>
    public const string JournalFile = "journal.db";

    /// <summary>The journal's head and last good copy of all intents and latches: JSON with a checksum.</summary>
    public const string HeadFile = "journal.head";

    /// <summary>Held while a gate uses the directory.</summary>
    public const string LockFile = "journal.lock";

    /// <summary>How many random bytes a new gate needs: 16 for its id, 16 for the fleet's key.</summary>
    public const int RandomBytes = 32;

    /// <summary>
    /// Makes the directory (mode 0700) and in it the journal of a new gate (files 0600). Refuses when there is a journal, or a part of one.
    /// </summary>
    /// <param name="path">The directory; its parent must exist.</param>
    /// <param name="time">The clock.</param>
    /// <param name="randomness">32 bytes from a cryptographic generator: the gate's id and the fleet's key.</param>
    /// <exception cref="JournalException">It is refused; the message says why.</exception>
    public static void Initialise(string path, TimeProvider time, ReadOnlySpan<byte> randomness)
    {
        ArgumentNullException.ThrowIfNull(time);
        path = Path.GetFullPath(path);
        var image = JournalImage.New(randomness);
        try
        {
            MakeDirectory(path);
            if (!UnixFiles.TryLock(Path.Combine(path, LockFile), out var held))
                throw Locked(path);
            using (held)
            {
                RefuseExisting(path);
                JournalDatabase.Create(Path.Combine(path, JournalFile + ".new"), image);
                JournalHead.Write(path, image);
                File.Move(Path.Combine(path, JournalFile + ".new"), Path.Combine(path, JournalFile));
                UnixFiles.SyncDirectory(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
        {
            throw new JournalException(
                JournalExceptionKind.UnfitDirectory,
                path,
                $"the journal of a new gate cannot be written here: {e.Message}",
                "Choose a directory on a local disk with free space that this user may write to.",
                e);
        }
    }

    internal static JournalException Locked(string path) => new(
        JournalExceptionKind.Locked,
        Path.Combine(path, LockFile),
        "another gate uses this state directory",
        "Stop that gate first, or give this one a state directory of its own.");

    private static void RefuseExisting(string path)
    {
        foreach (var name in new[] { JournalFile, JournalFile + "-wal", HeadFile })
        {
            var file = Path.Combine(path, name);
            if (File.Exists(file))
            {
                throw new JournalException(
                    JournalExceptionKind.Exists,
                    file,
                    "there is a journal here already, so no new one is made",
                    "Start without --init to go on with it; for a new gate, choose another state directory.");
            }
        }
        // What an initialisation left behind that was killed was never a journal.
        foreach (var name in new[] { JournalFile + ".new", JournalFile + ".new-wal", HeadFile + ".new" })
            File.Delete(Path.Combine(path, name));
    }

    private static void MakeDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFiles.OwnerDirectory);
            if (Path.GetDirectoryName(path) is { } parent)
                UnixFiles.SyncDirectory(parent);
            return;
        }
        if (OperatingSystem.IsWindows() || !UnixFiles.IsOpenToOthers(path))
            return;
        // A fresh volume has "lost+found". Anything else was not meant for PodGate alone, and closing it to others might break something.
        if (Directory.EnumerateFileSystemEntries(path).Any(entry => Path.GetFileName(entry) != "lost+found"))
        {
            throw new JournalException(
                JournalExceptionKind.UnfitDirectory,
                path,
                "it holds other files and other users can reach it, so it is not made a state directory",
                "Choose a directory of its own, or give it mode 0700 yourself.");
        }
        File.SetUnixFileMode(path, UnixFiles.OwnerDirectory);
    }
}
