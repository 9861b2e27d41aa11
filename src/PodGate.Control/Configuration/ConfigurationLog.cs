using Microsoft.Extensions.Logging;

namespace PodGate.Control.Configuration;

/// <summary>What the configuration says in the log.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(500, LogLevel.Information, "{Sentence}")]
    public static partial void Applied(ILogger logger, string sentence);

    [LoggerMessage(501, LogLevel.Warning, "{Sentence}")]
    public static partial void Refused(ILogger logger, string sentence);

    [LoggerMessage(502, LogLevel.Warning, "Configuration: {Line}")]
    public static partial void Finding(ILogger logger, string line);

    [LoggerMessage(503, LogLevel.Error, "The new configuration could not be put into force; the old one goes on where it was not replaced yet")]
    public static partial void NotApplied(ILogger logger, Exception exception);

    [LoggerMessage(504, LogLevel.Error, "Looking at the configuration file failed; it is tried again at the next look")]
    public static partial void LookFailed(ILogger logger, Exception exception);
}
