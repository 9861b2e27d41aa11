namespace PodGate.Control.Journal;

/// <summary>Why a journal is refused.</summary>
public enum JournalExceptionKind
{
    /// <summary>There is no journal, or one of its files is not there.</summary>
    Missing,

    /// <summary>Something in it is not what was written.</summary>
    Damaged,

    /// <summary>It is consistent, but older than its head says: something acknowledged is not in it.</summary>
    Behind,

    /// <summary>Another gate uses it.</summary>
    Locked,

    /// <summary>A newer PodGate wrote it.</summary>
    VersionTooNew,

    /// <summary>Neither the journal nor its head can be read, for a reason outside of them (permissions, a failing disk).</summary>
    Unreadable,

    /// <summary>There is a journal already, where a new one was to be made.</summary>
    Exists,

    /// <summary>The directory cannot be a state directory, or a new journal cannot be written there.</summary>
    UnfitDirectory,
}

/// <summary>A journal is refused. The message says what is wrong, in which file, and what to do.</summary>
public sealed class JournalException : Exception
{
    /// <summary>Makes a refusal.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="file">The file or directory it is about.</param>
    /// <param name="wrong">What is wrong, as a sentence without a full stop.</param>
    /// <param name="remedy">What to do, as a sentence.</param>
    /// <param name="inner">What was met, if something was.</param>
    public JournalException(JournalExceptionKind kind, string file, string wrong, string remedy, Exception? inner = null)
        : base($"{file}: {wrong}. {remedy}", inner)
    {
        Kind = kind;
        File = file;
    }

    /// <summary>Why.</summary>
    public JournalExceptionKind Kind { get; }

    /// <summary>The file or directory it is about.</summary>
    public string File { get; }

    /// <summary>What helps against damage, the same wherever it is found.</summary>
    internal const string RestoreOrRecover =
        "Restore journal.db and journal.head together from one backup, or run once with --recover: it keeps the damaged files under another name, " +
        "takes what can be verified, and disables every pod that it cannot vouch for.";

    internal static JournalException Damaged(string file, string wrong, Exception? inner = null) =>
        new(JournalExceptionKind.Damaged, file, wrong, RestoreOrRecover, inner);
}

/// <summary>Somebody else has opened the journal after this gate. Not a fault of the disk: to open it again would only take it away from him.</summary>
/// <param name="message">In which epoch it is.</param>
internal sealed class JournalTakenException(string message) : IOException(message);
