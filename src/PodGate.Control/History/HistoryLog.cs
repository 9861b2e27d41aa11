using Microsoft.Extensions.Logging;

namespace PodGate.Control.History;

/// <summary>What happens to the histories. Event ids 2800 to 2899.</summary>
internal static partial class HistoryLog
{
    [LoggerMessage(2800, LogLevel.Warning, "the probe history in {Directory} cannot be written; what it misses is counted, and nothing else depends on it")]
    public static partial void Failed(ILogger logger, Exception exception, string directory);

    [LoggerMessage(2801, LogLevel.Information, "the probe history in {Directory} is written again; {Dropped} probes are missing in all")]
    public static partial void Recovered(ILogger logger, string directory, long dropped);

    [LoggerMessage(2802, LogLevel.Warning, "the routing history in {Directory} cannot be written; what it misses is counted, and nothing else depends on it")]
    public static partial void RoutingFailed(ILogger logger, Exception exception, string directory);

    [LoggerMessage(2803, LogLevel.Information, "the routing history in {Directory} is written again; {Dropped} changes are missing in all")]
    public static partial void RoutingRecovered(ILogger logger, string directory, long dropped);
}
