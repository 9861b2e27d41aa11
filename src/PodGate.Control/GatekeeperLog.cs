using Microsoft.Extensions.Logging;
using PodGate.Core.Pods;

namespace PodGate.Control;

internal static partial class GatekeeperLog
{
    [LoggerMessage(EventId = 100, Message = "{Pod} {From} -> {To} ({Cause}, {Who}): {Sentence}")]
    public static partial void Changed(this ILogger logger, LogLevel level, string pod, PodState from, PodState to, Cause cause, string who, string sentence);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "{Cause}: {Sentence}")]
    public static partial void FleetWide(this ILogger logger, Cause cause, string sentence);

    [LoggerMessage(EventId = 102, Level = LogLevel.Error, Message = "a step failed and was left out: {Input}")]
    public static partial void StepFailed(this ILogger logger, Exception exception, string input);

    [LoggerMessage(EventId = 103, Level = LogLevel.Error, Message = "{Pod}: what was decided is in effect and not in the journal: {Sentence}")]
    public static partial void NotDurable(this ILogger logger, string pod, string sentence);

    [LoggerMessage(EventId = 104, Level = LogLevel.Error, Message = "{Pod}: {Unsent} requests were still between picking and sending after {Waited}")]
    public static partial void StillSending(this ILogger logger, string pod, long unsent, TimeSpan waited);

    [LoggerMessage(EventId = 105, Level = LogLevel.Error, Message = "a look at the clients' requests failed; until one works again, only probes and checks are evidence")]
    public static partial void LookFailed(this ILogger logger, Exception exception);
}
