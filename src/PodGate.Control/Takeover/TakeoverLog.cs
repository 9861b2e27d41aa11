using Microsoft.Extensions.Logging;

namespace PodGate.Control.Takeover;

/// <summary>What happens between two processes of one gate. Event ids 7000 to 7099.</summary>
internal static partial class TakeoverLog
{
    [LoggerMessage(7000, LogLevel.Error, "the journal that was to be handed over cannot be opened again; it is tried again every second, and nothing can be enabled meanwhile")]
    public static partial void JournalLost(this ILogger logger, Exception exception);

    [LoggerMessage(7001, LogLevel.Information, "the journal that was to be handed over is open again")]
    public static partial void JournalBack(this ILogger logger);

    [LoggerMessage(7002, LogLevel.Warning, "the new process is gone or cannot be followed any more ({Why}); what is left here goes on as was last decided, until the deadline")]
    public static partial void SuccessorGone(this ILogger logger, string why);

    [LoggerMessage(7003, LogLevel.Information, "the process before has ended: all connections of this gate are here")]
    public static partial void PredecessorDone(this ILogger logger);

    [LoggerMessage(7004, LogLevel.Warning, "the process before is not heard any more ({Why}): what ran there is not counted")]
    public static partial void PredecessorLost(this ILogger logger, string why);

    [LoggerMessage(7005, LogLevel.Error, "{Pod}: {Unsent} requests of this process were still between picking and sending after {Waited}")]
    public static partial void StillSendingHere(this ILogger logger, string pod, long unsent, TimeSpan waited);

    [LoggerMessage(7006, LogLevel.Warning, "the process before ended while it handed over; this one has the journal and goes on")]
    public static partial void PredecessorFell(this ILogger logger);
}
