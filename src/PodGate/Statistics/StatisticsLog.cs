using Microsoft.Extensions.Logging;

namespace PodGate.Statistics;

/// <summary>What happens to the statistics. Event ids 4800 to 4899.</summary>
internal static partial class StatisticsLog
{
    [LoggerMessage(4800, LogLevel.Warning, "the traffic statistics in {Directory} cannot be written; they wait in memory, and nothing else depends on them")]
    public static partial void Failed(ILogger logger, Exception exception, string directory);

    [LoggerMessage(4801, LogLevel.Information, "the traffic statistics in {Directory} are written again")]
    public static partial void Recovered(ILogger logger, string directory);

    [LoggerMessage(4802, LogLevel.Warning, "{Lines} lines of {File} or of its sources cannot be understood and do not count in the traffic statistics")]
    public static partial void Damaged(ILogger logger, int lines, string file);

    [LoggerMessage(4803, LogLevel.Warning, "{File} has more than {Most} bytes and does not count in the traffic statistics")]
    public static partial void TooLarge(ILogger logger, string file, long most);

    [LoggerMessage(4804, LogLevel.Warning, "the traffic statistics of {Day} are lost: the disk has not taken them for too long")]
    public static partial void Lost(ILogger logger, DateOnly day);
}
