using Microsoft.Extensions.Logging;

namespace PodGate.Operator.Audit;

/// <summary>What happens to the audit trail. Event ids 5200 to 5299.</summary>
internal static partial class AuditLog
{
    [LoggerMessage(5200, LogLevel.Error, "The audit trail in {Directory} cannot be written ({Why}): acts that are no moves to safety are refused; what else is done waits in memory")]
    public static partial void NotWritable(ILogger logger, Exception? exception, string directory, string why);

    [LoggerMessage(5201, LogLevel.Information, "The audit trail in {Directory} is written again, up to entry {Number}")]
    public static partial void WritableAgain(ILogger logger, string directory, long number);

    [LoggerMessage(5202, LogLevel.Warning, "Answered before it is in the audit trail: {Act} of {Target} by {Who} from {From}, status {Status}")]
    public static partial void Unwritten(ILogger logger, string act, string? target, string? who, string? from, int status);

    [LoggerMessage(5203, LogLevel.Error, "The audit trail in {Directory} is damaged and goes on in a new file: {What}")]
    public static partial void Broken(ILogger logger, string directory, string what);

    [LoggerMessage(5204, LogLevel.Warning, "{File} ended in a line that was not finished; its {Bytes} bytes are kept aside in {Aside}")]
    public static partial void Torn(ILogger logger, string file, long bytes, string aside);

    [LoggerMessage(5205, LogLevel.Information, "{Count} files of the audit trail were pruned, up to entry {Number}: {Why}")]
    public static partial void Pruned(ILogger logger, int count, long number, string why);

    [LoggerMessage(5206, LogLevel.Warning, "Files of the audit trail in {Directory} that are to go cannot be removed; that is tried again with the next ones")]
    public static partial void NotPruned(ILogger logger, Exception exception, string directory);
}
