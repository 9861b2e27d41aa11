using Microsoft.Extensions.Logging;

namespace PodGate.Control.Journal;

/// <summary>What the journal says in the log. Event ids 3000 to 3099.</summary>
internal static partial class JournalLog
{
    [LoggerMessage(3000, LogLevel.Information, "The journal {File} is open at sequence {Sequence}: {Pods} pods, everything verified.")]
    internal static partial void Opened(ILogger logger, string file, long sequence, int pods);

    [LoggerMessage(3001, LogLevel.Warning, "The journal {File} cannot be read, so the gate goes by its head at sequence {Sequence}: {Problem}")]
    internal static partial void StartsFromHead(ILogger logger, string file, long sequence, string problem);

    [LoggerMessage(3002, LogLevel.Error, "The journal in {Directory} cannot be written; moves to safety go on and wait for it, enables are refused: {Problem}")]
    internal static partial void NotWritable(ILogger logger, string directory, string problem, Exception? exception);

    [LoggerMessage(3003, LogLevel.Information, "The journal in {Directory} can be written again, at sequence {Sequence}; nothing waits for it any more.")]
    internal static partial void WritableAgain(ILogger logger, string directory, long sequence);

    [LoggerMessage(3004, LogLevel.Warning, "The journal in {Directory} still cannot be written ({Backlog} entries wait): {Problem}")]
    internal static partial void StillNotWritable(ILogger logger, string directory, int backlog, string problem);

    [LoggerMessage(3005, LogLevel.Warning, "More than {Limit} entries wait for the journal: one was dropped that a later one of the same pods replaces ({Dropped} so far).")]
    internal static partial void Dropped(ILogger logger, int limit, long dropped);

    [LoggerMessage(3006, LogLevel.Critical, "The gate stops, and {Count} entries that are in effect could not be written to the journal in {Directory}.")]
    internal static partial void Lost(ILogger logger, int count, string directory);

    [LoggerMessage(3007, LogLevel.Critical, "The journal in {Directory} is at sequence {Found}, but this gate wrote up to {Known}: it was exchanged under a running gate and is not used.")]
    internal static partial void Exchanged(ILogger logger, string directory, long found, long known);

    [LoggerMessage(3008, LogLevel.Warning, "The journal in {Directory} turned out to hold {Count} transitions more than the head that this gate started from; they count from its next start on.")]
    internal static partial void AheadOfStart(ILogger logger, string directory, long count);

    [LoggerMessage(3009, LogLevel.Warning, "A move to traffic that had been answered as not done was found in the journal in {Directory}; it is undone there.")]
    internal static partial void Undone(ILogger logger, string directory);

    [LoggerMessage(3010, LogLevel.Error, "A follower of the journal's writability failed.")]
    internal static partial void FollowerFailed(ILogger logger, Exception exception);

    [LoggerMessage(3011, LogLevel.Warning, "Other users can reach the state directory {Directory}; give it mode 0700.")]
    internal static partial void OpenToOthers(ILogger logger, string directory);

    [LoggerMessage(3012, LogLevel.Warning, "Recovery in {Directory}: {Sentence}")]
    internal static partial void Recovered(ILogger logger, string directory, string sentence);

    [LoggerMessage(3013, LogLevel.Debug, "Oldest transitions of the journal were pruned up to sequence {Sequence}.")]
    internal static partial void Pruned(ILogger logger, long sequence);
}
