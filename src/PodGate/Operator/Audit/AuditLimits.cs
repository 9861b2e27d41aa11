using PodGate.Control.Configuration;

namespace PodGate.Operator.Audit;

/// <summary>
/// The audit trail's limits; the two that people set are <see cref="AdminSettings.AuditKept"/> and <see cref="AdminSettings.AuditMostBytes"/>.
/// </summary>
internal static class AuditLimits
{
    /// <summary>Bytes after which a file is not added to: what a start reads, and what goes at once.</summary>
    public const int Segment = 1024 * 1024;

    /// <summary>A file is not added to after this part of <see cref="AdminSettings.AuditKept"/>: entries go with their file, so that much later.</summary>
    public const int Parts = 16;

    /// <summary>The longest line that is read, in bytes.</summary>
    public const int LongestLine = 16 * 1024;

    /// <summary>Entries that wait while nothing can be written; what comes beyond is counted, and the next entry says how many are missing before it.</summary>
    public const int Waiting = 10_000;

    /// <summary>Entries that are synced together.</summary>
    public const int Group = 256;

    /// <summary>Refused callers that are written at once, before only <see cref="RefusalEvery"/> counts.</summary>
    public const int Refusals = 20;

    /// <summary>The most entries of one answer.</summary>
    public const int MostEntries = 1000;

    /// <summary>Bytes that one answer may search through.</summary>
    public const long MostSearched = 16 * 1024 * 1024;

    /// <summary>The most characters of who, act and target.</summary>
    public const int LongestWord = 200;

    /// <summary>
    /// How often a refused caller is written beyond the first ones. A year of it is some 150 MB, so that strangers cannot push out what people did.
    /// </summary>
    public static readonly TimeSpan RefusalEvery = TimeSpan.FromMinutes(1);

    /// <summary>How long an answer waits for its entry; the disk does not answer if it takes longer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How often writing is tried again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
}
